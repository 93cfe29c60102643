"""The last look at a blast: what it asks, what it keeps, and an address that shows it again and sends nothing."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session, sessionmaker

from service.domain.manager import Role
from service.store.tables.blasts import Blast
from tests.console.conftest import Browser, C, words
from tests.console.test_blasts import BLAST, LATER


def test_a_year_far_ahead_is_asked_about_before_it_is_scheduled_or_moved(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    launcher, far = signed_in(Role.LAUNCHER), f"{LATER.year + 2}-06-01T20:00"
    look = launcher.press(f"{C}/blasts/new", BLAST | {"when": "at", "opens_at": far})
    form: dict[str, object] = {
        name: re.findall(rf'name="{name}" value="([^"]+)"', look.text)[0] for name in ("look", "key")
    }

    unsure = words(launcher.press(f"{C}/blasts/schedule", form))
    sure = words(launcher.press(f"{C}/blasts/schedule", form | {"really": "yes"}))
    moved = words(launcher.press(f"{C}/blasts/1/move", {"opens_at": f"{LATER.year + 3}-06-01T20:00"}))
    really = words(launcher.press(f"{C}/blasts/1/move", {"opens_at": f"{LATER.year + 3}-06-01T20:00", "really": "yes"}))

    assert "It opens in more than a year: check the year." in words(look)
    assert f"1 Jun {LATER.year + 2}, 20:00 is meant" in words(look)
    assert "in more than a year; check the year, and say so if it is meant" in unsure
    assert "Scheduled." in sure
    assert "Nothing was changed: it would open on 1 June" in moved
    assert "Moved." in really


def test_what_goes_now_and_would_reach_nobody_is_refused(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    nobody = BLAST | {"tag": "nobody has it"}
    launcher = signed_in(Role.LAUNCHER)

    now = launcher.press(f"{C}/blasts/schedule", nobody)
    later = launcher.press(f"{C}/blasts/schedule", nobody | {"when": "at", "opens_at": f"{LATER:%Y-%m-%d}T20:00"})

    assert now.status_code == 422
    assert "It would reach nobody: nobody whom the audience fits has consented to get it by email or text." in words(
        now
    )
    assert "Scheduled." in words(later)


@pytest.mark.parametrize(("letters", "code"), [(60_000, 200), (75_000, 422), (600_000, 413)])
def test_a_long_email_is_kept_or_said_to_be_too_long(
    signed_in: Callable[[Role], Browser], campaign_id: int, letters: int, code: int
) -> None:
    body = "word " * (letters // 5)

    answer = signed_in(Role.LAUNCHER).press(f"{C}/blasts/new", BLAST | {"email_body": body})

    assert answer.status_code == code
    if code == 422:
        assert "its body has 74,999 bytes; an email may have 65,536 (64 KiB)" in words(answer)
        assert body.strip() in answer.text
    if code == 413:
        assert "Nothing was changed. A form may hold 500 KB of words" in words(answer)


def test_what_is_looked_at_has_an_address_that_shows_it_again_and_asks_for_nothing(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    author, launcher = signed_in(Role.AUTHOR), signed_in(Role.LAUNCHER)

    sent = author.press(f"{C}/blasts/new", BLAST, follow=False)
    address = sent.headers["Location"]
    seen = [author.see(address) for _ in range(2)]
    letter = author.see(f"{address}/letter")
    shared = launcher.see(address)
    changed = author.see(f"{C}/blasts/new?look={address.rpartition('/')[2]}")

    assert sent.status_code == 303
    assert [page.status_code for page in seen] == [200, 200]
    assert "Send one the address of this page: it is kept for 7 days." in words(seen[0])
    assert "Send it now" in words(shared)
    assert letter.headers["Content-Security-Policy"].startswith("sandbox;")
    assert "last call: {petition_link} STOP to end" in changed.text
    assert 'value="Last call"' in changed.text
    with sessions() as session:
        assert session.query(Blast).count() == 0


def test_going_back_to_what_was_sent_shows_that_it_was_and_nothing_to_press(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    address = launcher.press(f"{C}/blasts/new", BLAST, follow=False).headers["Location"]
    look_id = address.rpartition("/")[2]
    form: dict[str, object] = {"look": look_id, "key": str(BLAST["key"])}
    landed = launcher.press(f"{C}/blasts/schedule", form, follow=False)

    back = launcher.see(address)
    again = words(launcher.press(f"{C}/blasts/schedule", form))
    another = launcher.see(f"{C}/blasts/new?look={look_id}")

    assert landed.status_code == 303
    assert "This was scheduled already, as this blast . Nothing more is sent from here." in words(back)
    assert "It goes now" not in words(back)
    assert "Send it now" not in back.text
    assert "It was scheduled already, once: this is it." in again
    assert f'name="key" value="{BLAST["key"]}"' not in another.text
    with sessions() as session:
        assert session.query(Blast).count() == 1


def test_a_look_that_is_gone_is_said_to_be(signed_in: Callable[[Role], Browser], campaign_id: int) -> None:
    launcher = signed_in(Role.LAUNCHER)

    for page in (
        launcher.see(f"{C}/blasts/looks/nothing"),
        launcher.press(f"{C}/blasts/schedule", {"look": "nothing", "key": "a key"}),
    ):
        assert page.status_code == 410
        assert "was kept for 7 days, and is gone. Nothing was sent by it." in words(page)


@pytest.mark.parametrize(
    ("field", "letters", "says"),
    [
        ("title", 121, "The title is too long: it has 121 characters; 120 at most."),
        ("email_subject", 201, "Email: subject: it has 201 characters; 200 at most."),
        ("email_preheader", 5_000, "Email: preheader: it has 5,000 characters; 200 at most."),
        ("try_subject", 201, "Email: subject: it has 201 characters; 200 at most."),
    ],
)
def test_a_line_that_is_too_long_is_said_and_kept_as_it_was_typed(
    signed_in: Callable[[Role], Browser], campaign_id: int, field: str, letters: int, says: str
) -> None:
    launcher, long = signed_in(Role.LAUNCHER), "x" * letters

    looked = launcher.press(f"{C}/blasts/new", BLAST | {field: long})
    sent = launcher.press(f"{C}/blasts/schedule", BLAST | {field: long})
    fits = launcher.press(f"{C}/blasts/new", BLAST | {field: "x" * 120})

    for answer in (looked, sent):
        assert answer.status_code == 422
        assert says in words(answer)
        assert f'value="{long}"' in answer.text
    assert fits.status_code == 200
