"""Questions about the house itself: its clock, its epoch, its memory of who did what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import DateTime, func, insert, select, text

from service.domain.chain import entry_digest
from service.store import Session, locks
from service.store.locks import Lock
from service.store.tables.house import AuditEntry


def database_now(session: Session) -> datetime:
    """The database's clock, by which every decision is made: workers' clocks may differ."""
    return session.scalars(select(func.clock_timestamp(type_=DateTime(timezone=True)))).one()


def write_audit(
    session: Session, *, at: datetime, actor: str, deed: str, subject: str, details: Mapping[str, str] | None = None
) -> None:
    """One privileged change, in the change's own transaction. `subject` and `details` hold ids, never addresses.

    Writers take turns until they commit, so that the chain of digests never forks.
    """
    locks.take(session, Lock.AUDIT)
    newest = select(AuditEntry.digest).where(AuditEntry.digest.is_not(None)).order_by(AuditEntry.id.desc()).limit(1)
    known = dict(details or {})
    digest = entry_digest(session.scalar(newest) or b"", at=at, actor=actor, deed=deed, subject=subject, details=known)
    session.execute(
        insert(AuditEntry).values(at=at, actor=actor, deed=deed, subject=subject, details=known, digest=digest)
    )


_VITAL = text("""
    SELECT (SELECT version_num FROM alembic_version) AS migration,
        (SELECT extract(epoch FROM clock_timestamp() - ticked_at) FROM house WHERE id = 1) AS seconds_since_tick,
        greatest(
            (SELECT extract(epoch FROM clock_timestamp() - min(b.not_before)) FROM batches b
             JOIN blasts ON blasts.id = b.blast_id AND blasts.state IN ('running', 'opening')
             WHERE b.state = 'queued'),
            (SELECT extract(epoch FROM clock_timestamp() - min(not_before)) FROM notices WHERE state = 'queued'),
            0) AS oldest_due_seconds,
        (SELECT coalesce(sum(size), 0) FROM batches WHERE state = 'in_doubt') AS messages_in_doubt,
        (SELECT extract(epoch FROM clock_timestamp() - min(intent_at)) FROM batches WHERE state = 'in_doubt')
            AS oldest_doubt_seconds,
        (SELECT held_reason FROM house WHERE id = 1 AND held_at IS NOT NULL) AS held_reason,
        (SELECT count(*) FROM replies WHERE needs_answer AND handled_at IS NULL) AS replies_waiting
""")


@dataclass(frozen=True, slots=True)
class VitalSigns:
    """What tells whether the house works."""

    migration: str | None
    seconds_since_tick: float | None
    oldest_due_seconds: float
    messages_in_doubt: int
    oldest_doubt_seconds: float
    # Why nothing of a blast is sent; None while the house is not held.
    held_reason: str | None
    replies_waiting: int


def vital_signs(session: Session) -> VitalSigns:
    """What tells whether the house works; each part is served by a partial index of what is open."""
    row = session.execute(_VITAL).one()
    ticked = row.seconds_since_tick
    return VitalSigns(
        migration=row.migration,
        seconds_since_tick=None if ticked is None else float(ticked),
        oldest_due_seconds=float(row.oldest_due_seconds),
        messages_in_doubt=int(row.messages_in_doubt),
        oldest_doubt_seconds=float(row.oldest_doubt_seconds or 0),
        held_reason=row.held_reason,
        replies_waiting=int(row.replies_waiting),
    )


def batches_by_state(session: Session) -> dict[str, int]:
    """How many batches stand in each state."""
    rows = session.execute(text("SELECT state, count(*) AS n FROM batches GROUP BY 1"))
    return {row.state: row.n for row in rows}


def notices_by_state(session: Session) -> dict[str, int]:
    """How many notices stand in each state."""
    rows = session.execute(text("SELECT state, count(*) AS n FROM notices GROUP BY 1"))
    return {row.state: row.n for row in rows}
