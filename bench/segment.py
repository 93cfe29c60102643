"""Counting an audience of several rules among a million supporters with actions, consents and messages."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from bench.ground import Ground, ground
from bench.table import Line
from service.domain.audience import parse_rules
from service.domain.channel import Channel
from service.store.engine import make_engine, make_sessions
from service.store.queries.audiences import count_audience

# Five rules, two of which ask of those who did not.
_RULES: list[object] = [
    {"signed": False},
    {"received": "match-day"},
    {"not": {"opened": "match-day"}},
    {"locale": ["en", "az"]},
    {"any": [{"shared": True}, {"joined_after": (datetime.now(UTC) - timedelta(days=400)).isoformat()}]},
]
_LIVES = (
    """INSERT INTO stages (campaign_id, slug, title, position, anchor, offset_span, stale_after, channels, catch_up)
       VALUES (1, 'match-day', 'Match day', 1, 'kick_off', '0', '2 hours', '{email}', 'skip')""",
    """INSERT INTO blasts (campaign_id, stage_id, title, state, channels, audience, opens_at, expires_at, created_at, opened_at)
       VALUES (1, 1, 'bench', 'done', '{email}', '[]', now(), now() + interval '1 day', now(), now())""",
    """INSERT INTO renderings (blast_id, channel, language, subject, text, html, fingerprint)
       VALUES (1, 'email', 'en', '', '', '', '')""",
    """INSERT INTO batches (blast_id, rendering_id, channel, pace, first_supporter_id, last_supporter_id, size, state, not_before,
           expires_at, intent_at, finished_at)
       SELECT 1, 1, 'email', 'bulk', min(id), max(id), count(*), 'accepted', now(), now() + interval '1 day', now(), now()
       FROM supporters GROUP BY (id - 1) / 1000""",
    """INSERT INTO messages (blast_id, channel, supporter_id, batch_id, state, opened_at, clicked_at)
       SELECT 1, 'email', s.id, b.id, 'delivered', CASE WHEN s.id % 3 = 0 THEN now() END, CASE WHEN s.id % 20 = 0 THEN now() END
       FROM supporters s JOIN batches b ON b.first_supporter_id = (s.id - 1) / 1000 * 1000 + 1""",
    """INSERT INTO signatures (petition_id, supporter_id, name, source, blast_id, signed_at)
       SELECT 1, id, 'Ana', '', 1, now() FROM supporters WHERE id % 7 = 0""",
    """INSERT INTO actions (campaign_id, supporter_id, kind, blast_id, at)
       SELECT 1, id, CASE WHEN id % 2 = 0 THEN 'shared' ELSE 'read' END, 1, now() FROM supporters WHERE id % 5 = 0""",
    """INSERT INTO suppressions (channel, address_hash, reason, at)
       SELECT 'email', email_hash, 'left', now() FROM supporters WHERE id % 50 = 0""",
)


def measure(home: Path, *, people: int) -> Sequence[Line]:
    """The count a manager waits for while putting an audience together; the best of three, as pages ask again."""
    with ground(home, people=people) as here:
        _live(here)
        sessions = make_sessions(make_engine(here.url, statement_timeout_ms=120_000))
        audience = parse_rules(_RULES)
        took = []
        for _ in range(3):
            with sessions.begin() as session:
                began = time.perf_counter()
                found = count_audience(session, 1, Channel.EMAIL, audience)
                took.append(time.perf_counter() - began)
        sessions.kw["bind"].dispose()
        began = time.perf_counter()
        here.number("SELECT count(*) FROM permissions WHERE campaign_id = 1 AND channel = 'email'")
        limit = time.perf_counter() - began
    notes = (f"{found:,} of {people:,} found; first {took[0]:.2f} s",)
    work, limit_is = f"segment count over {people:,}", "bare count of permissions"
    return [Line(work, min(took), "s", 1.0, 0.3, less_is_better=True, limit=limit, limit_is=limit_is, notes=notes)]


def _live(here: Ground) -> None:
    with here.transaction() as connection:
        for statement in _LIVES:
            connection.execute(text(statement))
    here.settle()
