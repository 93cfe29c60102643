"""Questions that may take longer than a session gives one statement."""

from collections.abc import Callable
from typing import TypeVar

from psycopg.errors import LockNotAvailable, QueryCanceled
from sqlalchemy.exc import OperationalError

from service.store import Session

Answer = TypeVar("Answer")


def in_time(session: Session, ask: Callable[[], Answer]) -> Answer | None:
    """The answer; None where the session's time for one statement, or for a lock, is over before there is one."""
    try:
        with session.begin_nested():
            return ask()
    except OperationalError as error:
        if isinstance(error.orig, (QueryCanceled, LockNotAvailable)):
            return None
        raise
