"""Questions the ticker asks: everything of the form "in this state for longer than that", never a window."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import text

from service.store import Session

_EXPIRE_LEASES = text("""
    UPDATE batches SET state = 'queued', lease_owner = NULL, lease_until = NULL
    WHERE state = 'claimed' AND lease_until < clock_timestamp()
    RETURNING id
""")

_AGE_INTENTS = text("""
    UPDATE batches SET state = 'in_doubt', lease_until = NULL
    WHERE state = 'sending' AND intent_at < clock_timestamp() - :after * interval '1 second'
    RETURNING id
""")

_EXPIRE_WORTH = text("""
    UPDATE batches SET state = 'expired', finished_at = clock_timestamp(), reason = 'too late'
    WHERE state = 'queued' AND id = ANY(ARRAY(
        SELECT id FROM batches WHERE state = 'queued' AND expires_at <= now()
        ORDER BY expires_at LIMIT :limit FOR UPDATE SKIP LOCKED))
    RETURNING id
""")


def expire_leases(session: Session) -> int:
    """Give back batches whose worker went away before its intent: nothing of them was sent (ix_batches_claimed)."""
    return len(session.execute(_EXPIRE_LEASES).all())


def age_intents(session: Session, *, after: timedelta) -> int:
    """Call doubtful every intent that has waited too long for its outcome (ix_batches_open)."""
    return len(session.execute(_AGE_INTENTS, {"after": after.total_seconds()}).all())


def expire_worth(session: Session, *, limit: int = 5_000) -> int:
    """End some of what is queued and no longer worth sending (ix_batches_expires_at); how many batches."""
    return len(session.execute(_EXPIRE_WORTH, {"limit": limit}).all())


_CLOSE_CANCELLED = text("""
    UPDATE batches SET state = 'cancelled', finished_at = clock_timestamp(), reason = 'blast cancelled',
        lease_until = NULL
    WHERE state IN ('queued', 'claimed') AND id = ANY(ARRAY(
        SELECT b.id FROM blasts JOIN batches b ON b.blast_id = blasts.id AND b.state IN ('queued', 'claimed')
        WHERE blasts.state = 'cancelled' AND blasts.finished_at > clock_timestamp() - interval '30 days'
        LIMIT :limit FOR UPDATE OF b SKIP LOCKED))
    RETURNING id
""")


def close_cancelled(session: Session, *, limit: int) -> int:
    """End some batches of cancelled blasts that have no intent (ix_batches_blast_id_state); how many."""
    return len(session.execute(_CLOSE_CANCELLED, {"limit": limit}).all())


_TICK = text("UPDATE house SET ticked_at = clock_timestamp() WHERE id = 1")


def note_tick(session: Session) -> None:
    """A ticker is alive."""
    session.execute(_TICK)


_DUE = text("""
    SELECT pace, channel FROM (VALUES ('prompt', 'email'), ('prompt', 'sms'), ('bulk', 'email'), ('bulk', 'sms'))
        AS ways(pace, channel)
    WHERE (SELECT bool_or((SELECT true FROM batches b
            WHERE b.blast_id = blasts.id AND b.state = 'queued' AND b.pace = ways.pace AND b.channel = ways.channel
              AND b.not_before <= now() ORDER BY b.not_before LIMIT 1))
        FROM blasts WHERE blasts.state IN ('running', 'opening'))
""")


def ways_with_work(session: Session) -> Sequence[tuple[str, str]]:
    """The paces and channels on which something is due (ix_batches_due, asked of each blast under way)."""
    return [(row.pace, row.channel) for row in session.execute(_DUE)]
