"""The second step of signing in: an app's codes, recovery codes, and installations that demand it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.clock import now
from service.domain.manager import Role
from service.planning.managers import make_sign_in_link
from service.settings import Settings
from service.store.tables.notices import Notice
from service.web.app import create_app
from service.wording.links import derive_key
from tests.console.apps import App, next_step, set_up
from tests.console.conftest import Browser, words
from tests.console.test_kept_forms import EDIT, TYPED, bodies, send, send_shown

PASSWORD = "four words for football"
ADMIN = "admin@example.org"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """This machine's clock, which stands still until it is moved: codes change every half minute."""
    with time_machine.travel(datetime(2026, 12, 1, 9, 0, tzinfo=UTC), tick=False) as stopped:
        yield stopped


@pytest.fixture
def admin(clock: time_machine.Traveller, signed_in: Callable[[Role], Browser]) -> Browser:
    """An admin with a password."""
    made = signed_in(Role.ADMIN)
    assert "Your password is set" in words(made.press("/console/password", {"new": PASSWORD, "again": PASSWORD}))
    return made


def first_step(browser: Browser, *, next_page: str = "") -> str:
    """Sign in with the password; what the page then says."""
    return words(browser.press("/console/sign-in", {"email": ADMIN, "password": PASSWORD, "next": next_page}))


def fresh(app: Flask) -> Browser:
    return Browser(app.test_client())


def test_the_page_shows_the_secret_as_a_picture_and_as_text(admin: Browser) -> None:
    page = admin.press("/console/second-factor")

    assert page.text.count("<svg") == 1
    assert "<script" not in page.text[page.text.index("<main") :]
    secret = re.search(r'id="secret">([A-Z2-7 ]+)<', page.text)
    assert secret
    assert len(secret[1].replace(" ", "")) == 32
    assert f"secret={secret[1].replace(' ', '')}" in page.text
    assert "otpauth://totp/Touchline:admin%40example.org" in page.text


def test_a_setup_that_was_never_confirmed_asks_for_nothing(admin: Browser, app: Flask) -> None:
    admin.press("/console/second-factor")
    wrong = admin.press("/console/second-factor/confirm", {"code": "000000"})

    assert wrong.status_code == 422
    assert "not the code the app shows" in words(wrong)
    assert "The second step" not in first_step(fresh(app))


def test_after_the_password_the_code_is_asked_for_and_nothing_opens_before(
    admin: Browser, app: Flask, clock: time_machine.Traveller
) -> None:
    phone, _ = set_up(admin)
    next_step(clock)
    other = fresh(app)

    asked = first_step(other, next_page="/console/audit/")
    closed = other.see("/console/audit/").status_code
    done = other.press("/console/second-step", {"code": phone.code(), "next": "/console/audit/"}, follow=False)

    assert "The second step" in asked
    assert closed == 302
    assert done.headers["Location"] == "/console/audit/"
    assert other.see("/console/audit/").status_code == 200


def test_after_an_emailed_link_the_code_is_asked_for(
    admin: Browser,
    app: Flask,
    clock: time_machine.Traveller,
    sessions: sessionmaker[Session],
    settings: Settings,
) -> None:
    phone, _ = set_up(admin)
    next_step(clock)
    with sessions.begin() as session:
        key = derive_key(settings.secret_key, "links")
        link = make_sign_in_link(session, ADMIN, Role.ADMIN, public_url="", key=key, now=now())
    other = fresh(app)

    asked = words(other.press(link))
    closed = other.see("/console/password").status_code
    other.press("/console/second-step", {"code": phone.code()})

    assert "The second step" in asked
    assert closed == 302
    assert other.see("/console/password").status_code == 200


@pytest.mark.parametrize(("steps", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_off_and_no_more(
    admin: Browser, app: Flask, clock: time_machine.Traveller, steps: int, is_taken: bool
) -> None:
    phone, _ = set_up(admin)
    clock.shift(timedelta(minutes=5))
    other = fresh(app)
    first_step(other)

    answer = other.press("/console/second-step", {"code": phone.code(steps)}, follow=False)

    assert answer.status_code == (302 if is_taken else 403)


def test_the_first_step_is_forgotten_after_ten_minutes(
    admin: Browser, app: Flask, clock: time_machine.Traveller
) -> None:
    phone, _ = set_up(admin)
    other = fresh(app)
    first_step(other)
    clock.shift(timedelta(minutes=10))

    answer = other.press("/console/second-step", {"code": phone.code()})

    assert answer.status_code == 403
    assert "sign in again" in words(answer)


def test_a_recovery_code_signs_in_and_the_page_says_how_many_are_left(
    admin: Browser, app: Flask, sessions: sessionmaker[Session]
) -> None:
    _, codes = set_up(admin)
    other = fresh(app)
    first_step(other)

    page = words(other.press("/console/second-step", {"code": codes[3].upper().replace("-", " ")}))

    assert "9 recovery codes left" in page
    with sessions() as session:
        kept = session.execute(text("SELECT code_hash FROM recovery_codes")).scalars().all()
    assert all(code.encode() not in bytes(each) for code in codes for each in kept)


def test_new_recovery_codes_take_the_place_of_the_old(
    admin: Browser, app: Flask, clock: time_machine.Traveller
) -> None:
    phone, old = set_up(admin)
    next_step(clock)
    refused = admin.press("/console/second-factor/recovery-codes", {"code": "000000"})
    renewed = admin.press("/console/second-factor/recovery-codes", {"code": phone.code()})
    new = re.findall(r"\b[a-z2-7]{4}(?:-[a-z2-7]{4}){3}\b", renewed.text)
    other = fresh(app)
    first_step(other)

    with_old = other.press("/console/second-step", {"code": old[0]}).status_code
    with_new = other.press("/console/second-step", {"code": new[0]}, follow=False).status_code

    assert refused.status_code == 422
    assert len(new) == 10
    assert (with_old, with_new) == (403, 302)


def test_taking_it_away_needs_a_code(admin: Browser, app: Flask, clock: time_machine.Traveller) -> None:
    phone, _ = set_up(admin)
    next_step(clock)

    refused = admin.press("/console/second-factor/off", {"code": "123"})
    done = words(admin.press("/console/second-factor/off", {"code": phone.code()}))

    assert refused.status_code == 422
    assert "no second step any more" in done
    assert "The second step" not in first_step(fresh(app))


def test_a_form_waits_through_both_steps(
    admin: Browser, app: Flask, clock: time_machine.Traveller, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    phone, _ = set_up(admin)
    next_step(clock)
    other = fresh(app)

    told = send(other, EDIT, TYPED)
    asked = send_shown(other, told, "/console/sign-in", {"email": ADMIN, "password": PASSWORD})
    mistyped = send_shown(other, asked, "/console/second-step", {"code": "12"})
    back = send_shown(other, mistyped, "/console/second-step", {"code": phone.code()})
    done = send_shown(other, back, EDIT)

    assert "Your form, as you typed it" in words(back)
    assert "The words are kept." in words(done)
    assert bodies(sessions) == [TYPED["body-0"], TYPED["body-1"]]


def test_an_admin_takes_somebody_s_away_and_they_are_told(
    admin: Browser,
    signed_in: Callable[[Role], Browser],
    clock: time_machine.Traveller,
    sessions: sessionmaker[Session],
) -> None:
    author = signed_in(Role.AUTHOR)
    set_up(author)

    offered = admin.see("/console/managers/")
    page = words(admin.press("/console/managers/2/second-factor/reset"))

    assert 'action="/console/managers/2/second-factor/reset"' in offered.text
    assert "author@example.org has no second step any more" in page
    assert author.see("/console/").status_code == 302
    with sessions() as session:
        notice = session.query(Notice).one()
        assert (notice.kind, notice.to_address) == ("account_news", "author@example.org")
    assert "manager.second_factor_reset" in words(admin.see("/console/audit/"))


def test_a_removed_manager_s_second_step_is_gone(
    admin: Browser, signed_in: Callable[[Role], Browser], sessions: sessionmaker[Session]
) -> None:
    set_up(signed_in(Role.AUTHOR))

    admin.press("/console/managers/2/remove")

    with sessions() as session:
        assert session.scalar(text("SELECT (SELECT count(*) FROM manager_totp) + count(*) FROM recovery_codes")) == 0


def test_the_secret_is_sealed_and_read_after_the_key_was_changed(
    admin: Browser,
    clock: time_machine.Traveller,
    sessions: sessionmaker[Session],
    settings: Settings,
) -> None:
    phone, codes = set_up(admin)
    with sessions() as session:
        sealed = bytes(session.scalars(text("SELECT sealed_secret FROM manager_totp")).one())
    next_step(clock)
    changed = replace(settings, secret_key="k" * 40, secret_key_fallbacks=(settings.secret_key,))
    lost = replace(settings, secret_key="k" * 40)

    assert phone.secret.encode() not in sealed
    assert _second_step(lost, phone.code()) == 403
    assert _second_step(lost, codes[0]) == 302
    assert _second_step(changed, phone.code()) == 302
    next_step(clock)
    assert _second_step(lost, phone.code()) == 302


def _second_step(settings: Settings, code: str) -> int:
    app = create_app(settings)
    try:
        browser = Browser(app.test_client())
        first_step(browser)
        return browser.press("/console/second-step", {"code": code}, follow=False).status_code
    finally:
        app.extensions["touchline"].sessions.kw["bind"].dispose()


def test_the_app_is_shown_at_most_once(admin: Browser) -> None:
    phone, codes = set_up(admin)

    again = admin.see("/console/second-factor").text
    begun = words(admin.press("/console/second-factor"))

    assert phone.secret not in again.replace(" ", "")
    assert codes[0] not in again
    assert "An app is set up already" in begun
    assert isinstance(phone, App)
