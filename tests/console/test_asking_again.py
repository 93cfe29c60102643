"""Silent readers are asked again only after a look: to how many, for how much, how it reads; and a slip burns nothing."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from service.domain.manager import Role
from service.store.tables.blasts import Blast
from service.store.tables.house import AuditEntry
from service.store.tables.sending import Message
from tests.console.conftest import Browser, C, words
from tests.console.test_blasts import open_blasts
from tests.console.test_steering import EMAIL, go_out
from tests.console.test_wishes import key_on

SignedIn = Callable[[Role], Browser]
AGAIN = f"{C}/blasts/1/again"


@pytest.fixture
def launcher(signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session]) -> Browser:
    """A launcher whose email went to four people, of whom one has opened it."""
    browser = signed_in(Role.LAUNCHER)
    browser.press(f"{C}/blasts/schedule", EMAIL)
    go_out(sessions)
    with sessions.begin() as session:
        first = session.query(Message).order_by(Message.supporter_id).first()
        assert first
        session.execute(
            text("UPDATE messages SET opened_at = now() WHERE supporter_id = :id"), {"id": first.supporter_id}
        )
    return browser


def look(browser: Browser, **form: str) -> TestResponse:
    return browser.see(f"{AGAIN}?{urlencode(form)}")


def blasts(sessions: sessionmaker[Session]) -> list[Blast]:
    with sessions() as session:
        return session.query(Blast).order_by(Blast.id).all()


def test_a_look_says_to_how_many_for_how_much_and_how_it_reads(
    launcher: Browser, sessions: sessionmaker[Session]
) -> None:
    page = words(launcher.see(AGAIN))
    seen = look(launcher, subject="Did you see this?", cap_count="4")

    assert "Send it to them again" in words(launcher.see(f"{C}/blasts/1/"))
    assert "3 people have got this email and neither opened it" in page
    assert "It goes now to 3 by email, for about £0.00" in words(seen)
    assert "How it reads Did you see this?" in words(seen)
    assert "whoever has had 4 of our messages" in words(seen)
    assert len(blasts(sessions)) == 1
    letter = launcher.see(f"{AGAIN}/letter?subject=Did+you+see+this")
    assert "Dear Ana" in letter.text
    assert letter.headers["Content-Security-Policy"].startswith("sandbox;")


def test_what_was_looked_at_goes_once_however_often_it_is_pressed(
    launcher: Browser, sessions: sessionmaker[Session]
) -> None:
    key = key_on(look(launcher, subject="Did you see this?", cap_count="4").text)

    form: dict[str, object] = {"subject": "Did you see this?", "cap_count": "4", "key": key}
    pressed = [words(launcher.press(AGAIN, form)) for _ in range(2)]

    assert "Scheduled, to those who got the first" in pressed[0]
    assert "It was scheduled already, once: this is it." in pressed[1]
    assert "Only to those who got the first and have not opened it." in pressed[0]
    first, second = blasts(sessions)
    assert (second.resend_of, second.cap_count) == (first.id, 4)
    assert second.draft["en"]["email"]["subject"] == "Did you see this?"
    assert "They are asked once more by a second blast" in words(launcher.see(f"{C}/blasts/1/"))
    back = words(launcher.see(f"{AGAIN}?subject=Did+you+see+this%3F"))
    assert "sent again already, by blast 2" in back
    assert "people have got this email" not in back
    assert "Look at it" not in back
    refused = launcher.press(AGAIN, {"subject": "Once more"})
    assert refused.status_code == 422
    assert "this blast has been sent again already, by blast 2" in words(refused)


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"subject": "Again {nope}"}, "no such placeholder"),
        ({"subject": " "}, "Give it a subject"),
        ({"subject": "Hm", "opens_at": "soon"}, "a day and a time"),
        ({"subject": "Hm", "opens_at": "2020-01-01T00:00"}, "in the past"),
        ({"subject": "Hm", "cap_count": "²"}, "a number from 1 to 1,000"),
    ],
)
def test_a_slip_is_told_before_it_goes_keeps_what_was_typed_and_burns_nothing(
    launcher: Browser, sessions: sessionmaker[Session], form: dict[str, str], why: str
) -> None:
    looked, pressed = look(launcher, **form), launcher.press(AGAIN, {**form, "key": "a form"})

    for page in (looked, pressed):
        assert why.lower() in words(page).lower()
        assert "Send it now" not in words(page)
        assert all(f'value="{typed}"' in page.text for typed in form.values())
    assert pressed.status_code == 422
    assert len(blasts(sessions)) == 1
    assert "Scheduled" in words(launcher.press(AGAIN, {"subject": "Did you see this?", "key": "a form"}))


def test_a_second_asking_that_was_taken_back_may_be_asked_anew(
    launcher: Browser, sessions: sessionmaker[Session]
) -> None:
    launcher.press(AGAIN, {"subject": "Wrong"})
    launcher.press(f"{C}/blasts/2/cancel")

    page = words(launcher.see(f"{C}/blasts/1/"))
    again = words(launcher.press(AGAIN, {"subject": "Right"}))

    assert "Send it to them again" in page
    assert "Scheduled" in again
    assert [row.resend_of for row in blasts(sessions)] == [None, None, 1]
    with sessions() as session:
        written = session.query(AuditEntry).filter_by(subject="blast 2", deed="blast scheduled").one()
        assert written.details["again_for"] == "blast 1"


def test_a_second_asking_of_which_something_went_is_the_only_one(
    launcher: Browser, sessions: sessionmaker[Session]
) -> None:
    launcher.press(AGAIN, {"subject": "Right"})
    open_blasts(sessions)
    with sessions.begin() as session:
        session.execute(text("UPDATE batches SET state = 'accepted' WHERE blast_id = 2"))

    launcher.press(f"{C}/blasts/2/cancel")

    assert "sent again already" in words(launcher.press(AGAIN, {"subject": "Once more"}))


def test_nobody_is_asked_again_where_nobody_is_silent(launcher: Browser, sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        session.execute(text("UPDATE messages SET clicked_at = now()"))

    looked, pressed = look(launcher, subject="Hm"), launcher.press(AGAIN, {"subject": "Hm"})

    assert "It would reach nobody." in words(looked)
    assert "nobody who got this blast's email is left" in words(pressed)
    assert len(blasts(sessions)) == 1


def test_too_many_to_count_are_told_as_very_many_and_may_be_asked(
    launcher: Browser, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as other:
        # Whatever reads these rows waits until its time is over, as it does where there are very many.
        other.execute(text("LOCK TABLE permissions IN ACCESS EXCLUSIVE MODE"))
        looked = look(launcher, subject="Did you see this?")

    assert "Very many people have got this email" in words(looked)
    assert "It goes now to very many by email: too many to count here." in words(looked)
    assert "Send it now" in words(looked)


def test_only_a_launcher_asks_again(launcher: Browser, signed_in: SignedIn) -> None:
    author = signed_in(Role.AUTHOR)

    assert author.see(AGAIN).status_code == 403
    assert author.press(AGAIN, {"subject": "Hm"}).status_code == 403
