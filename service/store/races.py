"""A transaction that lost a race is run once more; after that whoever asked for it is asked to come again."""

from collections.abc import Callable

from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure
from sqlalchemy.exc import OperationalError

RACES = (DeadlockDetected, SerializationFailure, LockNotAvailable)


def once_more(work: Callable[[], None]) -> None:
    """Run a transaction, and run it again if it lost a race."""
    try:
        work()
    except OperationalError as lost:
        if not isinstance(lost.orig, RACES):
            raise
        work()
