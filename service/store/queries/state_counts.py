"""How many messages of blasts stand in each state: sums over batches, corrected by the messages that differ."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from service.store import Session


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many messages of a blast stand in one state on one channel."""

    blast_id: int
    channel: str
    state: str
    reason: str
    count: int
    # Whether what differs from its batch was looked at in a part of the blast only.
    is_estimate: bool = False


@dataclass(frozen=True, slots=True)
class FactCount:
    """What supporters did with a blast's messages on one channel."""

    blast_id: int
    channel: str
    opened: int
    clicked: int
    complained: int
    left: int


@dataclass(frozen=True, slots=True)
class Sample:
    """What a blast has come to, estimated from a part of its messages."""

    states: tuple[StateCount, ...]
    facts: tuple[FactCount, ...]


# Batches are summed first; then only messages with a state of their own are taken from their batch's and put in theirs.
_STATES = text("""
    WITH chosen AS (
        SELECT id, blast_id, channel, state, CASE WHEN state = 'withheld' THEN reason ELSE '' END AS reason, size
        FROM batches WHERE blast_id = ANY(:blast_ids)
    ),
    own AS (
        SELECT m.blast_id, m.channel, m.state, CASE WHEN m.state = 'withheld' THEN coalesce(m.reason, '') ELSE '' END
            AS reason, c.state AS batch_state, c.reason AS batch_reason, count(*) AS n
        FROM messages m JOIN chosen c ON c.id = m.batch_id
        WHERE m.blast_id = ANY(:blast_ids) AND m.state IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6
    ), summed AS (
        SELECT blast_id, channel, state, reason, sum(size) AS n FROM chosen GROUP BY 1, 2, 3, 4
        UNION ALL SELECT blast_id, channel, batch_state, batch_reason, -sum(n) FROM own GROUP BY 1, 2, 3, 4
        UNION ALL SELECT blast_id, channel, state, reason, sum(n) FROM own GROUP BY 1, 2, 3, 4
    )
    SELECT blast_id, channel, state, reason, sum(n)::bigint AS count FROM summed GROUP BY 1, 2, 3, 4
    HAVING sum(n) <> 0 ORDER BY 1, 2, 3
""")


# Of a large blast as many stretches of messages are looked at, each from the beginning of a batch, spread evenly over
# its batches: beside the batches, which are all read (ix_batches_blast_id_state), so much is read of its messages (by
# pk_messages) however large it is. A last line for each channel, without a state, says what people did with them.
_SAMPLED = text("""
    WITH chosen AS MATERIALIZED (
        SELECT id, channel, state, CASE WHEN state = 'withheld' THEN reason ELSE '' END AS reason, size,
            first_supporter_id AS first, row_number() OVER (PARTITION BY channel ORDER BY first_supporter_id, id) - 1 AS place,
            count(*) OVER (PARTITION BY channel) AS batches
        FROM batches WHERE blast_id = :blast_id AND size > 0
    ), starts AS (
        SELECT DISTINCT channel, first FROM chosen WHERE place % greatest(1, ceil(batches / CAST(:stretches AS float))::bigint) = 0
    ), looked AS MATERIALIZED (
        SELECT DISTINCT s.channel, m.*
        FROM starts s CROSS JOIN LATERAL (
            SELECT supporter_id, batch_id, state, coalesce(reason, '') AS reason, opened_at, clicked_at, complained_at, left_at
            FROM messages WHERE blast_id = :blast_id AND channel = s.channel AND supporter_id >= s.first
            ORDER BY supporter_id LIMIT :each) AS m
    ), share AS (
        SELECT w.channel, w.messages / l.messages AS times
        FROM (SELECT channel, sum(size)::float AS messages FROM chosen GROUP BY 1) w
        JOIN (SELECT channel, count(*)::float AS messages FROM looked GROUP BY 1) l ON l.channel = w.channel
    ), own AS (
        SELECT l.channel, l.state, CASE WHEN l.state = 'withheld' THEN l.reason ELSE '' END AS reason,
            c.state AS batch_state, c.reason AS batch_reason, round(count(*) * max(share.times)) AS n
        FROM looked l JOIN chosen c ON c.id = l.batch_id JOIN share ON share.channel = l.channel
        WHERE l.state IS NOT NULL GROUP BY 1, 2, 3, 4, 5
    ), summed AS (
        SELECT channel, state, reason, sum(size) AS n FROM chosen GROUP BY 1, 2, 3
        UNION ALL SELECT channel, batch_state, batch_reason, -sum(n) FROM own GROUP BY 1, 2, 3
        UNION ALL SELECT channel, state, reason, sum(n) FROM own GROUP BY 1, 2, 3
    )
    SELECT channel, state, reason, sum(n)::bigint AS n, 0 AS opened, 0 AS clicked, 0 AS complained, 0 AS left
    FROM summed GROUP BY 1, 2, 3 HAVING sum(n) > 0
    UNION ALL SELECT l.channel, NULL, '', 0, round(count(l.opened_at) * max(share.times))::bigint,
        round(count(l.clicked_at) * max(share.times))::bigint, round(count(l.complained_at) * max(share.times))::bigint,
        round(count(l.left_at) * max(share.times))::bigint
    FROM looked l JOIN share ON share.channel = l.channel GROUP BY 1 ORDER BY 1, 2
""")
# One that goes to joiners does not know how many it has come to; it has few batches for a long time.
_LARGE = text("""
    SELECT id FROM blasts WHERE id = ANY(:blast_ids) AND (audience_count > :exact_upto OR (is_rolling
        AND (SELECT sum(size) FROM batches WHERE batches.blast_id = blasts.id) > :exact_upto))
""")
EXACT_UPTO, STRETCHES, EACH = 200_000, 100, 300


def state_counts(
    session: Session,
    blast_ids: Sequence[int],
    *,
    exact_upto: int = EXACT_UPTO,
    stretches: int = STRETCHES,
    each: int = EACH,
) -> list[StateCount]:
    """How many messages stand in each state, per blast and channel.

    A blast of more than `exact_upto` messages is counted by its batches; what differs from them is estimated from
    so many `stretches` of its messages, of so many messages `each`.
    """
    large = set(session.scalars(_LARGE, {"blast_ids": list(blast_ids), "exact_upto": exact_upto}))
    rows = list(session.execute(_STATES, {"blast_ids": [blast_id for blast_id in blast_ids if blast_id not in large]}))
    counts = [StateCount(**dict(row._mapping)) for row in rows]
    for blast_id in sorted(large):
        counts += sample(session, blast_id, stretches=stretches, each=each).states
    return counts


def sample(session: Session, blast_id: int, *, stretches: int, each: int) -> Sample:
    """A blast's messages by its batches and, for what differs from them, by so many `stretches` of so many `each`."""
    asked = {"blast_id": blast_id, "stretches": stretches, "each": each}
    states: list[StateCount] = []
    facts: list[FactCount] = []
    for row in session.execute(_SAMPLED, asked):
        if row.state is None:
            facts.append(FactCount(blast_id, row.channel, row.opened, row.clicked, row.complained, row.left))
        else:
            states.append(StateCount(blast_id, row.channel, row.state, row.reason, row.n, is_estimate=True))
    return Sample(tuple(states), tuple(facts))
