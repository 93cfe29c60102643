"""Questions of what blasts came to: what supporters did with their messages, signed and cost."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from service.domain.channel import Channel
from service.store import Session
from service.store.queries.glance import Figure
from service.store.queries.state_counts import FactCount

_FACTS = text("""
    SELECT blast_id, channel, count(opened_at) AS opened, count(clicked_at) AS clicked,
        count(complained_at) AS complained, count(left_at) AS left
    FROM messages WHERE blast_id = ANY(:blast_ids) GROUP BY 1, 2 ORDER BY 1, 2
""")


def fact_counts(session: Session, blast_ids: Sequence[int]) -> list[FactCount]:
    """Opens, clicks, complaints and leavings, per blast and channel."""
    return [FactCount(**dict(row._mapping)) for row in session.execute(_FACTS, {"blast_ids": list(blast_ids)})]


# Who left by a message took a consent of its campaign back, then or before: those who did so are looked up in the
# blasts' messages (ix_consents_withdrawn, pk_messages).
_LEFT = text("""
    WITH gone AS MATERIALIZED (
        SELECT supporter_id FROM consents WHERE campaign_id = :campaign_id AND act = 'withdrawn' LIMIT :most + 1
    ), people AS MATERIALIZED (
        SELECT DISTINCT supporter_id FROM gone WHERE supporter_id IS NOT NULL
    )
    SELECT b.id AS blast_id, (SELECT count(*) > :most FROM gone) AS is_cut, (
        SELECT count(*) FROM people p CROSS JOIN unnest(CAST(:channels AS text[])) AS c (channel)
        WHERE EXISTS (SELECT FROM messages m WHERE m.blast_id = b.id AND m.channel = c.channel
                      AND m.supporter_id = p.supporter_id AND m.left_at IS NOT NULL OFFSET 0)) AS n
    FROM unnest(CAST(:blast_ids AS bigint[])) AS b (id)
""")


def leavings(session: Session, campaign_id: int, blast_ids: Sequence[int], *, most: int) -> dict[int, Figure]:
    """How many left by each blast: in full, unless more than `most` consents of the campaign were taken back."""
    asked = {"campaign_id": campaign_id, "blast_ids": list(blast_ids), "channels": list(Channel), "most": most}
    return {row.blast_id: Figure(row.n, row.is_cut) for row in session.execute(_LEFT, asked)}


# By ix_receipts_harm.
_COMPLAINED = text("""
    SELECT b.id AS blast_id, count(r.kind) > :most AS is_cut,
        count(DISTINCT (r.channel, r.supporter_id)) FILTER (WHERE r.kind = 'complained') AS n
    FROM unnest(CAST(:blast_ids AS bigint[])) AS b (id) LEFT JOIN LATERAL (
        SELECT kind, channel, supporter_id FROM receipts WHERE blast_id = b.id
            AND kind IN ('bounced', 'blocked', 'dropped', 'complained', 'account') LIMIT :most + 1) AS r ON true
    GROUP BY 1
""")


def complaints(session: Session, blast_ids: Sequence[int], *, most: int) -> dict[int, Figure]:
    """How many messages of each blast were complained of: in full, unless more than `most` of its came to harm."""
    rows = session.execute(_COMPLAINED, {"blast_ids": list(blast_ids), "most": most})
    return {row.blast_id: Figure(row.n, row.is_cut) for row in rows}


_SIGNED = text("""
    SELECT b.id AS blast_id, count(s.signed_at) > :most AS is_cut,
        count(s.signed_at) FILTER (WHERE s.withdrawn_at IS NULL AND NOT s.awaits_name) AS n
    FROM unnest(CAST(:blast_ids AS bigint[])) AS b (id) LEFT JOIN LATERAL (
        SELECT signed_at, withdrawn_at, awaits_name FROM signatures WHERE blast_id = b.id LIMIT :most + 1) AS s ON true
    GROUP BY 1
""")


def signed_counts(session: Session, blast_ids: Sequence[int], *, most: int) -> dict[int, Figure]:
    """Signatures that came from each blast (ix_signatures_blast_id), counted up to `most` of all of them.

    Each has an even share of them; what the others leave is shared by those with more, so that twice as many are read.
    """
    first = _signed(session, blast_ids, most // max(1, len(blast_ids)))
    more = [blast_id for blast_id, figure in first.items() if figure.is_cut]
    left = most - sum(figure.count for figure in first.values() if not figure.is_cut)
    return first | (_signed(session, more, left // len(more)) if more else {})


def _signed(session: Session, blast_ids: Sequence[int], most: int) -> dict[int, Figure]:
    rows = session.execute(_SIGNED, {"blast_ids": list(blast_ids), "most": most})
    return {row.blast_id: Figure(min(row.n, most), row.is_cut) for row in rows}


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
