"""Threat "admin takeover": codes used twice, guessed or sprayed, sessions fixed beforehand or kept too long."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask

from service.domain.manager import Role
from tests.console.apps import next_step, set_up
from tests.console.conftest import Browser, words

PASSWORD = "four words for football"
ADMIN = "admin@example.org"
COOKIE = "touchline_console"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """This machine's clock, which stands still until it is moved."""
    with time_machine.travel(datetime(2026, 12, 1, 9, 0, tzinfo=UTC), tick=False) as stopped:
        yield stopped


@pytest.fixture
def admin(clock: time_machine.Traveller, signed_in: Callable[[Role], Browser]) -> Browser:
    """An admin with a password."""
    made = signed_in(Role.ADMIN)
    made.press("/console/password", {"new": PASSWORD, "again": PASSWORD})
    return made


def halfway(app: Flask, ip: str = "198.51.100.7") -> Browser:
    """A browser that knows the password, and has the second step before it."""
    browser = Browser(app.test_client())
    browser.client.environ_base["REMOTE_ADDR"] = ip
    page = browser.press("/console/sign-in", {"email": ADMIN, "password": PASSWORD})
    assert "The second step" in words(page)
    return browser


def second(browser: Browser, code: str) -> int:
    return browser.press("/console/second-step", {"code": code}, follow=False).status_code


def cookie(browser: Browser) -> str:
    found = browser.client.get_cookie(COOKIE, path="/console")
    return found.value if found else ""


def test_a_code_is_never_accepted_twice(admin: Browser, app: Flask, clock: time_machine.Traveller) -> None:
    phone, _ = set_up(admin)
    at_setup = phone.code()
    next_step(clock)
    overseen = phone.code()

    assert second(halfway(app), at_setup) == 403
    assert second(halfway(app), overseen) == 302
    assert second(halfway(app), overseen) == 403
    next_step(clock)
    assert second(halfway(app), overseen) == 403


def test_an_earlier_code_is_not_accepted_after_a_later_one(
    admin: Browser, app: Flask, clock: time_machine.Traveller
) -> None:
    phone, _ = set_up(admin)
    clock.shift(timedelta(minutes=5))
    earlier, later = phone.code(-1), phone.code()

    assert second(halfway(app), later) == 302
    assert second(halfway(app), earlier) == 403


def test_a_recovery_code_works_once(admin: Browser, app: Flask) -> None:
    _, codes = set_up(admin)

    assert second(halfway(app), codes[0]) == 302
    assert second(halfway(app), codes[0]) == 403
    assert second(halfway(app), codes[1]) == 302


def test_codes_cannot_be_guessed_from_many_networks(admin: Browser, app: Flask, clock: time_machine.Traveller) -> None:
    phone, _ = set_up(admin)
    next_step(clock)
    here = halfway(app)
    wrong = next(code for code in ("000000", "000001", "000002") if code != phone.code())

    first_network = [second(here, wrong) for _ in range(6)]
    others = [second(halfway(app, f"203.0.113.{number}"), wrong) for number in range(1, 7)]

    assert first_network == [403] * 5 + [429]
    assert others == [403] * 4 + [429] * 2
    assert second(halfway(app, "192.0.2.99"), phone.code()) == 429
    clock.shift(timedelta(minutes=15))
    assert second(halfway(app, "192.0.2.99"), phone.code()) == 302


def test_a_right_password_gives_no_more_tries_at_the_code(
    admin: Browser, app: Flask, clock: time_machine.Traveller
) -> None:
    phone, _ = set_up(admin)
    wrong = "000000" if phone.code() != "000000" else "000001"

    answers = [second(halfway(app), wrong) for _ in range(6)]

    assert answers == [403] * 5 + [429]


def test_the_session_after_each_step_is_another_one(admin: Browser, app: Flask, clock: time_machine.Traveller) -> None:
    phone, _ = set_up(admin)
    next_step(clock)
    victim = Browser(app.test_client())
    victim.client.set_cookie(COOKIE, "a token that a stranger put there" + "x" * 20, path="/console")
    victim.press("/console/sign-in", {"email": ADMIN, "password": PASSWORD})
    half = cookie(victim)
    second(victim, phone.code())
    stranger = Browser(app.test_client())

    assert len({half, cookie(victim)}) == 2
    for token in ("a token that a stranger put there" + "x" * 20, half):
        stranger.client.set_cookie(COOKIE, token, path="/console")
        assert stranger.see("/console/").status_code == 302
        assert second(stranger, phone.code(1)) == 403


def test_half_a_session_is_nothing_but_the_second_step(admin: Browser, app: Flask) -> None:
    set_up(admin)
    half = halfway(app)

    for path in ("/console/", "/console/second-factor", "/console/password", "/console/managers/"):
        assert "/console/sign-in" in half.see(path).headers["Location"]
    changed = half.press("/console/password", {"current": PASSWORD, "new": "another four words", "again": "x"})
    off = half.press("/console/second-factor/off", {"code": "000000"}, follow=False)

    assert "Sign in" in words(changed)
    assert off.status_code == 302


def test_a_changed_password_ends_every_other_session_and_every_half_of_one(
    admin: Browser, app: Flask, clock: time_machine.Traveller
) -> None:
    phone, _ = set_up(admin)
    next_step(clock)
    elsewhere, half = halfway(app), halfway(app)
    second(elsewhere, phone.code())
    assert elsewhere.see("/console/").status_code == 200

    admin.press("/console/password", {"current": PASSWORD, "new": "another four words", "again": "another four words"})
    next_step(clock)

    assert admin.see("/console/").status_code == 200
    assert elsewhere.see("/console/").status_code == 302
    assert second(half, phone.code()) == 403


def test_a_password_spray_over_many_accounts_is_stopped_at_its_network(app: Flask, admin: Browser) -> None:
    sprayer = Browser(app.test_client())
    sprayer.client.environ_base["REMOTE_ADDR"] = "203.0.113.9"

    answers = [
        sprayer.press("/console/sign-in", {"email": f"m{number}@example.org", "password": PASSWORD}).status_code
        for number in range(32)
    ]

    assert answers == [403] * 30 + [429] * 2
