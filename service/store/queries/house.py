"""Questions about the house itself: its clock, its epoch, its memory of who did what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import DateTime, func, insert, select, text

from service.domain.chain import entry_digest
from service.store import Session, locks
from service.store.locks import Lock
from service.store.tables.house import AuditEntry, AuditHead


def database_now(session: Session) -> datetime:
    """The database's clock, by which every decision is made: workers' clocks may differ."""
    return session.scalars(select(func.clock_timestamp(type_=DateTime(timezone=True)))).one()


def write_audit(
    session: Session, *, at: datetime, actor: str, deed: str, subject: str, details: Mapping[str, str] | None = None
) -> None:
    """One privileged change, in the change's own transaction. `subject` and `details` hold ids, never addresses.

    Writers take turns until they commit, so that the chain of digests never forks. It goes on from where the audit is
    known to have ended, so that an end that was cut off leaves a gap for good.
    """
    locks.take(session, Lock.AUDIT)
    newest = session.scalar(select(AuditHead.digest).where(AuditHead.id == 1)) or b""
    known = dict(details or {})
    digest = entry_digest(newest, at=at, actor=actor, deed=deed, subject=subject, details=known)
    session.execute(
        insert(AuditEntry).values(at=at, actor=actor, deed=deed, subject=subject, details=known, digest=digest)
    )


_HAS_TABLES = text("SELECT to_regclass('alembic_version') IS NOT NULL")
_MIGRATION = text("SELECT version_num FROM alembic_version")


def migration(session: Session) -> str | None:
    """The migration the database stands at; None where there is none yet. Asks of nothing that may not be there."""
    if not session.scalar(_HAS_TABLES):
        return None
    found = session.scalar(_MIGRATION)
    return None if found is None else str(found)


# How many rows are looked at, at most, where something is counted: beyond it is "that many and more".
COUNTED_AT_MOST = 1_000
# Each part looks at one row of an index, or at so many rows of one that holds only what is open.
_VITAL = text("""
    SELECT (SELECT extract(epoch FROM clock_timestamp() - ticked_at) FROM house WHERE id = 1) AS seconds_since_tick,
        (SELECT held_reason FROM house WHERE id = 1 AND held_at IS NOT NULL) AS held_reason,
        (SELECT extract(epoch FROM clock_timestamp() - min(not_before)) FROM notices WHERE state = 'queued')
            AS notices_due_seconds,
        (SELECT extract(epoch FROM clock_timestamp() - max(intent_at)) FROM attempts) AS seconds_since_intent,
        (SELECT count(*) FROM (SELECT FROM replies WHERE needs_answer AND handled_at IS NULL LIMIT :most) AS open)
            AS replies_waiting,
        (SELECT coalesce(sum(size), 0) FROM (SELECT size FROM batches WHERE state = 'unknown' LIMIT :most) AS open)
            + (SELECT count(*) FROM (SELECT FROM notices WHERE state = 'unknown' LIMIT :most) AS open)
            AS messages_unknown,
        waiting.count AS blasts_waiting, waiting.seconds AS blasts_waiting_seconds,
        waiting.unwritten_seconds, doubts.messages AS messages_in_doubt, doubts.seconds AS oldest_doubt_seconds
    FROM (SELECT count(*) AS count, extract(epoch FROM clock_timestamp() - min(opens_at)) AS seconds,
              extract(epoch FROM clock_timestamp() - min(greatest(opens_at, opened_at)) FILTER (
                  WHERE state = 'scheduled' OR opened_through = 0)) AS unwritten_seconds
          FROM (SELECT * FROM blasts WHERE state IN ('scheduled', 'opening', 'running') AND opens_at <= now()
                AND state <> 'running' LIMIT :most) AS open) AS waiting,
        (SELECT coalesce(sum(size), 0) AS messages, extract(epoch FROM clock_timestamp() - min(intent_at)) AS seconds
         FROM (SELECT size, intent_at FROM batches WHERE state IN ('sending', 'in_doubt') AND state = 'in_doubt'
               ORDER BY intent_at LIMIT :most) AS open) AS doubts
""")
# The first of each blast under way, on each way. One whose sender waits for its rate or its day is not late.
_BATCHES_DUE = text("""
    SELECT extract(epoch FROM clock_timestamp() - min(first.not_before)) FROM (
        SELECT id FROM blasts WHERE state IN ('running', 'opening') ORDER BY id DESC LIMIT 100) AS its
    CROSS JOIN (VALUES ('prompt', 'email'), ('prompt', 'sms'), ('bulk', 'email'), ('bulk', 'sms')) AS ways(pace, channel)
    CROSS JOIN LATERAL (
        SELECT not_before, sender FROM batches WHERE blast_id = its.id AND state = 'queued' AND pace = ways.pace
            AND channel = ways.channel AND not_before <= now() ORDER BY not_before LIMIT 1) AS first
    WHERE NOT EXISTS (SELECT FROM senders WHERE senders.channel = ways.channel AND name = first.sender
        AND greatest(free_at, held_until) > now())
""")


@dataclass(frozen=True, slots=True)
class VitalSigns:
    """What tells whether the work is being done. Seconds are since something came due, or was last done."""

    seconds_since_tick: float | None
    # Why nothing of a blast is sent; None while the installation is not held.
    held_reason: str | None
    notices_due_seconds: float
    batches_due_seconds: float
    # Since anything was last handed over; None where nothing ever was.
    seconds_since_intent: float | None
    # Blasts past their time that are not running yet, the oldest's wait, and the wait of one of which nothing is written.
    blasts_waiting: int
    blasts_waiting_seconds: float
    unwritten_seconds: float
    messages_in_doubt: int
    oldest_doubt_seconds: float
    messages_unknown: int
    replies_waiting: int


def vital_signs(session: Session) -> VitalSigns:
    """What tells whether the work is being done, by partial indexes of what is open (ix_batches_due, ix_batches_open,

    ix_batches_unknown, ix_notices_queued, ix_notices_unknown, ix_blasts_working, ix_attempts_intent_at): never a count
    over a whole table.
    """
    row = session.execute(_VITAL, {"most": COUNTED_AT_MOST}).one()
    return VitalSigns(
        seconds_since_tick=_seconds(row.seconds_since_tick),
        held_reason=row.held_reason,
        notices_due_seconds=max(0.0, _seconds(row.notices_due_seconds) or 0.0),
        batches_due_seconds=_seconds(session.scalar(_BATCHES_DUE)) or 0.0,
        seconds_since_intent=_seconds(row.seconds_since_intent),
        blasts_waiting=int(row.blasts_waiting),
        blasts_waiting_seconds=_seconds(row.blasts_waiting_seconds) or 0.0,
        unwritten_seconds=_seconds(row.unwritten_seconds) or 0.0,
        messages_in_doubt=int(row.messages_in_doubt),
        oldest_doubt_seconds=_seconds(row.oldest_doubt_seconds) or 0.0,
        messages_unknown=int(row.messages_unknown),
        replies_waiting=int(row.replies_waiting),
    )


def _seconds(found: Decimal | None) -> float | None:
    return None if found is None else float(found)
