"""Questions of what blasts came to: what supporters did with their messages, signed and cost."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from service.store import Session
from service.store.queries.glance import Figure


@dataclass(frozen=True, slots=True)
class FactCount:
    """What supporters did with a blast's messages."""

    blast_id: int
    channel: str
    opened: int
    clicked: int
    complained: int
    left: int


_FACTS = text("""
    SELECT blast_id, channel, count(opened_at) AS opened, count(clicked_at) AS clicked,
        count(complained_at) AS complained, count(left_at) AS left
    FROM messages WHERE blast_id = ANY(:blast_ids) GROUP BY 1, 2 ORDER BY 1, 2
""")


def fact_counts(session: Session, blast_ids: Sequence[int]) -> list[FactCount]:
    """Opens, clicks, complaints and leavings, per blast and channel."""
    return [FactCount(**dict(row._mapping)) for row in session.execute(_FACTS, {"blast_ids": list(blast_ids)})]


# As what became of messages is estimated, from stretches spread evenly over a blast's batches: by
# ix_batches_blast_id_state and pk_messages, so much is read however large it is.
_FACTS_SAMPLED = text("""
    WITH chosen AS MATERIALIZED (
        SELECT channel, size, first_supporter_id AS first,
            row_number() OVER (PARTITION BY channel ORDER BY first_supporter_id, id) - 1 AS place,
            count(*) OVER (PARTITION BY channel) AS batches
        FROM batches WHERE blast_id = :blast_id AND size > 0
    ), starts AS (
        SELECT DISTINCT channel, first FROM chosen WHERE place % greatest(1, batches / :stretches) = 0
    ), looked AS MATERIALIZED (
        SELECT DISTINCT s.channel, m.supporter_id, m.opened_at, m.clicked_at, m.complained_at, m.left_at
        FROM starts s CROSS JOIN LATERAL (
            SELECT supporter_id, opened_at, clicked_at, complained_at, left_at FROM messages
            WHERE blast_id = :blast_id AND channel = s.channel AND supporter_id >= s.first
            ORDER BY supporter_id LIMIT :each) AS m
    ), whole AS (
        SELECT channel, sum(size)::float AS messages FROM chosen GROUP BY 1
    )
    SELECT CAST(:blast_id AS bigint) AS blast_id, l.channel,
        round(count(l.opened_at) * max(w.messages) / count(*))::bigint AS opened,
        round(count(l.clicked_at) * max(w.messages) / count(*))::bigint AS clicked,
        round(count(l.complained_at) * max(w.messages) / count(*))::bigint AS complained,
        round(count(l.left_at) * max(w.messages) / count(*))::bigint AS left
    FROM looked l JOIN whole w ON w.channel = l.channel GROUP BY 2 ORDER BY 2
""")


def estimated_facts(session: Session, blast_id: int, *, stretches: int, each: int) -> list[FactCount]:
    """The same of one blast, estimated from so many `stretches` of its messages, of so many messages `each`."""
    asked = {"blast_id": blast_id, "stretches": stretches, "each": each}
    return [FactCount(**dict(row._mapping)) for row in session.execute(_FACTS_SAMPLED, asked)]


_SIGNED = text("""
    SELECT b.id AS blast_id, (SELECT count(*) FROM (
        SELECT FROM signatures s WHERE s.blast_id = b.id AND s.withdrawn_at IS NULL AND NOT s.awaits_name
        LIMIT :most + 1) AS own) AS n
    FROM unnest(CAST(:blast_ids AS bigint[])) AS b (id)
""")


def signed_counts(session: Session, blast_ids: Sequence[int], *, most: int) -> dict[int, Figure]:
    """Signatures that came from each blast, counted up to `most` (ix_signatures_blast_id)."""
    rows = session.execute(_SIGNED, {"blast_ids": list(blast_ids), "most": most})
    return {row.blast_id: Figure(min(row.n, most), row.n > most) for row in rows}


@dataclass(frozen=True, slots=True)
class Spent:
    """What a blast has handed over, and how many messages it has."""

    messages: int = 0
    segments: int = 0
    emails: int = 0


_SPENT = text("""
    SELECT blast_id, sum(size)::bigint AS messages, sum(segments)::bigint AS segments,
        coalesce(sum(size) FILTER (WHERE channel = 'email' AND state = 'accepted'), 0)::bigint AS emails
    FROM batches WHERE blast_id = ANY(:blast_ids) GROUP BY 1
""")


def spent(session: Session, blast_ids: Sequence[int]) -> dict[int, Spent]:
    """Messages, and segments and emails handed over, per blast: summed by batches (ix_batches_blast_id_state)."""
    rows = session.execute(_SPENT, {"blast_ids": list(blast_ids)})
    return {row.blast_id: Spent(row.messages, row.segments, row.emails) for row in rows}
