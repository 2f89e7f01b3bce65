"""Accounts that are changed under a lock of their own."""

from contextlib import ExitStack
from threading import Lock


class Account:
    def __init__(self, balance=0):
        self.balance = balance
        self.lock = Lock()


def transfer(source, target, amount):
    """Moves an amount, or raises ValueError and changes nothing."""
    if amount < 0:
        raise ValueError("a negative amount")
    # Always in the same order, so that two transfers never wait for each other; each lock once.
    accounts = sorted({id(account): account for account in (source, target)}.values(), key=id)
    with ExitStack() as stack:
        for account in accounts:
            stack.enter_context(account.lock)
        if source.balance < amount:
            raise ValueError("not enough money")
        source.balance -= amount
        target.balance += amount
