"""Questions about who did what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, Text, TextClause, cast, false, func, or_, select, text
from sqlalchemy.orm import aliased

from service.store import Session
from service.store.tables.house import AuditEntry, AuditHead

# How many entries a page looks at to find those that match everything asked for: past them there is a next page.
LOOKED_AT = 5_000


@dataclass(frozen=True, slots=True)
class Asked:
    """Which entries: each part only where it is given. `words` stand anywhere in the entry."""

    actor: str = ""
    deed: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None
    words: str = ""


EVERYTHING = Asked()


@dataclass(frozen=True, slots=True)
class Head:
    """Where the audit ends, as its trigger keeps it."""

    entries: int
    last_id: int
    digest: bytes | None


def page(
    session: Session, asked: Asked, *, before_id: int | None, limit: int, look_at: int = LOOKED_AT
) -> tuple[Sequence[AuditEntry], int | None]:
    """Entries, the newest first, from below an id on; and the id the next page begins below, None after the last.

    Looks at `look_at` entries at most, however few of them match: those of one part that has an index of its own
    (ix_audit_entries_subject, _actor, _deed), or all (the primary key). The other parts are asked of what was found so.
    """
    walked = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(look_at)
    if asked.subject:
        walked = walked.where(AuditEntry.subject == asked.subject)
    elif asked.actor:
        walked = walked.where(AuditEntry.actor == asked.actor)
    elif asked.deed:
        walked = walked.where(AuditEntry.deed == asked.deed)
    if before_id is not None:
        walked = walked.where(AuditEntry.id < before_id)
    looked = _within(session, walked, asked).subquery()
    entry = aliased(AuditEntry, looked)
    found = select(entry).where(*_parts_of(entry, asked)).order_by(entry.id.desc()).limit(limit)
    rows = session.scalars(found).all()
    if len(rows) == limit:
        return rows, rows[-1].id
    count, last = session.execute(select(func.count(), func.min(looked.c.id))).one()
    return rows, last if count == look_at else None


# Entries are numbered as they are written, and bear the moment their deed began: never an hour before that.
_SKEW = timedelta(hours=1)


def _within(session: Session, walked: Select[AuditEntry], asked: Asked) -> Select[AuditEntry]:
    """Between the numbers of entries around these moments (ix_audit_entries_at)."""
    by_moment = select(AuditEntry.id)
    if asked.since is not None:
        oldest = by_moment.where(AuditEntry.at >= asked.since - _SKEW).order_by(AuditEntry.at, AuditEntry.id).limit(1)
        first = session.scalar(oldest)
        walked = walked.where(AuditEntry.id >= first if first is not None else false())
    if asked.until is not None:
        newest = (
            by_moment.where(AuditEntry.at < asked.until + _SKEW)
            .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
            .limit(1)
        )
        last = session.scalar(newest)
        walked = walked.where(AuditEntry.id <= last if last is not None else false())
    return walked


def _parts_of(entry: type[AuditEntry], asked: Asked) -> list[ColumnElement[bool]]:
    parts = [
        (entry.subject == asked.subject, asked.subject),
        (entry.actor == asked.actor, asked.actor),
        (entry.deed == asked.deed, asked.deed),
    ]
    wanted = [way for way, given in parts if given]
    if asked.since is not None:
        wanted.append(entry.at >= asked.since)
    if asked.until is not None:
        wanted.append(entry.at < asked.until)
    if asked.words:
        said = (entry.actor, entry.deed, entry.subject, cast(entry.details, Text))
        wanted.append(or_(*(part.icontains(asked.words, autoescape=True) for part in said)))
    return wanted


def page_upwards(session: Session, *, after_id: int, limit: int = 1000) -> Sequence[AuditEntry]:
    """Entries, the oldest first, from above an id on. Walks the primary key."""
    return session.scalars(
        select(AuditEntry).where(AuditEntry.id > after_id).order_by(AuditEntry.id).limit(limit)
    ).all()


def head(session: Session) -> Head | None:
    """Where the audit ends; None where that is not known any more."""
    row = session.execute(select(AuditHead.entry_count, AuditHead.last_id, AuditHead.digest)).one_or_none()
    return None if row is None else Head(*row)


def written_since(session: Session, deed: str, since: datetime, *, limit: int) -> int:
    """How many of the newest entries of this deed are of since then, up to a limit (ix_audit_entries_deed)."""
    newest = select(AuditEntry.at).where(AuditEntry.deed == deed).order_by(AuditEntry.id.desc()).limit(limit)
    moments = newest.subquery()
    return session.scalar(select(func.count()).select_from(moments).where(moments.c.at > since)) or 0


def times_since(session: Session, subject: str, deed: str, since: datetime, *, limit: int) -> int:
    """How often a deed was done to a subject since then, up to a limit (ix_audit_entries_subject)."""
    found = select(AuditEntry.id).where(AuditEntry.subject == subject, AuditEntry.deed == deed, AuditEntry.at > since)
    newest = found.order_by(AuditEntry.id.desc()).limit(limit).subquery()
    return session.scalar(select(func.count()).select_from(newest)) or 0


def actors(session: Session) -> Sequence[str]:
    """Everybody who ever did anything: one look into ix_audit_entries_actor for each."""
    return session.scalars(_each("actor")).all()


def deeds(session: Session) -> Sequence[str]:
    """Every deed there ever was: one look into ix_audit_entries_deed for each."""
    return session.scalars(_each("deed")).all()


def _each(column: str) -> TextClause:
    return text(f"""
        WITH RECURSIVE each AS (
            (SELECT {column} FROM audit_entries ORDER BY {column} LIMIT 1)
            UNION ALL
            SELECT (SELECT {column} FROM audit_entries WHERE {column} > each.{column} ORDER BY {column} LIMIT 1)
            FROM each WHERE each.{column} IS NOT NULL)
        SELECT {column} FROM each WHERE {column} IS NOT NULL LIMIT 500
    """)  # noqa: S608 - a column's own name
