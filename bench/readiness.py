"""What /readyz and /metrics cost an installation that has sent for years: they are asked every few seconds, for ever."""

import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from bench.ground import Ground, ground, plan_blast
from bench.table import Line
from service.reporting.house import house_report, is_migrated
from service.sending.due import open_scheduled_blasts
from service.sending.write import write_next_span
from service.settings import load_settings
from service.store.engine import make_engine, make_sessions
from service.store.queries import heartbeats, tallies
from service.store.queries.house import database_now
from service.web.app import create_app

_ROUNDS = 200
# Confirmations and answers of years: nearly all are over.
_NOTICES = """
    INSERT INTO notices (kind, channel, dedupe_key, facts, state, not_before, expires_at, created_at, attempt_id, intent_at)
    SELECT 'confirm_email', 'email', 'k' || n, '{}', CASE WHEN n % 100000 = 0 THEN 'unknown' ELSE 'delivered' END,
        now(), now(), now(), gen_random_uuid(), now()
    FROM generate_series(1, :count) AS n
"""
# A tenth as many batches: of blasts that are over, of one that is paused, and of one that is under way.
_BATCHES = """
    INSERT INTO batches (blast_id, rendering_id, channel, pace, first_supporter_id, last_supporter_id, size, not_before,
        expires_at, state, attempt_id)
    SELECT :blast_id, (SELECT min(id) FROM renderings), 'email', 'bulk', 1, 1, 1000, now() - interval '1 hour',
        now() + interval '1 day', :state, gen_random_uuid()
    FROM generate_series(1, :count)
"""
_ATTEMPTS = """
    INSERT INTO attempts (id, batch_id, provider, count, intent_at, closed_at, outcome)
    SELECT gen_random_uuid(), id, 'sendgrid', size, now() - interval '1 day', now(), 'accepted' FROM batches
    WHERE state = 'accepted'
"""


def measure(home: Path, *, notices: int) -> Sequence[Line]:
    """The middle and the slowest of many readings, by the web process's own answer."""
    with ground(home, people=10) as here:
        sessions = make_sessions(make_engine(here.url))
        _fill(here, sessions, notices)
        readings = sorted(_seconds(sessions) for _ in range(_ROUNDS))
        answers = sorted(_answered(here))
        sessions.kw["bind"].dispose()
    of = f"with {notices:,} notices and {notices // 10:,} batches"
    return [
        Line(f"what /readyz and /metrics read, {of}", median(readings) * 1000, "ms", 10, less_is_better=True),
        Line("the same, the slowest of 200", readings[-1] * 1000, "ms", 50, less_is_better=True),
        Line(f"GET /readyz, {of}", median(answers) * 1000, "ms", 10, less_is_better=True),
    ]


def _fill(here: Ground, sessions: sessionmaker[Session], notices: int) -> None:
    blasts = [_opened(here, sessions) for _ in range(3)]
    with here.transaction() as connection:
        connection.execute(text(_NOTICES), {"count": notices})
        for blast_id, state in zip(blasts, ("accepted", "queued", "queued"), strict=True):
            connection.execute(text(_BATCHES), {"blast_id": blast_id, "state": state, "count": notices // 30})
        connection.execute(text(_ATTEMPTS))
        connection.execute(text("UPDATE blasts SET state = 'done' WHERE id = :id"), {"id": blasts[0]})
        connection.execute(text("UPDATE blasts SET state = 'paused' WHERE id = :id"), {"id": blasts[1]})
    with sessions.begin() as session:
        for kind in ("prompt", "bulk", "listening", "ticker"):
            heartbeats.beat(session, name=kind, kind=kind, host="bench", broker_is_away=False)
        tallies.count_on(session)
    here.settle()


def _opened(here: Ground, sessions: sessionmaker[Session]) -> int:
    plan_blast(here, "email")
    with sessions.begin() as session:
        open_scheduled_blasts(session, public_url="https://campaign.example.org", now=database_now(session))
    while True:
        with sessions.begin() as session:
            if write_next_span(session, numbers=()) is None:
                break
    return here.number("SELECT max(id) FROM blasts")


def _seconds(sessions: sessionmaker[Session]) -> float:
    began = time.perf_counter()
    with sessions.begin() as session:
        if not is_migrated(session):
            raise AssertionError("the database of the bench is migrated")
        house_report(session)
        tallies.all_counted(session)
    return time.perf_counter() - began


def _answered(here: Ground) -> list[float]:
    settings = load_settings({"DATABASE_URL": here.url, "SECRET_KEY": "a secret of the bench, forty letters or so"})
    app = create_app(settings)
    visitor, took = app.test_client(), []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        if visitor.get("/readyz").status_code != 200:
            raise AssertionError("the web process can serve")
        took.append(time.perf_counter() - began)
    app.extensions["touchline"].sessions.kw["bind"].dispose()
    return took
