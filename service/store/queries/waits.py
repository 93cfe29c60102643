"""Questions about what of a blast has not gone: how many messages wait for what, and how many came too late.

Batches alone are summed, never messages, so that a blast of ten million is asked within a moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from service.domain.quiet import WAITS_FOR_MORNING
from service.domain.waiting import WaitsFor
from service.store import Session


@dataclass(frozen=True, slots=True)
class Wait:
    """Messages of a blast on one channel that wait for the same, or came too late for the same reason.

    `next_at`: when the first of them may go, where that is known. `until`: the local time at which quiet hours end.
    `said`: what was said when they were put back.
    """

    blast_id: int
    channel: str
    what: WaitsFor
    count: int
    next_at: datetime | None
    until: str
    said: str


# By ix_batches_blast_id_state; a sender's limits by pk_senders.
_WAITS = text("""
    WITH waiting AS (
        SELECT b.blast_id, b.channel, b.size, b.not_before, b.reason,
            CASE WHEN b.state = 'expired' THEN
                    CASE WHEN b.reason = 'quiet until too late' THEN 'too_late_at_night' ELSE 'too_late' END
                WHEN b.arm = 'rest' AND l.test_winner = '' THEN 'choice'
                WHEN later.is_later AND b.reason = :quiet THEN 'quiet'
                WHEN later.is_later AND b.reason LIKE 'the sender''s limit%' THEN 'day_limit'
                WHEN later.is_later AND b.reason LIKE 'the sender''s rate%' THEN 'turn'
                WHEN later.is_later AND b.reason <> '' THEN 'put_back'
                WHEN s.held_until > greatest(b.not_before, clock_timestamp()) THEN 'day_limit'
                WHEN later.is_later AND l.local_time IS NOT NULL THEN 'local_time'
                ELSE 'turn' END AS what,
            greatest(b.not_before, s.held_until) AS next_at,
            coalesce(c.quiet_hours -> b.channel ->> 'until', '') AS until
        FROM batches b JOIN blasts l ON l.id = b.blast_id JOIN campaigns c ON c.id = l.campaign_id
        LEFT JOIN senders s ON s.channel = b.channel AND s.name = b.sender
        CROSS JOIN LATERAL (SELECT b.not_before > clock_timestamp() AS is_later) AS later
        WHERE b.blast_id = ANY(:blast_ids) AND b.state IN ('queued', 'expired')
    )
    SELECT blast_id, channel, what, sum(size)::bigint AS count,
        min(next_at) FILTER (WHERE what IN ('quiet', 'day_limit', 'local_time', 'put_back')) AS next_at,
        CASE WHEN what = 'quiet' THEN until ELSE '' END AS until,
        coalesce(max(reason) FILTER (WHERE what = 'put_back'), '') AS said
    FROM waiting GROUP BY blast_id, channel, what, 6 ORDER BY blast_id, channel, what
""")


def waits(session: Session, blast_ids: Sequence[int]) -> list[Wait]:
    """What of these blasts has not gone, and why."""
    rows = session.execute(_WAITS, {"blast_ids": list(blast_ids), "quiet": WAITS_FOR_MORNING})
    return [Wait(**dict(row._mapping) | {"what": WaitsFor(row.what)}) for row in rows]
