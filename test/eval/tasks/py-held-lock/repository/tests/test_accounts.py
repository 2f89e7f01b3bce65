import unittest

from accounts import Account, transfer


class Transfer(unittest.TestCase):
    def test_moves_money(self):
        one, two = Account(10), Account()
        transfer(one, two, 4)
        self.assertEqual((one.balance, two.balance), (6, 4))

    def test_a_refused_transfer_changes_nothing(self):
        one, two = Account(10), Account()
        with self.assertRaises(ValueError):
            transfer(one, two, 11)
        self.assertEqual((one.balance, two.balance), (10, 0))

    def test_a_refused_transfer_holds_no_lock(self):
        one, two = Account(10), Account()
        with self.assertRaises(ValueError):
            transfer(one, two, 11)
        self.assertFalse(one.lock.locked() or two.lock.locked())
