"""`touchline fixture …`: each says what it sets off, what is odd needs a word more, and the last is taken back."""

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.clock import now
from service.domain.fixture import Score
from service.planning import fixtures
from service.sending.due import fire_due_stages
from service.sending.write import write_next_span
from service.store.tables.campaign import Fixture, Stage
from tests import make
from tests.cli.conftest import Touchline, said
from tests.conftest import SECRET

MATCH = "aze-eng"
Planned = Callable[[timedelta], None]


@pytest.fixture
def kick_off_in(sessions: sessionmaker[Session]) -> Planned:
    """A match so long from now, with a message three hours before it, one at half time, and Ana."""

    def plan(span: timedelta) -> None:
        with sessions.begin() as session:
            match = make.fixture(session, kick_off_at=now() + span)
            campaign = make.campaign(session, match=match)
            due_at = match.kick_off_at - timedelta(hours=3)
            make.stage(session, campaign, slug="push", offset=timedelta(hours=-3), due_at=due_at)
            make.stage(session, campaign, slug="half-time", anchor="half_time", offset=timedelta(0))
            make.supporter(session, "Ana", campaign=campaign, phone="+447700900001")

    return plan


def state(sessions: sessionmaker[Session]) -> str:
    with sessions() as session:
        return session.query(Fixture).one().state


def test_a_dry_run_says_what_goes_out_and_changes_nothing(
    touchline: Touchline, kick_off_in: Planned, sessions: sessionmaker[Session]
) -> None:
    kick_off_in(timedelta(days=5, hours=1))

    shown = touchline("fixture", "kick-off", MATCH, "--dry-run").output
    facts = said(touchline("fixture", "kick-off", MATCH, "--dry-run", "--json"))

    assert "This would make it: Azerbaijan–England 0-0: live." in shown
    assert "Mind: Kick-off is in 5 days." in shown
    assert "(fires now) email to 1, about 0.00 GBP, sms to 1, about 0.04 GBP" in shown
    assert facts["odd"] == "Kick-off is in 5 days"
    assert facts["fires_now"] == [
        {"stage": "Push", "people": {"email": 1, "sms": 1}, "price": 0.0408, "currency": "GBP"}
    ]
    assert state(sessions) == "scheduled"


@pytest.mark.parametrize("flags", [(), ("--yes",), ("--json",), ("--yes", "--json")])
def test_an_odd_whistle_is_refused_where_nobody_can_be_asked(
    touchline: Touchline, kick_off_in: Planned, sessions: sessionmaker[Session], flags: tuple[str, ...]
) -> None:
    kick_off_in(timedelta(days=5, hours=1))

    refused = touchline("fixture", "kick-off", MATCH, *flags)

    assert refused.exit_code == 1
    assert "Kick-off is in 5 days; nothing was changed. Add --really if it is meant" in refused.stderr
    assert refused.stdout == ""
    assert state(sessions) == "scheduled"


def test_a_whistle_at_its_time_needs_no_word_more(
    touchline: Touchline, kick_off_in: Planned, sessions: sessionmaker[Session]
) -> None:
    kick_off_in(timedelta(minutes=-2))

    pressed = touchline("fixture", "kick-off", MATCH)

    assert "Azerbaijan–England 0-0: live" in pressed.output
    assert state(sessions) == "live"


def test_a_match_moved_into_the_past_needs_a_word_more(
    touchline: Touchline, kick_off_in: Planned, sessions: sessionmaker[Session]
) -> None:
    kick_off_in(timedelta(days=5))
    past = (now() - timedelta(days=2)).isoformat()

    refused = touchline("fixture", "postpone", MATCH, "--until", past)
    moved = said(touchline("fixture", "postpone", MATCH, "--until", past, "--really", "--json"))

    assert refused.exit_code == 1
    assert "That moment has passed, 2 days ago" in refused.stderr
    assert moved["left_out"] == ["Push"]


def test_the_last_deed_is_taken_back_from_the_command_line(
    touchline: Touchline, kick_off_in: Planned, sessions: sessionmaker[Session]
) -> None:
    kick_off_in(timedelta(days=5))
    touchline("fixture", "kick-off", MATCH, "--really")
    touchline("fixture", "half-time", MATCH, "--score", "1-0", "--really")
    with sessions.begin() as session:
        fire_due_stages(session, public_url="https://example.org", now=now())
    for _ in range(2):
        with sessions.begin() as session:
            write_next_span(session)
    with sessions.begin() as session:
        went = (
            "SELECT id FROM batches WHERE channel = 'email' AND blast_id = (SELECT id FROM blasts WHERE stage_id = 2)"
        )
        session.execute(text(f"UPDATE batches SET state = 'accepted' WHERE id IN ({went})"))

    first = touchline("fixture", "undo", MATCH)
    second = said(touchline("fixture", "undo", MATCH, "--json"))
    third = touchline("fixture", "undo", MATCH)

    assert "Last: half-time, 1-0, by " in first.output
    assert "taken back, Azerbaijan–England 0-0: live" in first.output
    assert "the rest is stopped; it does not go out again" in first.output
    assert "1 email had gone or was just going." in first.output
    assert second["state"] == "scheduled"
    assert [(one["stage"], one["gone"]) for one in second["taken_back"]] == [("Push", {})]  # type: ignore[attr-defined]  # a list
    assert (third.exit_code, "nothing was done to this match" in third.stderr) == (1, True)
    with sessions() as session:
        assert dict(session.query(Stage.slug, Stage.fired_at.is_(None)).all()) == {"push": True, "half-time": False}


def test_what_was_done_on_another_day_is_not_taken_back(
    touchline: Touchline, kick_off_in: Planned, sessions: sessionmaker[Session]
) -> None:
    kick_off_in(timedelta(days=-1))
    with sessions.begin() as session:
        fixtures.press_kick_off(session, 1, actor="Dev", now=now() - timedelta(hours=13))

    refused = touchline("fixture", "undo", MATCH)

    assert (refused.exit_code, "more than 12 hours ago" in refused.stderr) == (1, True)


def test_a_held_message_of_an_abandoned_match_is_let_go_on(
    touchline: Touchline, kick_off_in: Planned, sessions: sessionmaker[Session]
) -> None:
    kick_off_in(timedelta(minutes=-50))
    with sessions.begin() as session:
        fixtures.press_kick_off(session, 1, actor="Dev", now=now() - timedelta(minutes=50))
        fixtures.press_half_time(session, 1, score=Score(1, 0), actor="Dev", now=now() - timedelta(minutes=3))
    touchline("fixture", "abandon", MATCH)

    unknown = touchline("fixture", "go-on", MATCH, "nothing")
    asked = touchline("fixture", "go-on", MATCH, "half-time")
    let_go = touchline("fixture", "go-on", MATCH, "half-time", "--yes")

    assert "there is no stage 'nothing'" in unknown.stderr
    assert "(fires now) email to 1" in asked.stdout
    assert "fires now; nothing was changed. Add --yes if it is meant" in asked.stderr
    assert "Done." in let_go.output
    with sessions() as session:
        assert dict(session.query(Stage.slug, Stage.due_at.is_(None)).all()) == {"push": True, "half-time": False}


@pytest.mark.parametrize(("answers", "then"), [("y\ny\n", "live"), ("y\nn\n", "scheduled"), ("n\n", "scheduled")])
def test_on_a_terminal_an_odd_whistle_is_asked_about_twice(
    kick_off_in: Planned, sessions: sessionmaker[Session], database_url: str, answers: str, then: str
) -> None:
    kick_off_in(timedelta(days=5, hours=1))
    ours, theirs = pty.openpty()
    os.write(ours, answers.encode())

    shown = subprocess.run(
        [sys.executable, "-m", "service.cli.main", "fixture", "kick-off", MATCH],
        env={**os.environ, "DATABASE_URL": database_url, "SECRET_KEY": SECRET},
        stdin=theirs,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    os.close(theirs)
    os.close(ours)

    assert "This would make it" in shown.stdout
    assert ("Kick-off is in 5 days. Really?" in shown.stdout + shown.stderr) == (answers != "n\n")
    assert state(sessions) == then
