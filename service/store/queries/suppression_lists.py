"""Questions about how far the provider's own suppression lists have been read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, text

from service.store import Session
from service.store.tables.people import SuppressionList

# Entries may come onto a list a little after the moment they carry.
_OVERLAP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reading:
    """A stretch of time of one list, and the place in it that comes next."""

    name: str
    since: datetime | None
    upto: datetime
    offset: int


_BEGIN = text("""
    INSERT INTO suppression_lists AS list (name, reading_upto, tried_at) VALUES (:name, :now, :now)
    ON CONFLICT ON CONSTRAINT pk_suppression_lists DO UPDATE SET
        reading_from = CASE WHEN list.reading_upto IS NULL
            THEN list.read_upto - CAST(:overlap AS interval) ELSE list.reading_from END,
        next_offset = CASE WHEN list.reading_upto IS NULL THEN 0 ELSE list.next_offset END,
        reading_upto = coalesce(list.reading_upto, :now),
        tried_at = :now
    WHERE list.reading_upto IS NOT NULL OR list.finished_at IS NULL OR list.finished_at <= :due
    RETURNING name, reading_from AS since, reading_upto AS upto, next_offset AS offset
""")


def begin_reading(session: Session, name: str, *, every: timedelta, now: datetime) -> Reading | None:
    """Where to read on, from where it was left or from what was read whole; None where the list is not due."""
    asked = {"name": name, "now": now, "due": now - every, "overlap": _OVERLAP}
    row = session.execute(_BEGIN, asked).one_or_none()
    return Reading(**row._mapping) if row else None


_READ = text("""
    UPDATE suppression_lists SET next_offset = :next_offset, added_count = added_count + :added, trouble = ''
    WHERE name = :name AND reading_upto = :upto
""")
_FINISH = text("""
    UPDATE suppression_lists SET read_upto = reading_upto, reading_from = NULL, reading_upto = NULL, next_offset = 0,
        added_count = added_count + :added, finished_at = :now, trouble = ''
    WHERE name = :name AND reading_upto = :upto
""")


def note_page(session: Session, reading: Reading, *, rows: int, added: int) -> None:
    """A page was read; go on behind it."""
    asked = {"name": reading.name, "upto": reading.upto, "next_offset": reading.offset + rows, "added": added}
    session.execute(_READ, asked)


def note_whole(session: Session, reading: Reading, *, added: int, now: datetime) -> None:
    """The stretch was read to its end."""
    session.execute(_FINISH, {"name": reading.name, "upto": reading.upto, "added": added, "now": now})


_TROUBLE = text("UPDATE suppression_lists SET trouble = :why WHERE name = :name")


def note_trouble(session: Session, name: str, *, why: str) -> None:
    """The list cannot be read now."""
    session.execute(_TROUBLE, {"name": name, "why": why})


@dataclass(frozen=True, slots=True)
class ListStanding:
    """When a list was last read whole, what it gave us, and what stands in the way."""

    name: str
    finished_at: datetime | None
    added_count: int
    trouble: str


def standings(session: Session) -> Sequence[ListStanding]:
    """Every list we read; there are five."""
    rows = session.scalars(select(SuppressionList).order_by(SuppressionList.name))
    return [ListStanding(row.name, row.finished_at, row.added_count, row.trouble) for row in rows]
