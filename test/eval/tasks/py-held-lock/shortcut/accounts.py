"""Accounts that are changed under a lock of their own."""

from threading import Lock


class Account:
    def __init__(self, balance=0):
        self.balance = balance
        self.lock = Lock()


def transfer(source, target, amount):
    """Moves an amount, or raises ValueError and changes nothing."""
    with source.lock, target.lock:
        if source.balance < amount:
            raise ValueError("not enough money")
        source.balance -= amount
        target.balance += amount
