import unittest
from threading import Thread

from accounts import Account, transfer


class Hidden(unittest.TestCase):
    def test_a_negative_amount_is_refused(self):
        one, two = Account(10), Account(10)
        with self.assertRaises(ValueError):
            transfer(one, two, -5)
        self.assertEqual((one.balance, two.balance), (10, 10))
        self.assertFalse(one.lock.locked() or two.lock.locked())

    def test_a_transfer_to_the_same_account_does_not_hang(self):
        one = Account(10)
        worker = Thread(target=transfer, args=(one, one, 3), daemon=True)
        worker.start()
        worker.join(2)
        self.assertFalse(worker.is_alive())
        self.assertEqual(one.balance, 10)

    def test_transfers_in_both_directions_do_not_wait_for_each_other(self):
        one, two = Account(1000), Account(1000)

        def move(source, target):
            for _ in range(500):
                transfer(source, target, 1)

        workers = [Thread(target=move, args=pair, daemon=True) for pair in ((one, two), (two, one))]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(10)
        self.assertFalse(any(worker.is_alive() for worker in workers))
        self.assertEqual(one.balance + two.balance, 2000)
