"""Questions about trouble: what befell batches of a blast one after the other, and what failed and may go again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from service.domain.channel import Channel
from service.domain.failure import ADDRESS_REFUSED, OF_THE_ADDRESS
from service.store import Session

# Taken again since, or resumed by a manager since: the count begins anew. (pk_blast_troubles,
# ix_batches_blast_id_state; trouble is rare, and each batch waits longer each time)
_COUNT = text("""
    INSERT INTO blast_troubles AS held (blast_id, channel, count, last_at)
    VALUES (:blast_id, :channel, 1, clock_timestamp())
    ON CONFLICT (blast_id, channel) DO UPDATE SET last_at = excluded.last_at, count = CASE
        WHEN held.last_at < (SELECT watched_from FROM blasts WHERE id = :blast_id) THEN 1
        WHEN EXISTS (SELECT FROM batches b WHERE b.blast_id = :blast_id AND b.channel = :channel
            AND b.state = 'accepted' AND b.intent_at > held.last_at) THEN 1
        ELSE least(held.count + 1, 1000) END
    RETURNING count
""")


def count_trouble(session: Session, blast_id: int, channel: Channel) -> int:
    """Note that a batch raised or was refused alike; how many have in a row, with none taken between them."""
    return int(session.scalars(_COUNT, {"blast_id": blast_id, "channel": str(channel)}).one())


_TAKEN_LATELY = text("""
    SELECT EXISTS (SELECT FROM batches b JOIN blasts ON blasts.id = b.blast_id
        WHERE b.blast_id = :blast_id AND b.channel = :channel AND b.state = 'accepted'
        AND b.intent_at > greatest(clock_timestamp() - interval '1 minute', blasts.watched_from))
""")


def is_taken_lately(session: Session, blast_id: int, channel: Channel) -> bool:
    """Whether others of this blast were taken within the last minute (ix_batches_blast_id_state)."""
    return bool(session.scalar(_TAKEN_LATELY, {"blast_id": blast_id, "channel": str(channel)}))


@dataclass(frozen=True, slots=True)
class Stopped:
    """A blast that stopped by itself, when and why."""

    blast_id: int
    campaign_id: int
    campaign_slug: str
    title: str
    channels: Sequence[str]
    reason: str
    stopped_at: datetime


_TAKE_STOPPED = text("""
    UPDATE blasts SET stopped_at = NULL FROM campaigns, (
        SELECT id, stopped_at AS at FROM blasts WHERE stopped_at IS NOT NULL ORDER BY id LIMIT 100
        FOR UPDATE SKIP LOCKED) AS stopped
    WHERE blasts.id = stopped.id AND campaigns.id = blasts.campaign_id
    RETURNING blasts.id AS blast_id, blasts.campaign_id, campaigns.slug AS campaign_slug, blasts.title,
        blasts.channels, blasts.paused_reason AS reason, stopped.at AS stopped_at, blasts.state = 'paused' AS is_paused
""")


def take_stopped(session: Session) -> list[Stopped]:
    """Blasts that stopped by themselves and of which nobody has been told, each once (ix_blasts_stopped)."""
    rows = [dict(row._mapping) for row in session.execute(_TAKE_STOPPED)]
    # One that a manager has resumed or cancelled meanwhile is known to them.
    return [Stopped(**row) for row in rows if row.pop("is_paused")]


# What failed for no reason of the address's own: it may still be written to, and its failure is none of these.
MAY_GO_AGAIN = """
    FROM messages m JOIN batches b ON b.id = m.batch_id JOIN blasts ON blasts.id = m.blast_id
    WHERE m.blast_id = :blast_id AND (m.state = 'failed' OR (m.state IS NULL AND b.state = 'failed'))
      AND coalesce(m.reason, b.reason) !~ :of_the_address
      AND EXISTS (SELECT FROM permissions p WHERE p.campaign_id = blasts.campaign_id AND p.channel = m.channel
          AND p.supporter_id = m.supporter_id)
"""
_FAILED_REASONS = text(
    f"SELECT coalesce(m.reason, b.reason) AS reason, count(*) AS n {MAY_GO_AGAIN} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 6"
)
OF_THE_ADDRESS_PATTERN = rf"(^|\D)({'|'.join(OF_THE_ADDRESS)})(\D|$)|{ADDRESS_REFUSED}|unreachable"


def failed_reasons(session: Session, blast_id: int) -> list[tuple[str, int]]:
    """Why those failed, as it was said, the commonest first (the messages' own key: all of the blast's)."""
    asked = {"blast_id": blast_id, "of_the_address": OF_THE_ADDRESS_PATTERN}
    return [(row.reason, row.n) for row in session.execute(_FAILED_REASONS, asked)]


# They leave their batches for new ones, each beside the one it was in, so that every batch is of one kind.
_RESEND_FAILED = text(f"""
    WITH lost AS MATERIALIZED (
        SELECT m.channel, m.supporter_id, m.batch_id {MAY_GO_AGAIN} FOR UPDATE OF m
    ), parts AS MATERIALIZED (
        SELECT batch_id, nextval(pg_get_serial_sequence('batches', 'id')) AS new_id, min(supporter_id) AS first,
            max(supporter_id) AS last, count(*) AS size FROM lost GROUP BY batch_id
    ), made AS (
        INSERT INTO batches (id, blast_id, rendering_id, channel, pace, time_zone, sender, arm, first_supporter_id,
            last_supporter_id, size, state, not_before, expires_at, resend_count, reason)
        SELECT new_id, b.blast_id, b.rendering_id, b.channel, b.pace, b.time_zone, b.sender, b.arm, first, last,
            parts.size, 'queued', clock_timestamp(), b.expires_at, b.resend_count + 1, 'sent again by hand'
        FROM parts JOIN batches b ON b.id = parts.batch_id ORDER BY new_id
    ), left_behind AS (
        UPDATE batches SET size = batches.size - parts.size FROM parts WHERE batches.id = parts.batch_id
    )
    UPDATE messages m SET batch_id = parts.new_id, state = NULL, reason = NULL, provider_ref = NULL, segments = NULL,
        settled_at = NULL
    FROM lost JOIN parts ON parts.batch_id = lost.batch_id
    WHERE m.blast_id = :blast_id AND m.channel = lost.channel AND m.supporter_id = lost.supporter_id
    RETURNING m.supporter_id
""")  # noqa: S608 - our own words


def resend_failed(session: Session, blast_id: int) -> int:
    """Queue every message of a blast again that failed for no reason of its address; how many."""
    asked = {"blast_id": blast_id, "of_the_address": OF_THE_ADDRESS_PATTERN}
    return len(session.execute(_RESEND_FAILED, asked).all())
