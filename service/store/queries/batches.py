"""Questions of the hand-over: claim a batch, commit the intent through the gate, write the outcome.

Written as SQL, for this is the hot path: arrays leave Postgres several times faster than rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from service.domain.channel import Channel, Pace
from service.store import Session, locks
from service.store.locks import BlastLock
from service.store.queries.holds import IS_FREE


@dataclass(frozen=True, slots=True)
class ClaimedBatch:
    """A batch under our lease. Nothing has been sent; when the lease runs out it is anyone's again."""

    id: int
    blast_id: int
    campaign_id: int
    rendering_id: int
    channel: Channel
    pace: Pace
    time_zone: str
    first_supporter_id: int
    last_supporter_id: int
    expires_at: datetime
    size: int
    attempt_count: int
    quiet_hours: str
    quiet_times: dict[str, str] | None
    sender_name: str
    sender_email: str
    reply_to: str
    campaign_slug: str
    kick_off_at: datetime
    sender: str
    # Whether its sender has limits of its own.
    is_limited: bool
    cap_count: int | None
    cap_window: timedelta
    spend_cap: int | None
    segment_price: int
    email_price_per_thousand: int
    email_road: str
    now: datetime


# Each blast under way gives the first batch of its own that is due (ix_batches_due), and the first of those is taken:
# what is paused, or waits for the morning, is never walked.
_CLAIM = text(f"""
    UPDATE batches SET state = 'claimed', lease_owner = :owner, lease_until = clock_timestamp() + interval '60 seconds'
    FROM blasts JOIN campaigns ON campaigns.id = blasts.campaign_id JOIN fixtures ON fixtures.id = campaigns.fixture_id
    WHERE blasts.id = batches.blast_id AND batches.id = (
        SELECT first.id FROM blasts AS its CROSS JOIN LATERAL (
            SELECT waiting.id, waiting.not_before FROM batches AS waiting
            WHERE waiting.blast_id = its.id AND waiting.state = 'queued' AND waiting.pace = :pace
              AND waiting.channel = :channel AND waiting.not_before <= now()
              AND coalesce((SELECT greatest(free_at, CASE WHEN :pace = 'bulk' THEN held_until END) FROM senders
                  WHERE senders.channel = waiting.channel AND name = waiting.sender), '-infinity')
                  <= clock_timestamp() + interval '500 milliseconds'
            ORDER BY waiting.not_before, waiting.id
            FOR UPDATE SKIP LOCKED LIMIT 1) AS first
        WHERE its.state IN ('running', 'opening') AND {IS_FREE}
        ORDER BY first.not_before, first.id LIMIT 1)
    RETURNING batches.id, batches.blast_id, blasts.campaign_id, batches.rendering_id, batches.channel, batches.pace,
        batches.time_zone, batches.first_supporter_id, batches.last_supporter_id, batches.expires_at,
        batches.attempt_count, blasts.quiet_hours, campaigns.quiet_hours -> batches.channel AS quiet_times,
        campaigns.sender_name, campaigns.sender_email, campaigns.reply_to, campaigns.slug AS campaign_slug,
        fixtures.kick_off_at, batches.size, batches.sender,
        EXISTS (SELECT FROM senders WHERE channel = batches.channel AND name = batches.sender) AS is_limited,
        coalesce(blasts.cap_count, campaigns.cap_count) AS cap_count, campaigns.cap_window, blasts.spend_cap,
        campaigns.segment_price, campaigns.email_price_per_thousand,
        (SELECT email_road FROM house WHERE id = 1) AS email_road, clock_timestamp() AS now
""")  # noqa: S608 - our own words


def claim_batch(session: Session, *, channel: Channel, pace: Pace, owner: UUID) -> ClaimedBatch | None:
    """Lease the next batch that is due; None when there is none."""
    row = session.execute(_CLAIM, {"channel": str(channel), "pace": str(pace), "owner": owner}).one_or_none()
    if row is None:
        return None
    facts = dict(row._mapping)
    return ClaimedBatch(**facts | {"channel": Channel(row.channel), "pace": Pace(row.pace)})


# The part becomes a batch of its own, claimed by us; the rest is queued again as it was.
_TAKE_PART = text("""
    WITH chosen AS (
        SELECT m.supporter_id FROM messages m
        WHERE m.blast_id = :blast_id AND m.channel = :channel AND m.batch_id = :batch_id
          AND m.supporter_id BETWEEN :first AND :last AND m.state IS NULL
        ORDER BY m.supporter_id LIMIT :most
    ), parted AS (
        INSERT INTO batches (blast_id, rendering_id, channel, pace, time_zone, sender, arm, first_supporter_id,
            last_supporter_id, size, state, not_before, expires_at, lease_owner, lease_until, attempt_count, resend_count)
        SELECT blast_id, rendering_id, channel, pace, time_zone, sender, arm, (SELECT min(supporter_id) FROM chosen),
            (SELECT max(supporter_id) FROM chosen), (SELECT count(*) FROM chosen), 'claimed', not_before, expires_at,
            lease_owner, lease_until, attempt_count, resend_count
        FROM batches WHERE id = :batch_id AND EXISTS (SELECT FROM chosen)
        RETURNING id, first_supporter_id, last_supporter_id, size
    ), moved AS (
        UPDATE messages m SET batch_id = parted.id FROM parted, chosen
        WHERE m.blast_id = :blast_id AND m.channel = :channel AND m.supporter_id = chosen.supporter_id
    ), rest AS (
        UPDATE batches SET size = batches.size - parted.size, state = 'queued', lease_owner = NULL, lease_until = NULL
        FROM parted WHERE batches.id = :batch_id
    )
    SELECT id, first_supporter_id, last_supporter_id, size FROM parted
""")


def take_part(session: Session, batch: ClaimedBatch, *, most: int) -> ClaimedBatch:
    """Keep so many messages of a claimed batch, as a batch of their own, and give the rest back."""
    asked = {
        "blast_id": batch.blast_id,
        "channel": str(batch.channel),
        "batch_id": batch.id,
        "first": batch.first_supporter_id,
        "last": batch.last_supporter_id,
        "most": most,
    }
    row = session.execute(_TAKE_PART, asked).one_or_none()
    return batch if row is None else replace(batch, **row._mapping)


_BLAST_STATE = text("SELECT state FROM blasts WHERE id = :blast_id")
# With a spending limit intents take turns, so that no two of them spend the same money.
_HOLD_PURSE = text("SELECT state FROM blasts WHERE id = :blast_id FOR NO KEY UPDATE")

_INTENT = text(f"""
    UPDATE batches SET state = 'sending', attempt_id = :attempt_id, intent_at = clock_timestamp(),
        attempt_count = attempt_count + 1
    WHERE id = :batch_id AND state = 'claimed' AND lease_owner = :owner
      AND lease_until > clock_timestamp() AND expires_at > clock_timestamp() AND {IS_FREE}
    RETURNING id
""")  # noqa: S608 - our own words


def hold_purse(session: Session, batch: ClaimedBatch) -> None:
    """Hold the money of the batch's blast until the transaction ends. Before the other locks, as whoever pauses does."""
    session.execute(_HOLD_PURSE, {"blast_id": batch.blast_id})


def lock_for_steering(session: Session, batch: ClaimedBatch) -> None:
    """Wait for whoever pauses or cancels this blast. Ask in later statements only.

    Before the opt-outs' lock: whoever waits for this one must not keep opt-outs waiting. No lock on the blast's row:
    intents that share one can keep out whoever wants to pause for as long as they keep coming.
    """
    locks.share_blast(session, BlastLock.STEERING, batch.blast_id)


def blast_state(session: Session, batch: ClaimedBatch) -> str:
    """The state of the batch's blast. After lock_for_steering: a pause or cancel that commits first is seen."""
    return str(session.scalars(_BLAST_STATE, {"blast_id": batch.blast_id}).one())


def mark_sending(session: Session, batch: ClaimedBatch, *, attempt_id: UUID, owner: UUID) -> bool:
    """Write the intent; False when the lease or the worth of the message has run out."""
    asked = {"batch_id": batch.id, "attempt_id": attempt_id, "owner": owner}
    return session.execute(_INTENT, asked).one_or_none() is not None


_ATTEMPT = text("""
    INSERT INTO attempts (id, batch_id, provider, count, intent_at)
    VALUES (:id, :batch_id, :provider, :count, clock_timestamp())
""")


def add_attempt(session: Session, *, attempt_id: UUID, batch_id: int, provider: str, count: int) -> None:
    """Write the attempt down before the call."""
    session.execute(_ATTEMPT, {"id": attempt_id, "batch_id": batch_id, "provider": provider, "count": count})


_CLOSE = text("""
    UPDATE attempts SET closed_at = clock_timestamp(), outcome = :outcome, detail = :detail
    WHERE id = :attempt_id AND closed_at IS NULL
""")


def close_attempt(session: Session, attempt_id: UUID, *, outcome: str, detail: str = "") -> None:
    """Write down what came of an attempt; what was written first stands."""
    session.execute(_CLOSE, {"attempt_id": attempt_id, "outcome": outcome, "detail": detail})


_HOLD_ATTEMPT = text("""
    SELECT id FROM batches WHERE id = :batch_id AND attempt_id = :attempt_id AND state IN ('sending', 'in_doubt')
    FOR NO KEY UPDATE
""")


def hold_attempt(session: Session, batch_id: int, attempt_id: UUID) -> bool:
    """Hold a batch whose outcome is about to be written message by message; False when another has taken over since."""
    return session.execute(_HOLD_ATTEMPT, {"batch_id": batch_id, "attempt_id": attempt_id}).one_or_none() is not None


_SETTLE = text("""
    UPDATE batches SET state = :state, provider_ref = :provider_ref, reason = :reason, segments = :segments,
        finished_at = CASE WHEN :state = 'in_doubt' THEN NULL ELSE clock_timestamp() END, lease_until = NULL
    WHERE id = :batch_id AND attempt_id = :attempt_id AND state IN ('sending', 'in_doubt')
    RETURNING id
""")


def write_outcome(
    session: Session,
    batch_id: int,
    attempt_id: UUID,
    *,
    state: str,
    provider_ref: str = "",
    reason: str = "",
    segments: int = 0,
) -> bool:
    """What became of the batch as a whole, fenced by the attempt: False when another has taken over since."""
    asked = {
        "batch_id": batch_id,
        "attempt_id": attempt_id,
        "state": state,
        "provider_ref": provider_ref,
        "reason": reason,
        "segments": segments,
    }
    return session.execute(_SETTLE, asked).one_or_none() is not None


_REQUEUE = text("""
    UPDATE batches SET state = 'queued', not_before = clock_timestamp() + :wait * interval '1 second',
        lease_owner = NULL, lease_until = NULL, attempt_id = NULL, intent_at = NULL, reason = :reason, segments = 0
    WHERE id = :batch_id AND lease_owner = :owner AND state IN ('claimed', 'sending')
    RETURNING id
""")


def requeue_batch(session: Session, batch_id: int, *, owner: UUID, wait: float, reason: str) -> bool:
    """Put a batch back that certainly was not processed, for `wait` seconds."""
    asked = {"batch_id": batch_id, "owner": owner, "wait": wait, "reason": reason}
    return session.execute(_REQUEUE, asked).one_or_none() is not None


# Its reason tells how often it has failed in a row; anything else that becomes of it begins the count anew.
_SET_ASIDE = text("""
    UPDATE batches SET lease_owner = NULL, lease_until = NULL, attempt_id = NULL, intent_at = NULL, segments = 0,
        reason = :what || ' ' || times || ' times: ' || :why,
        state = CASE WHEN times >= :most THEN 'failed' ELSE 'queued' END,
        finished_at = CASE WHEN times >= :most THEN clock_timestamp() END,
        not_before = clock_timestamp() + power(2, least(times, 5)) * interval '1 second'
    FROM (SELECT id AS its_id, coalesce(substring(reason FROM '^[a-z]+ (\\d+) times')::int, 0) + 1 AS times
          FROM batches WHERE id = :batch_id) AS counted
    WHERE id = its_id AND (lease_owner = :owner OR state = 'queued') AND state = ANY(:states)
""")


def set_aside(
    session: Session, batch: ClaimedBatch, *, owner: UUID, states: Sequence[str], what: str, why: str, most: int | None
) -> None:
    """Put a batch back that certainly was not sent, for longer each time; call it failed after `most` times.

    `what` befell it: "raised" or "refused".
    """
    asked = {"batch_id": batch.id, "owner": owner, "states": list(states), "what": what, "why": why[:200]}
    session.execute(_SET_ASIDE, asked | {"most": most if most is not None else 32_000})


_EMPTY = text("""
    UPDATE batches SET state = :state, finished_at = clock_timestamp(), lease_until = NULL, reason = :reason
    WHERE id = :batch_id AND lease_owner = :owner AND state IN ('claimed', 'sending')
""")


def end_unsent(session: Session, batch_id: int, *, owner: UUID, state: str, reason: str) -> None:
    """End a batch of which nothing was handed over: all withheld, expired or cancelled."""
    session.execute(_EMPTY, {"batch_id": batch_id, "owner": owner, "state": state, "reason": reason})
