"""A session or a token that is gone loses nothing typed: the form comes back, and does nothing until it is sent again."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from service.clock import now
from service.domain.manager import Role
from service.planning.managers import make_sign_in_link
from service.planning.signing_in import Here, change_password, sign_in_by_link
from service.settings import Settings
from service.store.tables.campaign import Copy
from service.wording.links import derive_key
from tests.console.conftest import Browser, C, words
from tests.console.test_blasts import BLAST, LATER

EDIT = f"{C}/stages/find-out-more/edit"
TYPED = {"body-0": "Dear all,\n\nan hour's work", "subject-0": "An hour", "body-1": 'A text "so". STOP to end'}
OURS = {"Sec-Fetch-Site": "same-origin"}
PASSWORD = "a password of the tests"


@pytest.fixture
def author(app: Flask, sessions: sessionmaker[Session], settings: Settings) -> str:
    """The address of an author with a password."""
    with sessions.begin() as session:
        key = derive_key(settings.secret_key, "links")
        link = make_sign_in_link(session, "dev@example.org", Role.AUTHOR, public_url="", key=key, now=now())
        here = Here(ip="", token="t" * 40)
        token = link.rpartition("/")[2]
        who = sign_in_by_link(session, token, keys=(key,), here=here, now=now())
        change_password(session, who.id, current="", new=PASSWORD, here=here, now=now())
    return "dev@example.org"


def send(browser: Browser, path: str, fields: dict[str, str], *, token: str = "", **headers: str) -> TestResponse:
    """Send a form as a browser does, with the token that its page had."""
    if not token:
        found = re.search(r'name="csrf_token" value="([^"]+)"', browser.see("/console/sign-in").text)
        assert found
        token = found[1]
    sent = {"csrf_token": token, **fields}
    return browser.client.post(path, data=sent, headers=OURS | headers, follow_redirects=True)


def send_shown(browser: Browser, page: TestResponse, action: str, fields: dict[str, str] | None = None) -> TestResponse:
    """Press the button of the form on this page that goes there."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', page.text, flags=re.S)
    assert form, action
    kept = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[1], flags=re.S)
    data = MultiDict((unescape(name), unescape(value)) for name, value in kept)
    data.update(fields or {})
    return browser.client.post(action, data=data, headers=OURS, follow_redirects=True)


def bodies(sessions: sessionmaker[Session]) -> list[str]:
    with sessions() as session:
        return [copy.body for copy in session.query(Copy).filter_by(stage_id=1).order_by(Copy.channel)]


def test_what_was_typed_survives_a_session_that_has_expired(
    browser: Browser, author: str, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    told = send(browser, EDIT, TYPED)
    mistyped = send_shown(browser, told, "/console/sign-in", {"email": author, "password": "wrong"})
    back = send_shown(browser, mistyped, "/console/sign-in", {"email": author, "password": PASSWORD})
    before = bodies(sessions)
    done = send_shown(browser, back, EDIT)

    assert told.status_code == 401
    assert "You were signed out while you were writing. Nothing of it was done, and nothing is lost." in words(told)
    assert "an hour's work" in words(told)
    assert "do not go together" in words(mistyped)
    assert "Your form, as you typed it" in words(back)
    assert TYPED["body-1"] not in before
    assert "The words are kept." in words(done)
    assert bodies(sessions) == [TYPED["body-0"], TYPED["body-1"]]


def test_a_long_email_survives_a_session_that_has_expired(browser: Browser, author: str, campaign_id: int) -> None:
    long = "ü" * 15_000

    told = send(browser, EDIT, TYPED | {"body-0": long})
    back = send_shown(browser, told, "/console/sign-in", {"email": author, "password": PASSWORD})

    assert (told.status_code, back.status_code) == (401, 200)
    assert long in back.text


def test_who_signs_in_by_a_link_in_another_tab_comes_back_to_the_form(
    browser: Browser, sessions: sessionmaker[Session], settings: Settings, campaign_id: int
) -> None:
    told = send(browser, EDIT, TYPED)
    too_early = send_shown(browser, told, EDIT)
    with sessions.begin() as session:
        key = derive_key(settings.secret_key, "links")
        link = make_sign_in_link(session, "dev@example.org", Role.AUTHOR, public_url="", key=key, now=now())
    browser.press(link)

    back = send_shown(browser, too_early, EDIT)
    before = bodies(sessions)
    done = send_shown(browser, back, EDIT)

    assert too_early.status_code == 401
    assert "Your form, as you typed it" in words(back)
    assert TYPED["body-1"] not in before
    assert "The words are kept." in words(done)
    assert bodies(sessions) == [TYPED["body-0"], TYPED["body-1"]]


def test_what_was_typed_survives_a_token_that_is_gone(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    author = signed_in(Role.AUTHOR)

    told = send(author, EDIT, TYPED, token="old")
    before = bodies(sessions)
    done = send_shown(author, told, EDIT)

    assert told.status_code == 400
    assert "Nothing of it was done yet" in words(told)
    assert TYPED["body-1"] not in before
    assert "The words are kept." in words(done)
    assert bodies(sessions) == [TYPED["body-0"], TYPED["body-1"]]


def test_a_counter_that_asks_after_the_session_is_gone_does_not_take_the_page_away(
    browser: Browser, campaign_id: int
) -> None:
    counted = send(browser, f"{C}/stages/find-out-more/size/1", {"body-1": "x"}, **{"HX-Request": "true"})

    assert counted.status_code == 401
    assert "HX-Redirect" not in counted.headers


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
def test_what_a_stranger_s_page_sends_is_offered_to_nobody(
    browser: Browser, signed_in: Callable[[Role], Browser], campaign_id: int, site: str
) -> None:
    nobody = send(browser, EDIT, TYPED, **{"Sec-Fetch-Site": site})
    somebody = send(signed_in(Role.LAUNCHER), EDIT, TYPED, token="theirs", **{"Sec-Fetch-Site": site})

    assert "an hour's work" not in nobody.text
    assert "an hour's work" not in somebody.text


def test_a_form_waits_for_no_place_outside_the_console(browser: Browser, author: str) -> None:
    fields = {"email": author, "password": PASSWORD, "kept.path": "https://example.net/console/", "kept.f.a": "b c"}

    answer = send(browser, "/console/sign-in", fields)

    assert "example.net" not in answer.text


def test_passwords_are_never_kept(browser: Browser) -> None:
    answer = send(browser, "/console/password", {"current": "my old secret", "new": "my new secret", "again": "x y"})

    assert "secret" not in answer.text


def test_a_kept_form_that_sends_says_what_it_sends_and_leads_to_its_last_look(
    signed_in: Callable[[Role], Browser], campaign_id: int
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    look = launcher.press(f"{C}/blasts/new", BLAST)
    form = {name: re.findall(rf'name="{name}" value="([^"]+)"', look.text)[0] for name in ("look", "key")}

    kept = send(launcher, f"{C}/blasts/schedule", form, token="old")
    href = re.search(r'href="([^"]+)">Look at it first', kept.text)

    assert "What it would do: Send the blast “Last call” of Fair trials in Azerbaijan now." in words(kept)
    assert href
    assert "“Last call”, before it goes" in words(launcher.see(href[1]))


def test_a_kept_form_says_to_what_it_would_be_done(
    signed_in: Callable[[Role], Browser], campaign_id: int, browser: Browser, author: str
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    launcher.press(f"{C}/blasts/schedule", BLAST | {"when": "at", "opens_at": f"{LATER:%Y-%m-%d}T20:00"})

    of_a_blast = send(launcher, f"{C}/blasts/1/cancel", {"why": ""}, token="old")
    of_a_stage = send(launcher, f"{C}/stages/find-out-more/cancel", {"why": ""}, token="old")
    of_a_match = send(launcher, f"{C}/fixture/kick-off", {"seen": "x"}, token="old")
    of_nothing = send(launcher, f"{C}/blasts/77/cancel", {"why": ""}, token="old")
    told = send(browser, EDIT, TYPED)
    back = send_shown(browser, told, "/console/sign-in", {"email": author, "password": PASSWORD})

    assert "What it would do: Cancel: the blast “Last call” of Fair trials in Azerbaijan." in words(of_a_blast)
    assert "What it would do: Cancel: the message “Find out more” of Fair trials in Azerbaijan." in words(of_a_stage)
    assert "What it would do: Kick off: Fair trials in Azerbaijan." in words(of_a_match)
    assert of_nothing.status_code == 400
    assert "What it would do" not in words(of_nothing)
    assert "What it would do: Edit: the message “Find out more” of Fair trials in Azerbaijan." in words(back)
