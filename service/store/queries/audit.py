"""Questions about who did what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Text, TextClause, cast, func, or_, select, text
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

    Looks at `look_at` entries at most, in one of the indexes (ix_audit_entries_subject, _actor, _deed, _at or the
    primary key), however few of them match.
    """
    ways = (AuditEntry.subject == asked.subject, AuditEntry.actor == asked.actor, AuditEntry.deed == asked.deed)
    walked = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(look_at)
    for way, given in zip(ways, (asked.subject, asked.actor, asked.deed), strict=True):
        if given:
            walked = walked.where(way)
    if before_id is not None:
        walked = walked.where(AuditEntry.id < before_id)
    if asked.since is not None:
        walked = walked.where(AuditEntry.at >= asked.since)
    if asked.until is not None:
        walked = walked.where(AuditEntry.at < asked.until)
    looked = walked.subquery()
    entry = aliased(AuditEntry, looked)
    found = select(entry).order_by(entry.id.desc()).limit(limit)
    if asked.words:
        parts = (entry.actor, entry.deed, entry.subject, cast(entry.details, Text))
        found = found.where(or_(*(part.icontains(asked.words, autoescape=True) for part in parts)))
    rows = session.scalars(found).all()
    if len(rows) == limit:
        return rows, rows[-1].id
    count, last = session.execute(select(func.count(), func.min(looked.c.id))).one()
    return rows, last if count == look_at else None


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
