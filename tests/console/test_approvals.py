"""A second person's approval, in the browser: what waits says so, is looked at, approved or sent back."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from service.clock import now
from service.domain.manager import Role
from service.settings import Settings
from service.store.approval_limit import INFO
from service.store.tables.blasts import Blast
from service.store.tables.campaign import Stage
from service.web.app import create_app
from service.web.door import FrontDoor
from service.web.limits import limiter
from tests.console.conftest import Browser, C, hidden, kick_off_in, words
from tests.console.test_blasts import BLAST, open_blasts

WAITS = "Waits for approval by a second person."


@pytest.fixture
def app(settings: Settings, sessions: sessionmaker[Session]) -> Iterator[Flask]:
    """A console where one person may write to three alone."""
    made = create_app(replace(settings, approval_above=3))
    sessions.kw["info"] = {**sessions.kw.get("info", {}), INFO: 3}
    limiter.reset()
    yield made
    held = made.extensions["touchline"]
    assert isinstance(held, FrontDoor)
    held.sessions.kw["bind"].dispose()


@pytest.fixture
def scheduled(signed_in: Callable[[Role], Browser], campaign_id: int) -> Browser:
    """Scheduled by the launcher, to six."""
    launcher = signed_in(Role.LAUNCHER)
    assert "Scheduled." in words(launcher.press(f"{C}/blasts/schedule", BLAST))
    return launcher


def test_it_waits_visibly_until_another_person_has_looked_and_approved(
    scheduled: Browser, signed_in: Callable[[Role], Browser], sessions: sessionmaker[Session]
) -> None:
    alone = words(scheduled.see(f"{C}/blasts/1/"))
    own = scheduled.see(f"{C}/blasts/1/approval")
    open_blasts(sessions)
    admin = signed_in(Role.ADMIN)

    page, listed = words(admin.see(f"{C}/blasts/1/")), words(admin.see(f"{C}/blasts/"))
    look = admin.see(f"{C}/blasts/1/approval")
    letter = admin.see(f"{C}/blasts/1/approval/letter/0")
    done = words(admin.press(f"{C}/blasts/1/approval", hidden(look)))
    open_blasts(sessions)

    assert "Nobody else here may launch: a second person is needed." in alone
    assert "Nobody else here may launch: a second person is needed." in words(own)
    assert "Approve exactly this" not in own.text
    assert WAITS in page
    assert "That can be admin@example.org." in page
    assert WAITS in listed
    seen = words(look)
    assert "6 : 4 by email and 2 by text" in seen
    assert "Has not signed." in seen
    assert "£0.09 at most; it pauses before it costs more." in seen
    assert "Ana, last call:" in seen
    assert "Last call" in seen
    assert letter.headers["Content-Security-Policy"].startswith("sandbox;")
    assert "Approved, exactly as you saw it." in done
    with sessions() as session:
        assert session.query(Blast).one().state in {"opening", "running"}


def test_what_was_changed_meanwhile_is_shown_anew_and_not_approved(
    scheduled: Browser, signed_in: Callable[[Role], Browser], sessions: sessionmaker[Session]
) -> None:
    admin = signed_in(Role.ADMIN)
    look = admin.see(f"{C}/blasts/1/approval")
    when = (now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")

    scheduled.press(f"{C}/blasts/1/move", {"opens_at": when})
    answer = admin.press(f"{C}/blasts/1/approval", hidden(look))

    assert answer.status_code == 409
    assert "Nothing was approved: it is no longer what you saw. This is how it is now." in words(answer)
    assert WAITS in words(admin.see(f"{C}/blasts/1/"))


def test_it_is_sent_back_with_a_reason_that_its_maker_reads(
    scheduled: Browser, signed_in: Callable[[Role], Browser], sessions: sessionmaker[Session]
) -> None:
    admin = signed_in(Role.ADMIN)

    without = admin.press(f"{C}/blasts/1/approval", {"answer": "back", "reason": " "})
    sent = words(admin.press(f"{C}/blasts/1/approval", {"answer": "back", "reason": "Say who asks"}))
    page = words(scheduled.see(f"{C}/blasts/1/"))

    assert without.status_code == 409
    assert "Say why, so that it can be mended." in words(without).replace("Nothing was changed: s", "S")
    assert "Sent back; whoever made it is told why." in sent
    assert "Admin@example.org sent it back: Say who asks." in page
    assert "Mend the words" in page


def test_its_maker_and_whoever_may_not_launch_press_in_vain(
    scheduled: Browser, signed_in: Callable[[Role], Browser], sessions: sessionmaker[Session]
) -> None:
    form = hidden(signed_in(Role.ADMIN).see(f"{C}/blasts/1/approval"))

    own = scheduled.press(f"{C}/blasts/1/approval", form)
    author = signed_in(Role.AUTHOR).press(f"{C}/blasts/1/approval", form)

    assert "approval takes another person who may launch" in words(own)
    assert (own.status_code, author.status_code) == (409, 403)
    open_blasts(sessions)
    with sessions() as session:
        assert session.query(Blast).one().state == "scheduled"


def test_the_last_look_says_that_a_second_person_is_needed(
    signed_in: Callable[[Role], Browser], campaign_id: int
) -> None:
    look = words(signed_in(Role.LAUNCHER).press(f"{C}/blasts/new", BLAST))

    assert "It goes to more than 3: a second person who may launch must approve it before it goes." in look


def test_a_whistle_says_that_what_it_makes_due_waits(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    kick_off_in(sessions, timedelta(minutes=1))
    with sessions.begin() as session:
        stage = session.query(Stage).filter_by(slug="find-out-more").one()
        stage.offset_span = timedelta(0)

    page = words(signed_in(Role.LAUNCHER).see(f"{C}/fixture/kick-off"))

    assert "Find out more : Email to 4 , about £0.00; Text to 2 , about £0.08. It waits for approval" in page


def test_a_planned_message_says_on_every_page_that_it_will_wait_and_is_approved(
    signed_in: Callable[[Role], Browser], campaign_id: int
) -> None:
    launcher, path = signed_in(Role.LAUNCHER), f"{C}/stages/find-out-more"

    pages = [words(launcher.see(page)) for page in (f"{C}/", f"{path}/", "/console/")]
    look = launcher.see(f"{path}/approval")
    done = words(launcher.press(f"{path}/approval", hidden(look)))

    assert all(WAITS in page for page in pages)
    assert "Due: 2 days before kick-off" in words(look)
    assert "Approved, exactly as you saw it." in done
    assert "Look and approve Find out more" not in words(launcher.see(f"{C}/"))
