"""Pressing twice, going back, and two tabs: what was asked for once is sent once."""

import re
from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from service.domain.manager import Role
from service.store.tables.blasts import Blast
from service.store.tables.notices import Notice
from tests import make
from tests.console.conftest import Browser, C, words
from tests.console.test_blasts import BLAST

SignedIn = Callable[[Role], Browser]


def count(sessions: sessionmaker[Session], table: type[Blast] | type[Notice]) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def key_on(page: str, name: str = "key") -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found
    return found[1]


def test_the_last_look_pressed_twice_sends_once(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    form = BLAST | {"key": key_on(launcher.see(f"{C}/blasts/new").text)}
    form["key"] = key_on(launcher.press(f"{C}/blasts/new", form).text)

    first, second = (words(launcher.press(f"{C}/blasts/schedule", form)) for _ in range(2))

    assert "Scheduled. Blasts Last call" in first
    assert "It was scheduled already, once: this is it." in second
    assert count(sessions, Blast) == 1


def test_each_form_has_a_key_of_its_own_and_keeps_it_to_the_last_look(signed_in: SignedIn, campaign_id: int) -> None:
    launcher = signed_in(Role.LAUNCHER)
    keys = {key_on(launcher.see(f"{C}/blasts/new").text) for _ in range(3)}
    assert len(keys) == 3

    kept = key_on(launcher.press(f"{C}/blasts/new", BLAST | {"key": "mine"}).text)
    look = launcher.press(f"{C}/blasts/new", BLAST | {"key": "mine"}, follow=False).headers["Location"]
    changed = key_on(launcher.see(f"{C}/blasts/new?look={look.rpartition('/')[2]}").text)
    wrong = key_on(launcher.press(f"{C}/blasts/new", BLAST | {"key": "mine", "title": ""}).text)
    assert {kept, changed, wrong} == {"mine"}


def test_going_back_and_changing_the_words_asks_before_it_sends_another(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    launcher.press(f"{C}/blasts/schedule", BLAST)

    asked = launcher.press(f"{C}/blasts/schedule", BLAST | {"title": "Last call, again"})

    assert asked.status_code == 409
    assert "another blast was scheduled already" in words(asked)
    assert count(sessions, Blast) == 1
    meant = BLAST | {"title": "Last call, again", "key": key_on(asked.text)}
    assert "Scheduled." in words(launcher.press(f"{C}/blasts/schedule", meant))
    assert count(sessions, Blast) == 2


def test_a_form_without_a_key_sends_nothing_and_loses_nothing(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)

    answer = launcher.press(f"{C}/blasts/schedule", {k: v for k, v in BLAST.items() if k != "key"})

    assert answer.status_code == 422
    assert "look at it once more" in words(answer)
    assert "last call: " in answer.text
    assert count(sessions, Blast) == 0
    assert key_on(answer.text)


def test_a_test_pressed_twice_goes_once_and_from_a_new_page_again(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    form = BLAST | {"to": "launcher@example.org"}
    first = key_on(launcher.see(f"{C}/blasts/new").text, "test_key")

    pages = [launcher.press(f"{C}/blasts/test", form | {"test_key": first}).text for _ in range(2)]
    assert count(sessions, Notice) == 1
    launcher.press(f"{C}/blasts/test", form | {"test_key": key_on(pages[-1], "test_key")})
    assert count(sessions, Notice) == 2

    with sessions.begin() as session:
        make.a_tester(session, "+447700900123")
    stage = f"{C}/stages/half-time"
    key = key_on(launcher.see(f"{stage}/").text)
    for _ in range(2):
        launcher.press(f"{stage}/test", {"to": "+44 7700 900123", "copy": "1", "key": key})
    assert count(sessions, Notice) == 3


def test_a_blast_just_sent_can_be_taken_back_and_a_later_one_is_cancelled(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    looked = words(launcher.press(f"{C}/blasts/new", BLAST))
    sent = launcher.press(f"{C}/blasts/schedule", BLAST)
    assert "It waits 30 seconds before the first message goes" in looked
    assert "Nothing has gone yet; it can be taken back until" in words(sent)
    assert "Take it back" not in signed_in(Role.AUTHOR).see(f"{C}/blasts/1/").text

    assert "Taken back: nothing of it was sent." in words(launcher.press(f"{C}/blasts/1/cancel"))

    with sessions() as session:
        row = session.query(Blast).one()
        assert (row.state, row.paused_reason) == ("cancelled", "taken back by launcher@example.org")
