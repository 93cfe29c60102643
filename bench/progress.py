"""The page of a very large blast of which every message has its own outcome, as it asks for itself again and again."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from bench.ground import ground, plan_blast
from bench.table import Line
from service.reporting.live import progress_of
from service.sending.due import open_scheduled_blasts
from service.store.engine import make_engine, make_sessions
from service.store.queries.state_counts import state_counts

_TEXTS = 50
_BATCHES = """
    INSERT INTO batches (blast_id, rendering_id, channel, pace, first_supporter_id, last_supporter_id, size, state,
        not_before, expires_at, reason, finished_at)
    SELECT :blast_id, (SELECT min(id) FROM renderings WHERE blast_id = :blast_id), 'sms', 'bulk', 1000 + n * :size,
        999 + (n + 1) * :size, :size, CASE WHEN n % 10 = 0 THEN 'queued' ELSE 'accepted' END,
        now() + interval '3 hours', now() + interval '1 day', CASE WHEN n % 10 = 0 THEN 'quiet hours' ELSE '' END,
        CASE WHEN n % 10 > 0 THEN now() - interval '1 hour' END
    FROM generate_series(0, :count - 1) AS n
"""
_MESSAGES = """
    INSERT INTO messages (blast_id, channel, supporter_id, batch_id, state)
    SELECT blast_id, channel, who, id, CASE WHEN state = 'queued' THEN NULL WHEN who % 50 = 0 THEN 'failed' ELSE 'delivered' END
    FROM batches CROSS JOIN LATERAL generate_series(first_supporter_id, last_supporter_id) AS who WHERE size = :size
"""
_ROUNDS = 5


def measure(home: Path, *, messages: int) -> Sequence[Line]:
    """The middle of several looks at it; and once with every message counted, as a small blast is."""
    with ground(home, people=10, phones=10) as here:
        engine = make_engine(here.url, statement_timeout_ms=600_000)
        sessions = make_sessions(engine)
        plan_blast(here, "sms")
        with sessions.begin() as session:
            (blast_id,) = open_scheduled_blasts(
                session, public_url="https://campaign.example.org", now=datetime.now(UTC)
            )
        with here.transaction() as connection:
            asked = {"blast_id": blast_id, "size": _TEXTS, "count": messages // _TEXTS}
            connection.execute(text(_BATCHES), asked)
            connection.execute(text(_MESSAGES), {"size": _TEXTS})
            written = text("UPDATE blasts SET audience_count = :messages WHERE id = :blast_id")
            connection.execute(written, {"messages": messages, "blast_id": blast_id})
        here.settle()
        with sessions() as session:
            looks = sorted(_timed(lambda: progress_of(session, blast_id)) for _ in range(_ROUNDS))
            whole = _timed(lambda: state_counts(session, [blast_id], exact_upto=10 * messages))
        engine.dispose()
    work = f"a blast of {messages:,} texts, each with its own outcome"
    return [
        Line(f"{work}: how far it has come and why", looks[_ROUNDS // 2] * 1000, "ms", 2000, less_is_better=True),
        Line(f"{work}: every message counted", whole, "s"),
    ]


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
