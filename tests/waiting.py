"""Two at once, in the order a test says: one goes on when the other has come to wait for it, however slow the machine."""

from collections.abc import Callable
from typing import Protocol

from sqlalchemy import Connection, event, text
from sqlalchemy.orm import Session, sessionmaker


class _Done(Protocol):
    def done(self) -> bool: ...


_WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


def until_it_waits(sessions: sessionmaker[Session], other: _Done, *, behind: int = 0) -> None:
    """Until the other one waits for a lock behind so many, or has ended because it found nothing to wait for."""
    with sessions() as looking:
        while not other.done() and looking.scalars(_WAITING).one() <= behind:
            looking.execute(text("SELECT pg_sleep(0.01)"))


def once_at(connection: Connection, words: str, moment: str, deed: Callable[[], None]) -> None:
    """Do something before or after the first statement with these words in it."""
    done: list[bool] = []

    def look(_: object, __: object, statement: str, *___: object) -> None:
        if words in statement and not done:
            done.append(True)
            deed()

    event.listen(connection, f"{moment}_cursor_execute", look)
