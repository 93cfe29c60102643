"""How single messages fare differently from their batch: marked beside it, or parted into a batch of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text

from service.domain.channel import Channel
from service.store import Session
from service.store.queries.batches import ClaimedBatch

_MARK = text("""
    UPDATE messages m SET state = given.state, reason = nullif(given.reason, ''),
        provider_ref = coalesce(nullif(given.provider_ref, ''), m.provider_ref),
        segments = nullif(given.segments, 0), settled_at = clock_timestamp()
    FROM unnest(CAST(:supporter_ids AS bigint[]), CAST(:states AS text[]), CAST(:reasons AS text[]),
                CAST(:provider_refs AS text[]), CAST(:segments AS smallint[]))
        AS given(supporter_id, state, reason, provider_ref, segments)
    WHERE m.blast_id = :blast_id AND m.channel = :channel AND m.supporter_id = given.supporter_id
      AND (m.state IS NULL OR m.state IN ('in_doubt', 'unknown'))
""")


@dataclass(frozen=True, slots=True)
class MessageOutcome:
    """How one message differs from its batch."""

    supporter_id: int
    state: str | None
    reason: str = ""
    provider_ref: str = ""
    segments: int = 0


def mark_messages(session: Session, batch: ClaimedBatch, outcomes: Sequence[MessageOutcome]) -> None:
    """Write down how messages differ from their batch; evidence that came before is not overwritten."""
    if not outcomes:
        return
    session.execute(
        _MARK,
        {
            "blast_id": batch.blast_id,
            "channel": str(batch.channel),
            "supporter_ids": [outcome.supporter_id for outcome in outcomes],
            "states": [outcome.state for outcome in outcomes],
            "reasons": [outcome.reason for outcome in outcomes],
            "provider_refs": [outcome.provider_ref for outcome in outcomes],
            "segments": [outcome.segments for outcome in outcomes],
        },
    )


# A part of a batch that fared differently becomes a batch of its own, so that every batch is of one kind.
_SPLIT = text("""
    WITH parted AS (
        INSERT INTO batches (blast_id, rendering_id, channel, pace, time_zone, sender, arm, first_supporter_id,
            last_supporter_id, size, state, not_before, expires_at, attempt_id, attempt_count, resend_count, intent_at,
            reason, segments)
        SELECT blast_id, rendering_id, channel, pace, time_zone, sender, arm,
            :first, :last, :size, :state,
            clock_timestamp() + :wait * interval '1 second', expires_at,
            CASE WHEN :state = 'in_doubt' THEN attempt_id END, attempt_count, resend_count,
            CASE WHEN :state = 'in_doubt' THEN intent_at END, :reason, :segments
        FROM batches WHERE id = :batch_id
        RETURNING id
    ), moved AS (
        UPDATE messages m SET batch_id = parted.id FROM parted
        WHERE m.blast_id = :blast_id AND m.channel = :channel AND m.supporter_id = ANY(:supporter_ids)
          AND m.batch_id = :batch_id
        RETURNING m.supporter_id
    )
    UPDATE batches SET size = size - (SELECT count(*) FROM moved) WHERE id = :batch_id
    RETURNING (SELECT id FROM parted)
""")


def split_batch(
    session: Session,
    *,
    batch_id: int,
    blast_id: int,
    channel: Channel,
    supporter_ids: Sequence[int],
    state: str,
    wait: float = 0.0,
    reason: str = "",
    segments: int = 0,
) -> int:
    """Move these messages into a new batch in `state`; its id."""
    asked: Mapping[str, object] = {
        "batch_id": batch_id,
        "blast_id": blast_id,
        "channel": str(channel),
        "supporter_ids": list(supporter_ids),
        "first": min(supporter_ids),
        "last": max(supporter_ids),
        "size": len(supporter_ids),
        "state": state,
        "wait": wait,
        "reason": reason,
        "segments": segments,
    }
    return int(session.scalars(_SPLIT, asked).one())
