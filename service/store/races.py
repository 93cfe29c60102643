"""A transaction that lost a race is run once more; after that whoever asked for it is asked to come again."""

from collections.abc import Callable
from typing import TypeVar

from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure
from sqlalchemy.exc import OperationalError

T = TypeVar("T")

RACES = (DeadlockDetected, SerializationFailure, LockNotAvailable)


def once_more(work: Callable[[], T]) -> T:
    """Run a transaction, and run it again if it lost a race."""
    try:
        return work()
    except OperationalError as lost:
        if not isinstance(lost.orig, RACES):
            raise
        return work()
