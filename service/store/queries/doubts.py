"""Questions about doubts: which are due, what is not known of them yet, and what proves that they were not taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from service.domain.channel import Channel
from service.domain.doubt import DoubtPolicy
from service.store import Session


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
    absent_count: int
    resend_count: int
    provider: str


# An email is decided once, after its time; a text is asked for at each of the times, and given up after the last.
# Those that nothing can be done about yet stand in nobody's way.
_DUE_DOUBTS = text("""
    SELECT b.id AS batch_id, b.blast_id, b.channel, b.rendering_id, blasts.campaign_id, b.first_supporter_id,
        b.last_supporter_id, b.intent_at, fixtures.kick_off_at, clock_timestamp() - b.intent_at AS age, b.settle_count,
        b.absent_count, b.resend_count,
        coalesce((SELECT provider FROM attempts WHERE attempts.id = b.attempt_id), '') AS provider
    FROM batches b JOIN blasts ON blasts.id = b.blast_id JOIN campaigns ON campaigns.id = blasts.campaign_id
    JOIN fixtures ON fixtures.id = campaigns.fixture_id
    WHERE b.state = 'in_doubt' AND clock_timestamp() - b.intent_at >= CASE
        WHEN b.channel = 'email' THEN CAST(:email_settles_after AS interval)
        ELSE coalesce((CAST(:ask_after AS interval[]))[b.settle_count + 1], interval '0') END
    ORDER BY b.asked_at NULLS FIRST, b.intent_at, b.id LIMIT :limit
""")


def due_doubts(session: Session, policy: DoubtPolicy, *, limit: int = 200) -> Sequence[Doubt]:
    """Doubts about which something is to be done now, those looked for longest ago first (ix_batches_open)."""
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
    return [Unsettled(**dict(row._mapping)) for row in session.execute(_UNSETTLED, _members(doubt))]


def _members(doubt: Doubt) -> dict[str, object]:
    return {
        "blast_id": doubt.blast_id,
        "channel": str(doubt.channel),
        "batch_id": doubt.batch_id,
        "first": doubt.first_supporter_id,
        "last": doubt.last_supporter_id,
    }


_CLOSE = text("""
    UPDATE batches SET state = :state, finished_at = clock_timestamp(), reason = :reason
    WHERE id = :batch_id AND state = 'in_doubt'
""")


def close_doubt(session: Session, batch_id: int, *, state: str, reason: str) -> None:
    """Settle a doubtful batch."""
    session.execute(_CLOSE, {"batch_id": batch_id, "state": state, "reason": reason})


_BEGIN_ASKING = text("UPDATE batches SET asked_at = clock_timestamp() WHERE id = :batch_id AND state = 'in_doubt'")


def begin_asking(session: Session, batch_id: int) -> None:
    """Note that it is being looked for, before it is: one that cannot be looked for is not met first again."""
    session.execute(_BEGIN_ASKING, {"batch_id": batch_id})


_COUNT_ASKED = text("""
    UPDATE batches SET settle_count = settle_count + 1, absent_count = absent_count + :absent WHERE id = :batch_id
""")


def count_asked(session: Session, batch_id: int, *, is_absent: bool) -> None:
    """Note that the provider has been asked once more, and whether its list proves that it took none of them."""
    session.execute(_COUNT_ASKED, {"batch_id": batch_id, "absent": int(is_absent)})


@dataclass(frozen=True, slots=True)
class LaterText:
    """A text that was handed over after a doubt."""

    phone: str
    provider_ref: str
    intent_at: datetime


# The newest of what was handed over since; a few, for some went to numbers that are forgotten by now.
_LATER_TEXT = text("""
    SELECT phone, provider_ref, intent_at FROM (
        SELECT s.phone, m.provider_ref, later.intent_at FROM (
            SELECT a.intent_at, b.id, b.blast_id, b.channel, b.first_supporter_id, b.last_supporter_id
            FROM attempts a JOIN batches b ON b.id = a.batch_id
            WHERE a.intent_at > :since AND a.provider = :provider AND b.channel = 'sms' AND b.state = 'accepted'
            ORDER BY a.intent_at DESC LIMIT 5) AS later
        JOIN messages m ON m.blast_id = later.blast_id AND m.channel = later.channel AND m.batch_id = later.id
            AND m.supporter_id BETWEEN later.first_supporter_id AND later.last_supporter_id
        JOIN supporters s ON s.id = m.supporter_id
        WHERE m.provider_ref <> '' AND s.phone IS NOT NULL
        UNION ALL
        SELECT n.to_address, n.provider_ref, later.intent_at FROM (
            SELECT a.intent_at, a.notice_id FROM attempts a
            WHERE a.intent_at > :since AND a.provider = :provider AND a.notice_id IS NOT NULL
            ORDER BY a.intent_at DESC LIMIT 5) AS later
        JOIN notices n ON n.id = later.notice_id
        WHERE n.channel = 'sms' AND n.provider_ref <> '' AND n.to_address IS NOT NULL) AS texts
    ORDER BY intent_at DESC LIMIT 1
""")


def later_text(session: Session, doubt: Doubt) -> LaterText | None:
    """The newest text the same provider took after a doubt (ix_attempts_intent_at, the messages' own key)."""
    asked = {"since": doubt.intent_at, "provider": doubt.provider}
    row = session.execute(_LATER_TEXT, asked).one_or_none()
    return LaterText(row.phone, row.provider_ref, row.intent_at) if row else None


_RESEND = text("""
    UPDATE batches SET state = 'queued', not_before = clock_timestamp(), lease_owner = NULL, attempt_id = NULL,
        intent_at = NULL, resend_count = resend_count + 1, settle_count = 0, absent_count = 0, asked_at = NULL,
        reason = 'no evidence it was accepted'
    WHERE id = :batch_id AND state = 'in_doubt'
""")


def resend(session: Session, batch_id: int) -> None:
    """Queue a doubtful batch again; only its messages without evidence go."""
    session.execute(_RESEND, {"batch_id": batch_id})


_RESEND_UNKNOWN = text("""
    UPDATE batches b SET state = 'queued', not_before = clock_timestamp(), lease_owner = NULL, attempt_id = NULL,
        intent_at = NULL, finished_at = NULL, resend_count = resend_count + 1, settle_count = 0, absent_count = 0,
        asked_at = NULL, segments = 0,
        reason = 'sent again by hand'
    WHERE b.blast_id = :blast_id AND b.state = 'unknown'
    RETURNING b.size - (SELECT count(*) FROM messages m WHERE m.blast_id = b.blast_id AND m.channel = b.channel
        AND m.batch_id = b.id AND m.state IS NOT NULL) AS count
""")


def resend_unknown(session: Session, blast_id: int) -> int:
    """Queue every unknown batch of a blast again; how many messages of theirs are without evidence."""
    return sum(session.scalars(_RESEND_UNKNOWN, {"blast_id": blast_id}))


_TOLD_OF = text("""
    SELECT EXISTS (SELECT FROM messages m WHERE m.blast_id = :blast_id AND m.channel = :channel
        AND m.batch_id = :batch_id AND m.supporter_id BETWEEN :first AND :last
        AND m.state IN ('accepted', 'delivered', 'bounced'))
""")


def is_told_of(session: Session, doubt: Doubt) -> bool:
    """Whether the provider has told of any message of a doubtful batch (the messages' own key)."""
    return bool(session.scalar(_TOLD_OF, _members(doubt)))


# Of every batch the same provider took in the time after the doubt: how many messages, and how many were told of.
_TOLD = text("""
    SELECT count(*) AS whole, count(*) FILTER (WHERE m.state IS NOT NULL) AS told FROM (
        SELECT b.id, b.blast_id, b.channel, b.first_supporter_id, b.last_supporter_id
        FROM attempts a JOIN batches b ON b.id = a.batch_id
        WHERE a.intent_at > :since AND a.intent_at <= :since + CAST(:within AS interval) AND a.provider = :provider
            AND b.channel = 'email' AND b.state = 'accepted' AND b.attempt_id = a.id
        ORDER BY a.intent_at LIMIT 20) AS later
    JOIN messages m ON m.blast_id = later.blast_id AND m.channel = later.channel AND m.batch_id = later.id
        AND m.supporter_id BETWEEN later.first_supporter_id AND later.last_supporter_id
    WHERE m.state IS NULL OR m.state <> 'withheld'
""")
_TOLD_LATE = text("""
    SELECT EXISTS (SELECT FROM late_events WHERE provider = :provider
        AND minute >= CAST(:since AS timestamptz) - interval '2 minutes'
        AND minute <= CAST(:since AS timestamptz) + CAST(:within AS interval))
""")


def is_proven_untaken(session: Session, doubt: Doubt, policy: DoubtPolicy, *, count: int) -> bool:
    """Whether silence about these emails, so many, means that the provider never took them.

    It does where the webhook told of what was handed over soon after them, message by message, and told of nothing
    that happened then later than it should: an outage of ours would show as one or the other. (ix_attempts_intent_at,
    the messages' own key, pk_late_events)
    """
    asked = {"since": doubt.intent_at, "within": policy.email_told_within, "provider": doubt.provider}
    row = session.execute(_TOLD, asked).one()
    if row.told < min(policy.email_told_count, count) or row.told < row.whole * policy.email_told_share:
        return False
    return not session.scalar(_TOLD_LATE, asked)


_NOTE_LATE = text("""
    INSERT INTO late_events (provider, minute)
    SELECT :provider, minute FROM unnest(CAST(:minutes AS timestamptz[])) AS late(minute) ORDER BY minute
    ON CONFLICT DO NOTHING
""")
_FORGET_LATE = text("DELETE FROM late_events WHERE minute < clock_timestamp() - interval '7 days'")


def note_late(session: Session, provider: str, minutes: Sequence[datetime]) -> None:
    """Remember the minutes of which a provider told late; those of a week ago are let go."""
    session.execute(_NOTE_LATE, {"provider": provider, "minutes": list(minutes)})
    session.execute(_FORGET_LATE)
