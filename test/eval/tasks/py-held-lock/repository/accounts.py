"""Accounts that are changed under a lock of their own."""

from threading import Lock


class Account:
    def __init__(self, balance=0):
        self.balance = balance
        self.lock = Lock()


def transfer(source, target, amount):
    """Moves an amount, or raises ValueError and changes nothing."""
    source.lock.acquire()
    target.lock.acquire()
    source.balance -= amount
    if source.balance < 0:
        raise ValueError("not enough money")
    target.balance += amount
    source.lock.release()
    target.lock.release()
