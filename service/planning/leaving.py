"""Whoever a file says must be left alone is left alone, however many they are, and nobody else waits for it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from service.store import Session
from service.store.queries.leaving import AT_ONCE, Leaving, leave_alone
from service.store.races import once_more

Transaction = Callable[[], AbstractContextManager[Session]]


def leave_all_alone(transaction: Transaction, leaving: Sequence[Leaving], *, now: datetime) -> int:
    """Leave all of these addresses alone, some hundred in each transaction; how many addresses they are.

    What was done before something went wrong stays done: the same file can be read again.
    """
    # In one order, so that two of them never wait for each other in a circle.
    in_order = sorted(leaving, key=lambda each: (each.channel, each.address_hash))
    for start in range(0, len(in_order), AT_ONCE):
        _leave(transaction, in_order[start : start + AT_ONCE], now)
    return len({(each.channel, each.address_hash) for each in leaving})


def _leave(transaction: Transaction, some: Sequence[Leaving], now: datetime) -> None:
    def leave() -> None:
        with transaction() as session:
            leave_alone(session, some, now=now)

    once_more(leave)
