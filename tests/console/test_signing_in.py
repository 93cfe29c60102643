"""Signing in with a browser."""

import re
from collections.abc import Callable
from dataclasses import replace

from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from service.clock import now
from service.domain.manager import Role
from service.planning.managers import make_sign_in_link
from service.settings import Settings
from service.store.tables.notices import Notice
from service.web.app import create_app
from service.wording.links import derive_key
from tests.console.conftest import Browser, words

PASSWORD = "four words for football"


def _link(sessions: sessionmaker[Session], settings: Settings) -> str:
    with sessions.begin() as session:
        key = derive_key(settings.secret_key, "links")
        return make_sign_in_link(session, "ana@example.org", Role.ADMIN, public_url="", key=key, now=now())


def _set_password(browser: Browser) -> None:
    answer = browser.press("/console/password", {"new": PASSWORD, "again": PASSWORD})
    assert "Your password is set" in words(answer)


def test_a_link_shows_a_page_and_signs_in_only_when_pressed(
    browser: Browser, sessions: sessionmaker[Session], settings: Settings
) -> None:
    link = _link(sessions, settings)

    page = browser.see(link)
    assert "signs in ana@example.org once" in words(page)
    assert browser.see("/console/password").status_code == 302

    assert "Choose a password" in words(browser.press(link))
    assert "no longer signs in" in words(Browser(browser.client.application.test_client()).press(link))


def test_the_session_is_kept_in_a_cookie_scripts_cannot_read(
    browser: Browser, sessions: sessionmaker[Session], settings: Settings
) -> None:
    answer = browser.press(_link(sessions, settings), follow=False)

    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("touchline_console="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/console" in cookie
    assert "Secure" not in cookie


def test_over_https_the_cookie_is_secure(settings: Settings, sessions: sessionmaker[Session]) -> None:
    app = create_app(replace(settings, public_url="https://touchline.example.org"))
    client = app.test_client()
    page = client.get("/console/sign-in", base_url="https://localhost").text
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found

    answer = client.post(_link(sessions, settings), data={"csrf_token": found[1]}, base_url="https://localhost")

    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("touchline_console="))
    assert "Secure" in cookie
    app.extensions["touchline"].sessions.kw["bind"].dispose()


def test_a_password_signs_in_again_and_goes_where_one_was_going(
    app: Flask, browser: Browser, sessions: sessionmaker[Session], settings: Settings
) -> None:
    browser.press(_link(sessions, settings))
    _set_password(browser)
    assert "You are signed out" in words(browser.press("/console/sign-out"))
    assert browser.see("/console/managers/").headers["Location"] == "/console/sign-in?next=/console/managers/"

    fields = {"email": "Ana@Example.org", "password": PASSWORD, "next": "/console/managers/"}
    answer = browser.press("/console/sign-in", fields, follow=False)

    assert answer.headers["Location"] == "/console/managers/"


def test_signing_in_leads_nowhere_but_the_console(
    browser: Browser, sessions: sessionmaker[Session], settings: Settings
) -> None:
    browser.press(_link(sessions, settings))
    _set_password(browser)

    for elsewhere in ("https://example.com/console/", "//example.com/console/", "/console/\\example.com", "/l/x"):
        fields = {"email": "ana@example.org", "password": PASSWORD, "next": elsewhere}
        assert browser.press("/console/sign-in", fields, follow=False).headers["Location"] == "/console/"


def test_a_wrong_password_says_no_more_than_that_and_keeps_what_was_typed(browser: Browser) -> None:
    answer = browser.press("/console/sign-in", {"email": "nobody@example.org", "password": "wrong"})

    assert answer.status_code == 403
    assert "do not go together" in words(answer)
    assert 'value="nobody@example.org"' in answer.text


def test_the_sixth_try_is_told_to_wait(browser: Browser) -> None:
    fields = {"email": "nobody@example.org", "password": "wrong"}
    answers = [browser.press("/console/sign-in", dict(fields)).status_code for _ in range(6)]

    assert answers == [403, 403, 403, 403, 403, 429]


def test_a_new_session_takes_the_place_of_the_old(
    browser: Browser, sessions: sessionmaker[Session], settings: Settings
) -> None:
    browser.press(_link(sessions, settings))
    old = browser.client.get_cookie("touchline_console", path="/console")
    assert old
    browser.press(_link(sessions, settings))
    thief = Browser(browser.client.application.test_client())
    thief.client.set_cookie("touchline_console", old.value, path="/console")

    assert thief.see("/console/password").status_code == 302
    assert browser.see("/console/password").status_code == 200


def test_the_answer_to_a_forgotten_password_is_the_same_for_everybody(
    browser: Browser, sessions: sessionmaker[Session], settings: Settings
) -> None:
    _link(sessions, settings)

    stranger = words(browser.press("/console/link", {"email": "stranger@example.org"}))
    with sessions.begin() as session:
        session.query(Notice).delete()
    known = words(browser.press("/console/link", {"email": "ana@example.org"}))

    assert stranger == known


def test_an_admin_invites_and_removes(signed_in: Callable[[Role], Browser], sessions: sessionmaker[Session]) -> None:
    admin = signed_in(Role.ADMIN)

    assert "bilal@example.org is an author" in words(
        admin.press("/console/managers/", {"email": "bilal@example.org", "role": "author"})
    )
    with sessions() as session:
        notice = session.query(Notice).one()
        assert (notice.kind, notice.to_address) == ("manager_link", "bilal@example.org")
    assert "only admin" not in words(admin.press("/console/managers/2/remove"))
    assert "bilal@example.org" not in words(admin.see("/console/managers/"))
    assert "Somebody has to be admin" in words(admin.press("/console/managers/1/remove"))
    assert "manager.remove" in words(admin.see("/console/audit/"))


def test_a_mistyped_address_is_said_beside_the_box(signed_in: Callable[[Role], Browser]) -> None:
    answer = signed_in(Role.ADMIN).press("/console/managers/", {"email": "bilal(at)example", "role": "author"})

    assert answer.status_code == 422
    assert "ana@example.org" in words(answer)
    assert 'value="bilal(at)example"' in answer.text
