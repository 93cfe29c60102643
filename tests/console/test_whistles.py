"""The whistles in the console: looked at first, asked about twice where they are odd, and taken back."""

import re
from collections.abc import Callable
from datetime import UTC, timedelta
from html import unescape

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from service.clock import now
from service.domain.manager import Role
from service.sending.due import fire_due_stages
from service.sending.write import write_next_span
from service.store.tables.blasts import Blast
from service.store.tables.campaign import Fixture, Stage, StageFiring
from tests import make
from tests.console.conftest import Browser, C, seen_on, whistle, words

SignedIn = Callable[[Role], Browser]


@pytest.fixture
def kick_off_in(sessions: sessionmaker[Session], campaign_id: int) -> Callable[[timedelta], None]:
    """Bring the match to so long from now."""

    def move(span: timedelta) -> None:
        with sessions.begin() as session:
            match = session.query(Fixture).one()
            match.kick_off_at = now() + span
            session.query(Stage).filter_by(anchor="kick_off").one().due_at = match.kick_off_at - timedelta(days=2)

    return move


def open_due(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        fire_due_stages(session, public_url="https://example.org", now=now())
    with sessions.begin() as session:
        write_next_span(session)


def undo_page(browser: Browser) -> TestResponse:
    """Where the timeline's link to take back the last whistle leads."""
    found = re.search(r'href="([^"]+/fixture/undo[^"]+)"', browser.see(f"{C}/").text)
    assert found
    return browser.see(unescape(found[1]))


def state(sessions: sessionmaker[Session]) -> tuple[str, int | None, int | None]:
    with sessions() as session:
        match = session.query(Fixture).one()
        return match.state, match.home_score, match.away_score


def test_a_kick_off_that_is_due_is_seen_and_pressed(
    signed_in: SignedIn, kick_off_in: Callable[[timedelta], None], sessions: sessionmaker[Session]
) -> None:
    kick_off_in(timedelta(minutes=-2))
    launcher = signed_in(Role.LAUNCHER)

    page = launcher.see(f"{C}/fixture/kick-off")
    before = state(sessions)
    answer = launcher.press(f"{C}/fixture/kick-off", seen_on(page))

    assert "Kick-off: before you press" in words(page)
    assert "Too late then: left out It can be put back with another time. Find out more" in words(page)
    assert "Really" not in page.text
    assert before == ("scheduled", None, None)
    assert "The match is on. Too late now, and left out: Find out more." in words(answer)
    assert state(sessions) == ("live", 0, 0)


def test_a_kick_off_days_early_is_asked_about_twice(
    signed_in: SignedIn, kick_off_in: Callable[[timedelta], None], sessions: sessionmaker[Session]
) -> None:
    kick_off_in(timedelta(days=5, hours=1))
    launcher = signed_in(Role.LAUNCHER)

    page = launcher.see(f"{C}/fixture/kick-off")
    asked = launcher.press(f"{C}/fixture/kick-off", seen_on(page))
    not_yet = state(sessions)
    answer = launcher.press(f"{C}/fixture/kick-off", seen_on(asked))

    assert "Kick-off is in 5 days." in words(page)
    assert "Kick-off is in 5 days. Really press it now?" in words(asked)
    assert not_yet == ("scheduled", None, None)
    assert "The match is on." in words(answer)


def test_half_time_says_to_how_many_it_goes_at_what_cost(
    signed_in: SignedIn, kick_off_in: Callable[[timedelta], None], sessions: sessionmaker[Session]
) -> None:
    kick_off_in(timedelta(minutes=-47))
    with sessions.begin() as session:
        session.query(Fixture).one().state = "live"
    launcher = signed_in(Role.LAUNCHER)

    page = launcher.see(f"{C}/fixture/half-time?home=0&away=1")
    answer = launcher.press(f"{C}/fixture/half-time", seen_on(page))

    assert "Half time, Azerbaijan 0-1 England: before you press" in words(page)
    assert "Goes out now Half time : Email to 4 , about £0.00; Text to 2 , about £0.08" in words(page)
    assert "Half time, Azerbaijan 0-1 England. Going out now: Half time." in words(answer)
    assert state(sessions) == ("half_time", 0, 1)


def test_half_time_seconds_after_kick_off_is_asked_about_twice(signed_in: SignedIn, campaign_id: int) -> None:
    launcher = signed_in(Role.LAUNCHER)
    whistle(launcher, "kick-off")

    page = launcher.see(f"{C}/fixture/half-time?home=0&away=0")
    asked = launcher.press(f"{C}/fixture/half-time", seen_on(page))

    assert "Kick-off was only" in words(page)
    assert "Really press it now?" in words(asked)


def test_what_changed_since_it_was_seen_is_shown_anew(
    signed_in: SignedIn,
    campaign_id: int,
    kick_off_in: Callable[[timedelta], None],
    sessions: sessionmaker[Session],
) -> None:
    kick_off_in(timedelta(minutes=-2))
    launcher = signed_in(Role.LAUNCHER)
    page = launcher.see(f"{C}/fixture/kick-off")
    with sessions.begin() as session:
        campaign = session.query(Fixture).one()
        row = make.campaign(session, slug="other", match=campaign)
        make.stage(session, row, slug="news", offset=timedelta(0), due_at=campaign.kick_off_at)

    answer = launcher.press(f"{C}/fixture/kick-off", seen_on(page))

    assert answer.status_code == 409
    assert "Nothing was changed: what it would do is no longer what you saw" in words(answer)
    assert "News" in words(answer)
    assert state(sessions) == ("scheduled", None, None)


def test_a_whistle_is_not_pressed_unseen(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    answer = signed_in(Role.LAUNCHER).press(f"{C}/fixture/kick-off")

    assert "Kick-off: before you press" in words(answer)
    assert state(sessions) == ("scheduled", None, None)


def test_a_button_pressed_twice_changes_nothing_the_second_time(
    signed_in: SignedIn, kick_off_in: Callable[[timedelta], None]
) -> None:
    kick_off_in(timedelta(days=5))
    launcher = signed_in(Role.LAUNCHER)
    asked = launcher.press(f"{C}/fixture/kick-off", seen_on(launcher.see(f"{C}/fixture/kick-off")))

    answers = [words(launcher.press(f"{C}/fixture/kick-off", seen_on(asked))) for _ in range(2)]

    assert "The match is on." in answers[0]
    assert "Nothing was changed" in answers[1]


@pytest.mark.parametrize("typed", ["", "one", "-1", "100"])
def test_a_score_that_is_none_is_refused(signed_in: SignedIn, campaign_id: int, typed: str) -> None:
    launcher = signed_in(Role.LAUNCHER)
    whistle(launcher, "kick-off")

    seen = launcher.client.get(f"{C}/fixture/full-time?home={typed}&away=1", follow_redirects=True)
    pressed = launcher.press(f"{C}/fixture/full-time", {"home": typed, "away": "1", "seen": "x"})

    assert "two numbers from 0 to 99" in words(seen)
    assert "two numbers from 0 to 99" in words(pressed)


def test_an_early_whistle_is_taken_back_before_anything_has_gone(
    signed_in: SignedIn, kick_off_in: Callable[[timedelta], None], sessions: sessionmaker[Session]
) -> None:
    kick_off_in(timedelta(hours=47))
    with sessions.begin() as session:
        session.execute(text("UPDATE stages SET offset_span = '-1 hour', due_at = now() + interval '46 hours'"))
    launcher = signed_in(Role.LAUNCHER)
    whistle(launcher, "kick-off")
    open_due(sessions)

    line = launcher.see(f"{C}/")
    assert "Last: kick-off, by launcher@example.org" in words(line)
    page = undo_page(launcher)
    answer = launcher.press(f"{C}/fixture/undo", seen_on(page))

    assert "Undo “Kick-off”: before you press It was pressed by launcher@example.org" in words(page)
    assert "Nothing of it has gone yet" in words(page)
    assert "Taken back." in words(answer)
    assert "Undo it" not in words(answer)
    assert state(sessions) == ("scheduled", None, None)
    with sessions() as session:
        assert session.query(StageFiring).count() == 0
        assert session.query(Blast).one().paused_reason == "taken back with the whistle by launcher@example.org"
        due_at = session.query(Stage).filter_by(anchor="kick_off").one().due_at
    assert due_at is not None
    assert due_at.astimezone(UTC) > now() + timedelta(hours=45)


def test_what_had_gone_is_said_when_a_whistle_is_taken_back(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    whistle(launcher, "kick-off")
    whistle(launcher, "half-time", home=1, away=0)
    open_due(sessions)
    with sessions.begin() as session:
        session.execute(text("UPDATE batches SET state = 'accepted' WHERE channel = 'sms'"))

    page = undo_page(launcher)
    answer = words(launcher.press(f"{C}/fixture/undo", seen_on(page)))

    assert "Undo “Half time, 1-0”: before you press" in words(page)
    assert "2 texts had gone or were just going." in words(page)
    assert "the rest is stopped; it does not go out again" in words(page)
    assert "Taken back. 2 texts had gone or were just going; the rest is stopped." in answer
    assert state(sessions) == ("live", 0, 0)


def test_an_undo_pressed_twice_takes_back_one_whistle(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    whistle(launcher, "kick-off")
    whistle(launcher, "half-time", home=1, away=0)
    page = undo_page(launcher)

    answers = [words(launcher.press(f"{C}/fixture/undo", seen_on(page))) for _ in range(2)]

    assert "Taken back." in answers[0]
    assert "Nothing was changed: something else has been done to the match since" in answers[1]
    assert state(sessions) == ("live", 0, 0)


def test_only_who_may_launch_takes_a_whistle_back(signed_in: SignedIn, campaign_id: int) -> None:
    whistle(signed_in(Role.LAUNCHER), "kick-off")
    author = signed_in(Role.AUTHOR)

    assert "Undo it" not in words(author.see(f"{C}/"))
    assert author.see(f"{C}/fixture/undo?change=1").status_code == 403


def test_a_match_moved_into_the_past_is_asked_about_twice(
    signed_in: SignedIn, kick_off_in: Callable[[timedelta], None], sessions: sessionmaker[Session]
) -> None:
    kick_off_in(timedelta(days=3))
    launcher = signed_in(Role.LAUNCHER)
    past = {"when": f"{now() - timedelta(days=1):%Y-%m-%dT%H:%M}", "zone": "UTC"}

    page = launcher.press(f"{C}/fixture/move", past)
    asked = launcher.press(f"{C}/fixture/move", past | {"sure": "yes"} | seen_on(page))

    for answer in (page, asked):
        assert "That moment has passed, 1 day ago" in words(answer)
        assert "Too late then: left out It can be put back with another time. Find out more" in words(answer)
    assert "Really move it there?" in words(asked)
    with sessions() as session:
        assert session.query(Fixture).one().kick_off_at > now()


def test_an_abandoned_match_holds_its_messages_until_somebody_says_so(
    signed_in: SignedIn, kick_off_in: Callable[[timedelta], None], sessions: sessionmaker[Session]
) -> None:
    kick_off_in(timedelta(minutes=-1))
    with sessions.begin() as session:
        session.execute(text("UPDATE stages SET offset_span = '1 hour', due_at = now() + interval '1 hour'"))
    launcher = signed_in(Role.LAUNCHER)
    whistle(launcher, "kick-off")

    page = launcher.see(f"{C}/fixture/abandon")
    abandoned = launcher.press(f"{C}/fixture/abandon", seen_on(page))
    goes_on = launcher.press(f"{C}/stages/find-out-more/go-on")
    refused = launcher.press(f"{C}/stages/half-time/go-on")

    assert "Held until there is a date" in words(page)
    assert "held until the match has a date, or somebody lets it go on" in words(abandoned)
    assert "“Find out more” goes out at its time, although the match was abandoned." in words(goes_on)
    assert "measured from a whistle that never came" in words(refused)


def test_what_is_going_out_of_an_abandoned_match_has_a_pause_beside_it(
    signed_in: SignedIn, kick_off_in: Callable[[timedelta], None], sessions: sessionmaker[Session]
) -> None:
    kick_off_in(timedelta(hours=47))
    open_due(sessions)

    page = signed_in(Role.LAUNCHER).see(f"{C}/fixture/abandon")

    assert "Going out already, and goes on" in words(page)
    assert f"{C}/blasts/1/pause" in page.text
