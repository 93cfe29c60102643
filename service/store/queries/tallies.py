"""Questions of how much was handed over in all: counted once, by the ticker, so that nobody counts it again."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, text

from service.store import Session
from service.store.tables.house import Tally

# Attempts are over, one way or another, two minutes after they began; some thousands a tick, so that a first count of
# millions holds nobody up. Of several that began in the same moment all are taken.
_COUNT_ON = text("""
    WITH span AS (
        SELECT h.tallied_to AS after, coalesce((
            SELECT intent_at FROM attempts WHERE intent_at > coalesce(h.tallied_to, '-infinity') AND intent_at <= over.at
            ORDER BY intent_at OFFSET :limit LIMIT 1), over.at) AS upto
        FROM house h, (SELECT clock_timestamp() - interval '2 minutes' AS at) AS over
        WHERE h.id = 1 FOR UPDATE OF h SKIP LOCKED),
    counted AS (
        INSERT INTO tallies AS t (provider, part, outcome, count)
        SELECT provider, CASE WHEN notice_id IS NULL THEN 'blasts' ELSE 'notices' END,
            coalesce(outcome, 'unfinished'), sum(count)
        FROM attempts, span WHERE intent_at > coalesce(span.after, '-infinity') AND intent_at <= span.upto
        GROUP BY 1, 2, 3
        ON CONFLICT (provider, part, outcome) DO UPDATE SET count = t.count + EXCLUDED.count)
    UPDATE house SET tallied_to = span.upto FROM span WHERE id = 1
""")


def count_on(session: Session, *, limit: int = 5_000) -> None:
    """Count attempts that are over and were not counted yet (ix_attempts_intent_at)."""
    session.execute(_COUNT_ON, {"limit": limit - 1})


@dataclass(frozen=True, slots=True)
class Counted:
    """Messages handed over to a provider, of blasts or of notices, with one outcome."""

    provider: str
    part: str
    outcome: str
    count: int


def all_counted(session: Session) -> Sequence[Counted]:
    """Everything counted so far: some tens of rows."""
    question = select(Tally.provider, Tally.part, Tally.outcome, Tally.count)
    rows = session.execute(question.order_by(Tally.provider, Tally.part, Tally.outcome))
    return [Counted(*row) for row in rows]
