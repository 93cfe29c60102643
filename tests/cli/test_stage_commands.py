"""`touchline stage …`: moved, put back, cancelled; what goes out or is left out at once needs a word more."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from service.clock import now
from service.planning.stage_changes import change_stage
from service.planning.stage_checks import Changer, NewLimits, StageChange
from service.store.tables.campaign import Stage, StageFiring
from tests import make
from tests.cli.conftest import Touchline, said

PUSH = ("fair-trials", "push")


@pytest.fixture(autouse=True)
def push(sessions: sessionmaker[Session]) -> None:
    """A message two days before a match in a week, and Ana."""
    with sessions.begin() as session:
        match = make.fixture(session, kick_off_at=now() + timedelta(days=7))
        campaign = make.campaign(session, match=match)
        make.stage(session, campaign, slug="push")
        make.supporter(session, "Ana", campaign=campaign, phone="+447700900001")


def due_in(sessions: sessionmaker[Session]) -> timedelta:
    with sessions() as session:
        due_at = session.query(Stage).one().due_at
    assert isinstance(due_at, datetime)
    return due_at - now()


def test_a_message_is_moved_and_that_is_said(touchline: Touchline, sessions: sessionmaker[Session]) -> None:
    done = touchline("stage", "move", *PUSH, "--offset", "-1d", "--too-late-after", "90m")

    assert done.exit_code == 0
    assert "(waits)" in done.output
    assert "due: 2 days before kick-off → 1 day before kick-off" in done.output
    assert due_in(sessions) > timedelta(days=5)


def test_what_goes_out_at_once_needs_a_word_more_in_a_script(
    touchline: Touchline, sessions: sessionmaker[Session]
) -> None:
    shown = said(touchline("stage", "move", *PUSH, "--offset", "-7d1h", "--dry-run", "--json"))
    refused = touchline("stage", "move", *PUSH, "--offset", "-7d1h")
    before = due_in(sessions)
    done = said(touchline("stage", "move", *PUSH, "--offset", "-7d1h", "--yes", "--json"))

    assert (shown["effect"], shown["fires_now"]) == ("fires now", {"people": {"email": 1, "sms": 1}, "price": 0.0408})
    assert refused.exit_code == 1
    assert "email to 1, about 0.00 GBP, sms to 1, about 0.04 GBP" in refused.stdout
    assert "fires now; nothing was changed. Add --yes if it is meant" in refused.stderr
    assert before > timedelta(days=4)
    assert done["effect"] == "fires now"
    assert due_in(sessions) < timedelta(0)


def test_a_mistyped_unit_is_refused_in_a_script(touchline: Touchline, sessions: sessionmaker[Session]) -> None:
    refused = touchline("stage", "move", *PUSH, "--offset", "-30d")

    assert (refused.exit_code, "too late: will be skipped; nothing was changed" in refused.stderr) == (1, True)
    assert due_in(sessions) > timedelta(days=4)


def test_a_cancelled_message_is_put_back_at_another_time(touchline: Touchline, sessions: sessionmaker[Session]) -> None:
    cancelled = touchline("stage", "cancel", *PUSH)
    back = touchline("stage", "put-back", *PUSH, "--offset", "-3d")
    twice = touchline("stage", "put-back", *PUSH)

    assert "push will not be sent." in cancelled.output
    assert "due: 2 days before kick-off → 3 days before kick-off" in back.output
    assert "only a stage that was cancelled or skipped can be put back" in twice.stderr
    with sessions() as session:
        assert session.query(StageFiring).count() == 0


def test_what_an_author_changed_is_listed_and_released(touchline: Touchline, sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        stage = session.query(Stage).one()
        asked, author = StageChange(limits=NewLimits(None, 2)), Changer("dev@example.org", may_launch=False)
        change_stage(session, stage.id, asked, by=author, public_url="https://example.org", now=now())

    listed = touchline("stage", "list", "fair-trials").output
    refused = touchline("stage", "release", *PUSH)
    done = touchline("stage", "release", *PUSH, "--yes")

    assert "planned, waits for a release: changed by dev@example.org" in listed
    assert "messages to one supporter: as the campaign → 2" in refused.stdout
    assert "nothing was changed. Add --yes" in refused.stderr
    assert "Released." in done.output
    assert "waits for a release" not in touchline("stage", "list", "fair-trials").output


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (
            ("stage", "move", *PUSH, "--offset", "-400d"),
            "more than a year from its moment; look at the number and its unit",
        ),
        (("stage", "cancel", "no-such", "push"), "there is no campaign 'no-such'"),
        (("stage", "cancel", "fair-trials", "pish"), "'fair-trials' has no message 'pish'; it has push"),
        (("stage", "move", *PUSH, "--offset", "soon"), "--offset: write it like 90m, 12h or -2d12h; got 'soon'"),
        (("stage", "move", *PUSH, "--too-late-after", "0m"), "longer than nothing"),
        (("stage", "move", *PUSH, "--at", "2030-01-01T00:00+00:00"), "push is measured from kick off: say --offset"),
        (
            ("stage", "put-back", *PUSH, "--at", "2030-01-01T00:00+00:00"),
            "push is measured from kick off: say --offset",
        ),
    ],
)
def test_what_is_not_there_or_not_read_is_said_plainly(touchline: Touchline, words: tuple[str, ...], why: str) -> None:
    refused = touchline(*words)

    assert refused.exit_code == 1
    assert why in refused.stderr


def test_a_message_at_a_fixed_time_takes_a_moment_and_no_offset(
    touchline: Touchline, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        session.query(Stage).update({"anchor": "absolute", "at": now() + timedelta(days=3)})

    refused = touchline("stage", "move", *PUSH, "--offset", "-1d")

    assert (refused.exit_code, "push is at a fixed time: say --at, not --offset" in refused.stderr) == (1, True)
