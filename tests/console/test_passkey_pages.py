"""The pages of passkeys, with a device of the tests; in Chromium: tests/browser/test_manager_accounts.py."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session, sessionmaker

from service.clock import now
from service.domain.manager import Role
from service.planning.managers import make_sign_in_link
from service.settings import Settings
from service.web.app import create_app
from service.web.limits import limiter
from service.wording.links import derive_key
from tests.console.conftest import Browser, words
from tests.console.devices import Device
from tests.console.test_kept_forms import send

PAGE = "/console/passkeys/"
RENEW = "/console/second-factor/recovery-codes"
CODE = re.compile(r"\b[a-z2-7]{4}(?:-[a-z2-7]{4}){3}\b")


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """This machine's clock, which stands still until it is moved."""
    with time_machine.travel(datetime(2026, 12, 1, 9, 0, tzinfo=UTC), tick=False) as stopped:
        yield stopped


@pytest.fixture
def ana(clock: time_machine.Traveller, settings: Settings, sessions: sessionmaker[Session]) -> Iterator[Browser]:
    """A manager at an installation whose address has a name."""
    app = create_app(replace(settings, public_url="http://localhost:8000"))
    limiter.reset()
    with sessions.begin() as session:
        key = derive_key(settings.secret_key, "links")
        link = make_sign_in_link(session, "ana@example.org", Role.ADMIN, public_url="", key=key, now=now())
    made = Browser(app.test_client())
    made.press(link)
    yield made
    app.extensions["touchline"].sessions.kw["bind"].dispose()


@pytest.fixture
def device() -> Device:
    return Device("localhost", "http://localhost:8000")


def add(browser: Browser, device: Device, name: str = "Phone") -> str:
    answer = device.add(browser.see(f"{PAGE}options").text)
    return browser.press(PAGE, {"answer": answer, "name": name}).text


def test_a_passkey_is_a_second_step_with_recovery_codes_of_its_own(ana: Browser, device: Device) -> None:
    shown = add(ana, device)
    second = words(ana.see("/console/second-factor"))

    assert len(CODE.findall(shown)) == 10
    assert "you are asked for your passkey. 10 recovery codes left." in second


def test_whoever_has_passkeys_alone_renews_their_codes_after_a_fresh_proof(
    ana: Browser, device: Device, clock: time_machine.Traveller
) -> None:
    old = CODE.findall(add(ana, device))
    clock.shift(timedelta(minutes=16))

    asked = send(ana, RENEW, {})
    answer = device.sign_in(ana.see(f"{PAGE}options/sign-in").text)
    ana.press(f"{PAGE}sign-in", {"answer": answer})
    new = CODE.findall(send(ana, RENEW, {}).text)

    assert (asked.status_code, CODE.findall(asked.text)) == (401, [])
    assert len(new) == 10
    assert not set(new) & set(old)


def test_with_the_last_passkey_the_second_step_goes(ana: Browser, device: Device) -> None:
    add(ana, device, "<b>Phone</b>")
    page = ana.see(PAGE)

    done = words(ana.press(f"{PAGE}1/remove"))

    assert "<b>Phone" not in page.text
    assert "no longer signs in" in done
    assert "Second step of signing in : off" in words(ana.see("/console/account/"))


def test_an_answer_that_took_too_long_is_said_and_the_name_kept(
    ana: Browser, device: Device, clock: time_machine.Traveller
) -> None:
    answer = device.add(ana.see(f"{PAGE}options").text)
    clock.shift(timedelta(minutes=6))

    page = ana.press(PAGE, {"answer": answer, "name": "My old phone"})

    assert page.status_code == 422
    assert "please try again" in words(page)
    assert 'value="My old phone"' in page.text
