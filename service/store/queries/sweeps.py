"""Questions the ticker asks: everything of the form "in this state for longer than that", never a window."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from service.domain.channel import Channel
from service.domain.doubt import DoubtPolicy
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
    WHERE state = 'queued' AND expires_at <= clock_timestamp()
    RETURNING id
""")


def expire_leases(session: Session) -> int:
    """Give back batches whose worker went away before its intent: nothing of them was sent (ix_batches_claimed)."""
    return len(session.execute(_EXPIRE_LEASES).all())


def age_intents(session: Session, *, after: timedelta) -> int:
    """Call doubtful every intent that has waited too long for its outcome (ix_batches_open)."""
    return len(session.execute(_AGE_INTENTS, {"after": after.total_seconds()}).all())


def expire_worth(session: Session) -> int:
    """End what is queued and no longer worth sending (ix_batches_queued)."""
    return len(session.execute(_EXPIRE_WORTH).all())


@dataclass(frozen=True, slots=True)
class Doubt:
    """A batch in doubt, and how long it has been so."""

    batch_id: int
    blast_id: int
    channel: Channel
    rendering_id: int
    campaign_id: int
    first_supporter_id: int
    last_supporter_id: int
    intent_at: datetime
    kick_off_at: datetime
    age: timedelta
    settle_count: int
    resend_count: int


# An email is decided once, after its time; a text is asked for at each of the times, and given up after the last.
# Those that nothing can be done about yet stand in nobody's way.
_DUE_DOUBTS = text("""
    SELECT b.id AS batch_id, b.blast_id, b.channel, b.rendering_id, blasts.campaign_id, b.first_supporter_id,
        b.last_supporter_id, b.intent_at, fixtures.kick_off_at, clock_timestamp() - b.intent_at AS age, b.settle_count,
        b.resend_count
    FROM batches b JOIN blasts ON blasts.id = b.blast_id JOIN campaigns ON campaigns.id = blasts.campaign_id
    JOIN fixtures ON fixtures.id = campaigns.fixture_id
    WHERE b.state = 'in_doubt' AND clock_timestamp() - b.intent_at >= CASE
        WHEN b.channel = 'email' THEN CAST(:email_settles_after AS interval)
        ELSE coalesce((CAST(:ask_after AS interval[]))[b.settle_count + 1], interval '0') END
    ORDER BY b.intent_at, b.id LIMIT :limit
""")


def due_doubts(session: Session, policy: DoubtPolicy, *, limit: int = 200) -> Sequence[Doubt]:
    """The oldest doubts about which something is to be done now (ix_batches_open)."""
    asked = {
        "email_settles_after": policy.email_settles_after,
        "ask_after": list(policy.ask_after),
        "limit": limit,
    }
    rows = session.execute(_DUE_DOUBTS, asked).all()
    return [Doubt(**dict(row._mapping) | {"channel": Channel(row.channel)}) for row in rows]


def doubt_count(session: Session) -> int:
    """How many batches are in doubt (ix_batches_open)."""
    return int(session.scalar(text("SELECT count(*) FROM batches WHERE state = 'in_doubt'")) or 0)


_IS_IN_DOUBT = text("SELECT EXISTS (SELECT FROM batches WHERE state = 'in_doubt')")


def is_in_doubt(session: Session) -> bool:
    """Whether any batch is in doubt (ix_batches_open)."""
    return bool(session.scalar(_IS_IN_DOUBT))


_CLOSE_SETTLED = text("""
    WITH settled AS (
        SELECT b.id FROM batches b WHERE b.state = 'in_doubt' AND NOT EXISTS (
            SELECT FROM messages m WHERE m.blast_id = b.blast_id AND m.channel = b.channel AND m.batch_id = b.id
                AND m.supporter_id BETWEEN b.first_supporter_id AND b.last_supporter_id AND m.state IS NULL)
        ORDER BY b.id LIMIT 5000 FOR UPDATE SKIP LOCKED)
    UPDATE batches SET state = 'accepted', finished_at = clock_timestamp(), reason = 'settled by evidence'
    FROM settled WHERE batches.id = settled.id RETURNING batches.id
""")


def close_settled(session: Session) -> int:
    """Close every doubt of whose messages evidence has come; how many (ix_batches_open, the messages' own key)."""
    return len(session.execute(_CLOSE_SETTLED).all())


_HOLD = text("SELECT id FROM batches WHERE id = :batch_id AND state = 'in_doubt' FOR UPDATE SKIP LOCKED")


def hold_doubt(session: Session, batch_id: int) -> bool:
    """Hold a doubt while it is being settled; False when another settles it."""
    return session.execute(_HOLD, {"batch_id": batch_id}).one_or_none() is not None


_UNSETTLED = text("""
    SELECT m.supporter_id, s.phone, s.first_name, s.time_zone
    FROM messages m JOIN supporters s ON s.id = m.supporter_id
    WHERE m.blast_id = :blast_id AND m.channel = :channel AND m.batch_id = :batch_id
      AND m.supporter_id BETWEEN :first AND :last AND m.state IS NULL
    ORDER BY m.supporter_id
""")


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A message of which nothing is known yet."""

    supporter_id: int
    phone: str | None
    first_name: str
    time_zone: str


def unsettled(session: Session, doubt: Doubt) -> Sequence[Unsettled]:
    """The messages of a doubtful batch for which no evidence has come."""
    asked = {
        "blast_id": doubt.blast_id,
        "channel": str(doubt.channel),
        "batch_id": doubt.batch_id,
        "first": doubt.first_supporter_id,
        "last": doubt.last_supporter_id,
    }
    return [Unsettled(**dict(row._mapping)) for row in session.execute(_UNSETTLED, asked)]


_CLOSE = text("""
    UPDATE batches SET state = :state, finished_at = clock_timestamp(), reason = :reason
    WHERE id = :batch_id AND state = 'in_doubt'
""")


def close_doubt(session: Session, batch_id: int, *, state: str, reason: str) -> None:
    """Settle a doubtful batch."""
    session.execute(_CLOSE, {"batch_id": batch_id, "state": state, "reason": reason})


_COUNT_ASKED = text("UPDATE batches SET settle_count = settle_count + 1 WHERE id = :batch_id")


def count_asked(session: Session, batch_id: int) -> None:
    """Note that the provider has been asked once more."""
    session.execute(_COUNT_ASKED, {"batch_id": batch_id})


_RESEND = text("""
    UPDATE batches SET state = 'queued', not_before = clock_timestamp(), lease_owner = NULL, attempt_id = NULL,
        intent_at = NULL, resend_count = resend_count + 1, reason = 'no evidence it was accepted'
    WHERE id = :batch_id AND state = 'in_doubt'
""")


def resend(session: Session, batch_id: int) -> None:
    """Queue a doubtful batch again; only its messages without evidence go."""
    session.execute(_RESEND, {"batch_id": batch_id})


_RESEND_UNKNOWN = text("""
    UPDATE batches b SET state = 'queued', not_before = clock_timestamp(), lease_owner = NULL, attempt_id = NULL,
        intent_at = NULL, finished_at = NULL, resend_count = resend_count + 1, settle_count = 0, segments = 0,
        reason = 'sent again by hand'
    WHERE b.blast_id = :blast_id AND b.state = 'unknown'
    RETURNING b.size - (SELECT count(*) FROM messages m WHERE m.blast_id = b.blast_id AND m.channel = b.channel
        AND m.batch_id = b.id AND m.state IS NOT NULL) AS count
""")


def resend_unknown(session: Session, blast_id: int) -> int:
    """Queue every unknown batch of a blast again; how many messages of theirs are without evidence."""
    return sum(session.scalars(_RESEND_UNKNOWN, {"blast_id": blast_id}))


_WEBHOOK_HEARD = text("""
    SELECT EXISTS (SELECT 1 FROM receipts WHERE channel = 'email' AND received_at > :since)
""")


def webhook_heard(session: Session, *, since: datetime) -> bool:
    """Whether the email event webhook has spoken of any of our messages since (ix_receipts_received_at)."""
    return bool(session.scalar(_WEBHOOK_HEARD, {"since": since}))


_TICK = text("UPDATE house SET ticked_at = clock_timestamp() WHERE id = 1")


def note_tick(session: Session) -> None:
    """A ticker is alive."""
    session.execute(_TICK)


_DUE = text("""
    SELECT pace, channel FROM (VALUES ('prompt', 'email'), ('prompt', 'sms'), ('bulk', 'email'), ('bulk', 'sms'))
        AS ways(pace, channel)
    WHERE EXISTS (SELECT 1 FROM batches b JOIN blasts ON blasts.id = b.blast_id
        WHERE b.state = 'queued' AND b.pace = ways.pace AND b.channel = ways.channel
          AND b.not_before <= clock_timestamp() AND blasts.state IN ('running', 'opening'))
""")


def ways_with_work(session: Session) -> Sequence[tuple[str, str]]:
    """The paces and channels on which something is due."""
    return [(row.pace, row.channel) for row in session.execute(_DUE)]
