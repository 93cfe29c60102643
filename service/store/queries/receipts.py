"""Questions about receipts: stored once per event, applied in any order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from service.store import Session
from service.store.queries.evidence import rank_of


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A receipt, resolved to the message or notice it speaks of."""

    event_id: str
    kind: str
    blast_id: int | None
    channel: str | None
    supporter_id: int | None
    notice_id: int | None
    at: datetime
    code: str
    reason: str


_STORE = text("""
    INSERT INTO receipts (provider, event_id, kind, blast_id, channel, supporter_id, notice_id, at, received_at, code,
        reason)
    SELECT :provider, event_id, kind, blast_id, channel, supporter_id, notice_id, at, :received_at, code, reason
    FROM unnest(CAST(:event_ids AS text[]), CAST(:kinds AS text[]), CAST(:blast_ids AS bigint[]),
        CAST(:channels AS text[]), CAST(:supporter_ids AS bigint[]), CAST(:notice_ids AS bigint[]),
        CAST(:ats AS timestamptz[]), CAST(:codes AS text[]), CAST(:reasons AS text[]))
        AS given(event_id, kind, blast_id, channel, supporter_id, notice_id, at, code, reason)
    ON CONFLICT DO NOTHING
    RETURNING event_id
""")


def store(session: Session, *, provider: str, rows: Sequence[ReceiptRow], received_at: datetime) -> set[str]:
    """Keep the receipts not seen before; the ids of those that were new."""
    if not rows:
        return set()
    asked = {
        "provider": provider,
        "event_ids": [row.event_id for row in rows],
        "kinds": [row.kind for row in rows],
        "blast_ids": [row.blast_id for row in rows],
        "channels": [row.channel for row in rows],
        "supporter_ids": [row.supporter_id for row in rows],
        "notice_ids": [row.notice_id for row in rows],
        "ats": [row.at for row in rows],
        "received_at": received_at,
        "codes": [row.code for row in rows],
        "reasons": [row.reason for row in rows],
    }
    return set(session.scalars(_STORE, asked))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the receipts of one post come to for one message: the furthest state and the earliest facts."""

    blast_id: int
    channel: str
    supporter_id: int
    state: str | None
    reason: str
    opened_at: datetime | None
    clicked_at: datetime | None
    complained_at: datetime | None


# States only ever rise in rank, and facts keep their earliest moment: any order and any number of repeats give the
# same row. Rows are locked in key order, so two posts about the same people cannot deadlock.
_APPLY = text(f"""
    WITH given AS (
        SELECT * FROM unnest(CAST(:blast_ids AS bigint[]), CAST(:channels AS text[]), CAST(:supporter_ids AS bigint[]),
            CAST(:states AS text[]), CAST(:ranks AS int[]), CAST(:reasons AS text[]), CAST(:opened AS timestamptz[]),
            CAST(:clicked AS timestamptz[]), CAST(:complained AS timestamptz[]))
            AS given(blast_id, channel, supporter_id, state, rank, reason, opened_at, clicked_at, complained_at)
    ), held AS (
        SELECT m.blast_id, m.channel, m.supporter_id, {rank_of("m.state")} AS rank
        FROM messages m JOIN given USING (blast_id, channel, supporter_id)
        ORDER BY m.blast_id, m.channel, m.supporter_id FOR UPDATE OF m
    )
    UPDATE messages m SET
        state = CASE WHEN given.rank > held.rank THEN given.state ELSE m.state END,
        reason = CASE WHEN given.rank > held.rank THEN nullif(given.reason, '') ELSE m.reason END,
        settled_at = CASE WHEN given.rank > held.rank THEN CAST(:now AS timestamptz) ELSE m.settled_at END,
        opened_at = least(m.opened_at, given.opened_at),
        clicked_at = least(m.clicked_at, given.clicked_at),
        complained_at = least(m.complained_at, given.complained_at)
    FROM given JOIN held USING (blast_id, channel, supporter_id)
    WHERE m.blast_id = given.blast_id AND m.channel = given.channel AND m.supporter_id = given.supporter_id
""")  # noqa: S608 - our own words


def apply(session: Session, evidence: Sequence[Evidence], *, ranks: Sequence[int], now: datetime) -> None:
    """Carry evidence onto the messages it is about."""
    if not evidence:
        return
    session.execute(
        _APPLY,
        {
            "blast_ids": [row.blast_id for row in evidence],
            "channels": [row.channel for row in evidence],
            "supporter_ids": [row.supporter_id for row in evidence],
            "states": [row.state for row in evidence],
            "ranks": list(ranks),
            "reasons": [row.reason for row in evidence],
            "opened": [row.opened_at for row in evidence],
            "clicked": [row.clicked_at for row in evidence],
            "complained": [row.complained_at for row in evidence],
            "now": now,
        },
    )


@dataclass(frozen=True, slots=True)
class Bounce:
    """Why an email came back: the server's code and the provider's class of it."""

    code: str
    reason: str


_LAST_BOUNCE = text("""
    SELECT code, reason FROM receipts
    WHERE supporter_id = :supporter_id AND kind = 'bounced' AND (reason <> '' OR code <> '')
    ORDER BY received_at DESC LIMIT 1
""")


def last_bounce(session: Session, *, supporter_id: int) -> Bounce | None:
    """The last bounce of an email to a supporter (ix_receipts_said_why)."""
    row = session.execute(_LAST_BOUNCE, {"supporter_id": supporter_id}).one_or_none()
    return Bounce(row.code, row.reason) if row else None
