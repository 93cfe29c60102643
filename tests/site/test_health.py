"""/readyz and /metrics: a balancer is told whether this process can serve, a monitor what does not work."""

import re
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from alembic import command
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session, sessionmaker

from service.domain.errand import TICKER, Queue
from service.settings import load_settings
from service.store.engine import sqlalchemy_url
from service.store.migrate import alembic_config, newest_migration
from service.store.queries import heartbeats
from service.web.app import create_app
from tests.conftest import SECRET

_NOT_MIGRATED = "the database is not migrated: run `touchline migrate`"


@pytest.fixture
def everybody(sessions: sessionmaker[Session]) -> None:
    """A process of every kind has just told that it lives, and a ticker has ticked."""
    with sessions.begin() as session:
        for kind in (*Queue, TICKER):
            heartbeats.beat(session, name=f"{kind}@here:1", kind=kind, host="here", broker_is_away=False)
        # And will for as long as the test takes, however slow the machine is.
        session.execute(text("UPDATE heartbeats SET at = at + interval '1 hour'"))
        session.execute(text("UPDATE house SET ticked_at = clock_timestamp() + interval '1 hour'"))


def _told(visitor: FlaskClient, query: str = "") -> tuple[int, str, list[str]]:
    answer = visitor.get(f"/readyz{query}")
    return answer.status_code, answer.json["status"], answer.json["reasons"]


def test_where_everybody_is_at_work_it_is_ready(visitor: FlaskClient, everybody: None) -> None:
    assert _told(visitor) == _told(visitor, "?all") == (200, "ready", [])


@pytest.mark.parametrize("kind", [*Queue, TICKER])
def test_who_is_missing_is_told_and_takes_no_web_process_away(
    visitor: FlaskClient, sessions: sessionmaker[Session], everybody: None, kind: str
) -> None:
    with sessions.begin() as session:
        session.execute(
            text("UPDATE heartbeats SET at = clock_timestamp() - interval '50 seconds' WHERE kind = :kind"),
            {"kind": kind},
        )
        if kind == TICKER:
            session.execute(text("UPDATE house SET ticked_at = clock_timestamp() - interval '65 seconds'"))

    code, status, (reason,) = _told(visitor)

    assert (code, status) == (200, "degraded")
    assert _told(visitor, "?all")[:2] == (503, "degraded")
    assert "has been heard from for" in reason or "no ticker has ticked" in reason


def test_a_broker_that_does_not_answer_the_workers_is_told(
    visitor: FlaskClient, sessions: sessionmaker[Session], everybody: None
) -> None:
    with sessions.begin() as session:
        session.execute(text("UPDATE heartbeats SET broker_is_away = true"))

    assert _told(visitor) == (
        200,
        "degraded",
        ["the broker does not answer the workers: they look for work in Postgres"],
    )
    assert "touchline_broker_away 1" in visitor.get("/metrics").text


def test_a_blast_past_its_time_that_nobody_opens_is_told(
    visitor: FlaskClient, sessions: sessionmaker[Session], everybody: None, campaign_id: int
) -> None:
    _blast(sessions, campaign_id, state="scheduled", past=timedelta(minutes=4))

    _, _, reasons = _told(visitor)

    assert reasons == ["a blast has been waiting to open for 4 minutes"]
    assert "touchline_blasts_waiting_to_open 1" in visitor.get("/metrics").text


def test_a_blast_that_is_being_written_is_no_trouble(
    visitor: FlaskClient, sessions: sessionmaker[Session], everybody: None, campaign_id: int
) -> None:
    _blast(sessions, campaign_id, state="opening", past=timedelta(minutes=4), opened_through=7)

    assert _told(visitor) == (200, "ready", [])
    assert "touchline_blasts_waiting_to_open 1" in visitor.get("/metrics").text


@pytest.mark.parametrize(("state", "is_told"), [("running", True), ("paused", False)])
def test_messages_that_are_due_while_nothing_is_handed_over_are_told(
    visitor: FlaskClient, sessions: sessionmaker[Session], everybody: None, campaign_id: int, state: str, is_told: bool
) -> None:
    blast_id = _blast(sessions, campaign_id, state=state, past=timedelta(minutes=9))
    _batch(sessions, blast_id, due=timedelta(minutes=5))

    reasons = _told(visitor)[2]

    assert reasons == (["messages of a blast are due, and none has been handed over for 5 minutes"] if is_told else [])


def test_messages_that_wait_for_the_rate_of_their_sender_are_no_trouble(
    visitor: FlaskClient, sessions: sessionmaker[Session], everybody: None, campaign_id: int
) -> None:
    blast_id = _blast(sessions, campaign_id, state="running", past=timedelta(hours=9))
    _batch(sessions, blast_id, due=timedelta(hours=5))
    with sessions.begin() as session:
        session.execute(
            text("INSERT INTO senders (channel, name, held_until) VALUES ('email', '', now() + interval '9 hours')")
        )

    assert _told(visitor) == (200, "ready", [])


def test_confirmations_that_nobody_sends_are_told(
    visitor: FlaskClient, sessions: sessionmaker[Session], everybody: None
) -> None:
    with sessions.begin() as session:
        session.execute(
            text("""INSERT INTO notices (kind, channel, dedupe_key, to_address, facts, not_before, expires_at, created_at)
                VALUES ('confirm_email', 'email', 'k', 'ana@example.org', '{}', now() - interval '3 minutes',
                    now() + interval '1 day', now())""")
        )

    assert _told(visitor)[2] == ["confirmations or answers have been due for 3 minutes"]


def test_what_was_held_is_told_as_such_and_nothing_else(
    visitor: FlaskClient, sessions: sessionmaker[Session], everybody: None, campaign_id: int
) -> None:
    _blast(sessions, campaign_id, state="scheduled", past=timedelta(hours=4))
    with sessions.begin() as session:
        session.execute(text("UPDATE house SET held_at = now(), held_reason = 'restored from a backup'"))

    answer = visitor.get("/readyz").json

    assert (answer["reasons"], answer["warnings"]) == ([], ["nothing of a blast is sent: restored from a backup"])


def test_every_line_of_the_metrics_is_in_prometheus_text_format(
    visitor: FlaskClient, sessions: sessionmaker[Session], everybody: None
) -> None:
    with sessions.begin() as session:
        session.execute(text("INSERT INTO tallies VALUES ('sendgrid', 'blasts', 'accepted', 12)"))

    lines = visitor.get("/metrics").text.splitlines()

    assert 'touchline_processes{kind="bulk"} 1' in lines
    assert 'touchline_handed_over_total{provider="sendgrid",part="blasts",outcome="accepted"} 12' in lines
    sample = re.compile(r"(# TYPE touchline_\w+ (gauge|counter)|touchline_\w+(\{[^}]*\})? -?[0-9.]+)")
    assert [line for line in lines if not sample.fullmatch(line)] == []


@pytest.fixture
def elsewhere(database_url: str) -> Iterator[str]:
    """A database without any table."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE elsewhere")
    yield database_url.rpartition("/")[0] + "/elsewhere"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE elsewhere WITH (FORCE)")


def _upgrade(url: str, revision: str) -> None:
    engine = create_engine(sqlalchemy_url(url))
    config = alembic_config(url)
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()
    engine.dispose()


@pytest.mark.parametrize("revision", [None, "0003", "0011"])
def test_on_a_database_that_is_fresh_or_older_every_answer_says_to_migrate(
    elsewhere: str, revision: str | None
) -> None:
    if revision is not None:
        _upgrade(elsewhere, revision)
    app = create_app(load_settings({"SECRET_KEY": SECRET, "DATABASE_URL": elsewhere}))
    visitor = app.test_client()

    ready, metrics = visitor.get("/readyz"), visitor.get("/metrics")

    assert (ready.status_code, ready.json["reasons"]) == (503, [_NOT_MIGRATED])
    assert (metrics.status_code, metrics.text) == (503, f"# {_NOT_MIGRATED}\n")
    if revision is None:
        assert visitor.get("/").status_code == 503
    app.extensions["touchline"].sessions.kw["bind"].dispose()


def test_on_a_database_that_a_later_version_has_migrated_this_one_is_ready(
    visitor: FlaskClient, sessions: sessionmaker[Session], everybody: None
) -> None:
    with sessions.begin() as session:
        before = session.scalar(text("UPDATE alembic_version SET version_num = '9999' RETURNING 'set'"))
    try:
        assert before == "set"
        assert _told(visitor) == (200, "ready", [])
    finally:
        _stamp_newest(sessions)


def _stamp_newest(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :newest"), {"newest": newest_migration()})


def _blast(
    sessions: sessionmaker[Session], campaign_id: int, *, state: str, past: timedelta, opened_through: int = 0
) -> int:
    with sessions.begin() as session:
        return int(
            session.scalar(
                text("""INSERT INTO blasts (campaign_id, title, state, channels, audience, opens_at, expires_at, created_at,
                        opened_through)
                    VALUES (:campaign_id, 'A blast', :state, '{email}', '[]', now() - :past, now() + interval '1 day', now(),
                        :opened_through) RETURNING id"""),
                {"campaign_id": campaign_id, "state": state, "past": past, "opened_through": opened_through},
            )
            or 0
        )


def _batch(sessions: sessionmaker[Session], blast_id: int, *, due: timedelta) -> None:
    with sessions.begin() as session:
        rendering_id = session.scalar(
            text("""INSERT INTO renderings (blast_id, channel, language, subject, text, html, fingerprint)
                VALUES (:blast_id, 'email', 'en', '', '', '', '') RETURNING id"""),
            {"blast_id": blast_id},
        )
        session.execute(
            text("""INSERT INTO batches (blast_id, rendering_id, channel, pace, first_supporter_id, last_supporter_id, size,
                    not_before, expires_at)
                VALUES (:blast_id, :rendering_id, 'email', 'bulk', 1, 9, 9, now() - :due, now() + interval '1 day')"""),
            {"blast_id": blast_id, "rendering_id": rendering_id, "due": due},
        )
