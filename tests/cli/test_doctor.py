"""`touchline doctor` says what waits for a person."""

from datetime import UTC, datetime, timedelta

import pytest
import redis
from sqlalchemy import event, text
from sqlalchemy.orm import Session, sessionmaker

from service.clock import now
from service.domain.flood import Flood
from service.joining.flood import Floods
from service.settings import load_settings
from service.store.queries import releases
from tests import make
from tests.cli.conftest import Touchline


def planned(sessions: sessionmaker[Session], *waiting: str, due_in: timedelta) -> None:
    """Two messages; those named wait for a release."""
    with sessions.begin() as session:
        campaign = make.campaign(session, match=make.fixture(session, kick_off_at=now() + timedelta(days=7)))
        for slug in ("push", "last-call"):
            stage = make.stage(session, campaign, slug=slug, due_at=now() + due_in)
            if slug in waiting:
                stage.unreleased_at, stage.unreleased_by = now(), "author@example.org"


def releases_line(touchline: Touchline) -> str:
    return next(line for line in touchline("doctor").output.splitlines() if "releases:" in line)


@pytest.mark.parametrize(
    ("waiting", "due_in", "line"),
    [
        ((), timedelta(days=1), "ok  releases: no planned message waits for one"),
        (("push",), timedelta(days=1), "ok  releases: 1 planned message waits for a release, none due yet"),
        (
            ("push", "last-call"),
            timedelta(minutes=-1),
            "BAD releases: 2 planned messages wait for a release, 2 due already -> a launcher looks at them and "
            "releases them, in the console or by `touchline stage release`",
        ),
    ],
)
def test_the_doctor_says_how_many_messages_wait_for_a_release(
    touchline: Touchline, sessions: sessionmaker[Session], waiting: tuple[str, ...], due_in: timedelta, line: str
) -> None:
    planned(sessions, *waiting, due_in=due_in)

    assert releases_line(touchline) == line


def test_what_waits_for_a_release_is_found_by_its_index(sessions: sessionmaker[Session]) -> None:
    planned(sessions, "push", due_in=timedelta(days=1))
    with sessions() as session:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        asked: list[tuple[str, object]] = []
        note = asked.append
        event.listen(
            session.connection(), "before_cursor_execute", lambda _, __, words, given, *___: note((words, given))
        )
        releases.waiting_for_release(session, now=now())
        (words, given), *_ = asked

        plan = "\n".join(session.connection().exec_driver_sql(f"EXPLAIN {words}", given).scalars())

    assert "ix_stages_unreleased" in plan


def work_line(touchline: Touchline) -> str:
    return next(line for line in touchline("doctor").output.splitlines() if "proof of work:" in line)


def test_the_doctor_says_that_forms_are_flooded_since_when_and_why(
    touchline: Touchline, sessions: sessionmaker[Session], redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sessions.begin() as session:
        campaign_id = make.campaign(session).id
    monkeypatch.setenv("REDIS_URL", redis_url)
    redis.Redis.from_url(redis_url).flushall()
    assert work_line(touchline) == "ok  proof of work: off: no flood of forms is seen"

    Floods.of(load_settings()).begin(campaign_id, Flood.ONE_RANGE, since=datetime(2029, 1, 16, 12, tzinfo=UTC))

    assert work_line(touchline) == (
        "BAD proof of work: Fair trials in Azerbaijan: on since 2029-01-16 12:00 UTC, for very many forms come in with "
        "numbers that begin alike -> it ends by itself with the flood; docs/limits.md says what people see"
    )
    redis.Redis.from_url(redis_url).flushall()


@pytest.mark.parametrize("setting", ["always", "never"])
@pytest.mark.usefixtures("sessions")
def test_the_doctor_says_what_is_set(touchline: Touchline, monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    monkeypatch.setenv("PROOF_OF_WORK", setting)

    assert work_line(touchline) == f"ok  proof of work: {setting} (PROOF_OF_WORK)"
