"""Questions of the circuit breakers: what came of each blast under way since it was last looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from service.domain.breaker import OVER_QUOTA, Seen
from service.domain.channel import Channel
from service.store import Session


@dataclass(frozen=True, slots=True)
class Watched:
    """A blast under way on one channel, and what came of it."""

    blast_id: int
    channel: Channel
    seen: Seen


# Of what was handed over since, and nothing else: what comes late of what went before somebody resumed was judged then.
_SENT_SINCE = """EXISTS (SELECT FROM messages m JOIN batches mb ON mb.id = m.batch_id
    WHERE m.blast_id = r.blast_id AND m.channel = r.channel AND m.supporter_id = r.supporter_id
    AND mb.intent_at > w.since)"""

# Batches by ix_batches_blast_id_state, receipts by ix_receipts_harm and ix_receipts_carriers. A handover whose worker died says nothing of the
# provider, so only attempts that were closed count. A road taken later is judged by what it did itself.
_WATCHED = text(f"""
    WITH watched AS (
        SELECT blasts.id, channel, greatest(coalesce(blasts.watched_from, blasts.opened_at, blasts.created_at),
            CASE WHEN channel = 'email' THEN house.email_road_at END) AS since
        FROM blasts, unnest(blasts.channels) AS channel, house
        WHERE blasts.state IN ('opening', 'running')
    )
    SELECT w.id AS blast_id, w.channel,
        (SELECT coalesce(sum(size), 0)::bigint FROM batches b WHERE b.blast_id = w.id AND b.channel = w.channel
            AND b.state = 'accepted' AND b.intent_at > w.since) AS accepted,
        (SELECT count(DISTINCT supporter_id) FROM receipts r WHERE r.blast_id = w.id AND r.channel = w.channel
            AND r.kind = 'complained' AND r.received_at > w.since AND {_SENT_SINCE}) AS complaints,
        (SELECT count(DISTINCT supporter_id) FROM receipts r WHERE r.blast_id = w.id AND r.channel = w.channel
            AND r.kind IN ('bounced', 'dropped') AND r.reason <> :over_quota AND r.received_at > w.since
            AND {_SENT_SINCE}) AS bounces,
        (SELECT count(*) FROM batches b JOIN attempts a ON a.id = b.attempt_id
            WHERE b.blast_id = w.id AND b.channel = w.channel AND b.state IN ('in_doubt', 'unknown')
            AND a.closed_at IS NOT NULL AND b.intent_at > greatest(w.since, (SELECT max(intent_at) FROM batches g
                WHERE g.blast_id = w.id AND g.channel = w.channel AND g.state IN ('accepted', 'failed'))))
            AS in_doubt_in_a_row,
        CASE WHEN w.channel = 'email' THEN (SELECT count(*) FROM receipts r WHERE r.blast_id IS NULL
            AND r.kind = 'account' AND r.received_at > w.since AND r.reason NOT LIKE '%reactivat%')
            + (SELECT count(*) FROM receipts r WHERE r.blast_id = w.id AND r.channel = w.channel
                AND r.kind = 'dropped' AND r.reason = :over_quota AND r.received_at > w.since) ELSE 0 END
            AS account_warnings,
        CASE WHEN w.channel = 'sms' THEN (SELECT count(*) FROM receipts r WHERE r.code = '30002'
            AND r.channel = 'sms' AND r.received_at > w.since) ELSE 0 END AS suspended,
        CASE WHEN w.channel = 'sms' THEN (SELECT count(DISTINCT supporter_id) FROM receipts r WHERE r.code = '30007'
            AND r.blast_id = w.id AND r.received_at > w.since AND {_SENT_SINCE}) ELSE 0 END AS filtered,
        CASE WHEN w.channel = 'sms' THEN (SELECT count(DISTINCT supporter_id) FROM receipts r
            WHERE r.code IN ('30032', '30034', '30035') AND r.blast_id = w.id AND r.received_at > w.since AND {_SENT_SINCE}) ELSE 0 END
            AS unregistered
    FROM watched w ORDER BY w.id, w.channel
""")  # noqa: S608 - our own words


def watched_blasts(session: Session) -> Sequence[Watched]:
    """Every blast under way, channel by channel, with what the breakers judge it by."""
    return [
        Watched(
            row.blast_id,
            Channel(row.channel),
            Seen(
                row.accepted,
                row.complaints,
                row.bounces,
                row.in_doubt_in_a_row,
                row.account_warnings,
                row.suspended,
                row.filtered,
                row.unregistered,
            ),
        )
        for row in session.execute(_WATCHED, {"over_quota": OVER_QUOTA})
    ]


_SAME_SENDER = text("""
    SELECT blasts.id FROM blasts WHERE blasts.state IN ('opening', 'running') AND blasts.id <> :blast_id
        AND 'sms' = ANY(blasts.channels) AND EXISTS (
            SELECT FROM batches waiting WHERE waiting.blast_id = blasts.id AND waiting.state = 'queued'
            AND waiting.channel = 'sms' AND waiting.sender IN (
                SELECT its.sender FROM batches its WHERE its.id IN (
                    SELECT m.batch_id FROM messages m JOIN receipts r ON r.blast_id = m.blast_id
                        AND r.supporter_id = m.supporter_id
                    WHERE r.code IN ('30032', '30034', '30035') AND r.blast_id = :blast_id AND m.blast_id = :blast_id
                        AND m.channel = 'sms')))
    ORDER BY blasts.id
""")


def blasts_from_same_sender(session: Session, blast_id: int) -> Sequence[int]:
    """Other blasts under way with texts waiting for a sender this one's were refused for (ix_receipts_carriers)."""
    return session.scalars(_SAME_SENDER, {"blast_id": blast_id}).all()


@dataclass(frozen=True, slots=True)
class Road:
    """Which road emails take, since when and why."""

    name: str
    reason: str
    at: datetime | None


_ROAD = text("SELECT email_road, email_road_reason, email_road_at FROM house WHERE id = 1")
_TAKE_ROAD = text("""
    UPDATE house SET email_road = :road, email_road_reason = :reason, email_road_at = clock_timestamp()
    WHERE id = 1 AND email_road <> :road RETURNING id
""")


def email_road(session: Session) -> Road:
    """Which road emails take."""
    row = session.execute(_ROAD).one()
    return Road(row.email_road, row.email_road_reason, row.email_road_at)


def take_road(session: Session, road: str, *, reason: str) -> bool:
    """Have emails take another road from now on; False when they took it already."""
    return session.execute(_TAKE_ROAD, {"road": road, "reason": reason}).one_or_none() is not None
