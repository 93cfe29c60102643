"""A blast's state and its reason are there, and true, on its page, in the list, on the timeline and at a supporter's."""

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service import clock
from service.domain.manager import Role
from service.sending.due import fire_due_stages
from service.sending.write import write_next_span
from service.store.tables.blasts import Blast
from service.store.tables.campaign import Stage
from service.store.tables.people import Supporter
from service.store.tables.senders import Sender
from tests.console.conftest import Browser, C, words
from tests.console.test_blasts import BLAST, open_blasts

SignedIn = Callable[[Role], Browser]
TEXTS: dict[str, object] = BLAST | {"channels": ["sms"], "signed": ""}


def every_page(browser: Browser, sessions: sessionmaker[Session]) -> dict[str, str]:
    """What is read of the only blast at each place that shows it."""
    with sessions() as session:
        ana = session.query(Supporter).filter_by(first_name="Ana").one().id
    pages = {"the blast": "blasts/1/", "the list": "blasts/"}
    seen = {name: words(browser.see(f"{C}/{path}")) for name, path in pages.items()}
    return seen | {"the supporter": words(browser.see(f"/console/supporters/{ana}/"))}


def send(browser: Browser, sessions: sessionmaker[Session], **changes: object) -> None:
    assert browser.press(f"{C}/blasts/schedule", TEXTS | changes, follow=False).status_code == 303
    open_blasts(sessions)


def test_pause_is_there_the_moment_sending_is(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    landed = launcher.press(f"{C}/blasts/schedule", TEXTS).text
    asks = re.search(r'hx-get="([^"]+/progress[^"]*)"', landed)
    assert asks

    unchanged = launcher.see(asks[1]).text
    open_blasts(sessions)
    opened = launcher.see(asks[1]).text

    assert "Pause…" not in landed
    assert 'id="steering"' not in unchanged
    assert 'id="steering" hx-swap-oob="true"' in opened
    assert "Pause…" in opened
    # The next question is about the state that is shown by then.
    assert "shown=running" in opened


def test_who_paused_and_why_is_said_everywhere(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    send(launcher, sessions)

    launcher.press(f"{C}/blasts/1/pause", {"why": "the score is wrong"})

    for name, page in every_page(launcher, sessions).items():
        assert "aused by launcher@example.org: the score is wrong" in page, name


def test_a_sender_s_limit_is_said_with_how_many_and_until_when(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    send(launcher, sessions)
    with sessions.begin() as session:
        held_until = clock.now() + timedelta(hours=5)
        session.add(Sender(channel="sms", name="", per_day=10, free_at=clock.now(), held_until=held_until))

    pages = every_page(launcher, sessions)

    for name in ("the blast", "the list"):
        assert "2 texts wait for another day: the sender’s limit for the day is reached." in pages[name]
        assert re.search(r"The next go in (4 hours 59|5 hours)", pages[name])
    assert "the sender's limit for the day is reached" in pages["the supporter"]


def test_the_chosen_hour_is_said_as_what_messages_wait_for(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    send(launcher, sessions)
    with sessions.begin() as session:
        session.query(Blast).update({"local_time": time(9, 0)})
        session.execute(text("UPDATE batches SET not_before = clock_timestamp() + interval '3 hours'"))

    pages = every_page(launcher, sessions)

    assert "2 texts wait for the chosen hour where each supporter is." in pages["the blast"]
    assert "2 texts wait for the chosen hour where each supporter is." in pages["the list"]
    assert "waits for the chosen hour where they are" in pages["the supporter"]


def test_what_was_put_back_says_what_befell_it(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    send(launcher, sessions)
    with sessions.begin() as session:
        put_back = "reason = 'refused 2 times: 503 busy', not_before = clock_timestamp() + interval '1 minute'"
        session.execute(text(f"UPDATE batches SET {put_back}"))

    pages = every_page(launcher, sessions)

    assert "2 texts were put back, and wait to be tried again: refused 2 times: 503 busy." in pages["the blast"]
    assert "refused 2 times: 503 busy" in pages["the supporter"]


@pytest.mark.parametrize(
    ("reason", "here", "there"),
    [
        ("too late", "2 texts were not sent: it was too late to be worth sending.", "it was too late to be worth"),
        (
            "quiet until too late",
            "2 texts were not sent: the quiet hours end when it is too late.",
            "the quiet hours end when it is too late",
        ),
    ],
)
def test_what_came_too_late_says_so(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session], reason: str, here: str, there: str
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    send(launcher, sessions)
    with sessions.begin() as session:
        session.execute(text("UPDATE batches SET state = 'expired', reason = :reason"), {"reason": reason})
        session.query(Blast).update({"state": "done"})

    pages = every_page(launcher, sessions)

    assert f"Held back {here}" in pages["the blast"]
    assert here in pages["the list"]
    assert there in pages["the supporter"]


def test_a_blast_taken_back_does_not_blame_its_audience(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    launcher.press(f"{C}/blasts/schedule", TEXTS)
    before = words(launcher.see(f"{C}/blasts/1/"))

    launcher.press(f"{C}/blasts/1/cancel")

    assert re.search(r"Nothing has gone yet; it can be taken back until \d\d:\d\d:\d\d", before)
    for path in ("blasts/1/", "blasts/"):
        page = words(launcher.see(f"{C}/{path}"))
        assert "aken back by launcher@example.org" in page
        assert "Nothing of it was sent." in page
        assert "consent" not in page.split("Taken back by")[1]


def test_a_blast_that_nobody_may_get_says_that_it_is_for_want_of_consent(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    launcher.press(f"{C}/blasts/schedule", TEXTS)
    with sessions.begin() as session:
        session.execute(text("DELETE FROM permissions"))
    open_blasts(sessions)
    with sessions.begin() as session:
        session.query(Blast).update({"state": "done"})

    assert "nobody whom its audience fits had consented" in words(launcher.see(f"{C}/blasts/1/"))


def test_the_timeline_says_why_a_message_of_it_stands_still(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    with sessions.begin() as session:
        stage = session.query(Stage).filter_by(slug="find-out-more").one()
        stage.anchor, stage.at = "absolute", clock.now() - timedelta(minutes=1)
        stage.due_at, stage.offset_span = stage.at, timedelta(0)
    with sessions.begin() as session:
        fire_due_stages(session, public_url="http://localhost", now=clock.now())
    with sessions.begin() as session:
        write_next_span(session)

    launcher.press(f"{C}/blasts/1/pause", {"why": "wait for the score"})

    assert "Paused by launcher@example.org: wait for the score." in words(launcher.see(f"{C}/"))


def test_a_text_that_waits_is_dated_when_it_was_made(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    send(launcher, sessions)
    made_at = datetime.fromisoformat("2026-11-30T00:37:00+00:00")
    with sessions.begin() as session:
        session.query(Blast).update({"opens_at": made_at.replace(minute=0), "opened_at": made_at})

    assert "Mon 30 Nov 2026, 00:37 message queued" in every_page(launcher, sessions)["the supporter"]


def test_the_list_of_blasts_comes_a_page_at_a_time(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    viewer = signed_in(Role.VIEWER)
    row = """INSERT INTO blasts (campaign_id, title, state, channels, audience, opens_at, expires_at, created_at)
        SELECT :id, 'Blast ' || n, 'cancelled', '{sms}', '[]', now(), now(), now() FROM generate_series(1, 26) AS n"""
    with sessions.begin() as session:
        session.execute(text(row), {"id": campaign_id})

    first = viewer.see(f"{C}/blasts/")
    older = re.search(r'href="([^"]+before=\d+)"', first.text)
    assert older

    assert "Blast 26 Text" in words(first)
    assert "Blast 1 Text" not in words(first)
    second = words(viewer.see(older[1]))
    assert "Blast 1 Text" in second
    assert "Blast 2 Text" not in second
