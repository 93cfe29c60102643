"""Signing in by the organisation's directory, against one on this machine."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from joserfc.jwk import RSAKey
from sqlalchemy.orm import Session, sessionmaker

from service.clock import now
from service.domain.manager import Role
from service.environment import SettingsError
from service.oidc_settings import Directory
from service.planning.audit import read_audit
from service.planning.managers import add_manager, remove_manager
from service.settings import Settings, load_settings
from service.web.app import create_app
from service.web.limits import limiter
from tests.console.apps import set_up
from tests.console.conftest import Browser, words
from tests.console.directories import CLIENT, SECRET, DirectoryOfTests, serving

ANA = "ana@example.org"


@dataclass(frozen=True, slots=True)
class Office:
    """A browser, the directory it is sent to, and an account for Ana."""

    browser: Browser
    directory: DirectoryOfTests

    def begin(self, next_page: str = "") -> str:
        """Press the link; where the directory sends the browser back to."""
        away = self.browser.see(f"/console/directory?next={next_page}")
        assert away.status_code == 302, words(away)
        back = urlsplit(self.directory.approve(away.headers["Location"]))
        return f"{back.path}?{back.query}"

    def sign_in(self) -> str:
        """There and back; what the page says."""
        return words(self.browser.client.get(self.begin(), follow_redirects=True))


@pytest.fixture
def office(settings: Settings, sessions: sessionmaker[Session]) -> Iterator[Office]:
    with sessions.begin() as session:
        add_manager(session, ANA, Role.ADMIN, actor="", now=now())
        add_manager(session, "bilal@example.org", Role.ADMIN, actor="", now=now())
    with serving(ANA) as directory:
        known = Directory(directory.url, CLIENT, SECRET, "Fair Play")
        app = create_app(replace(settings, directory=known))
        limiter.reset()
        yield Office(Browser(app.test_client()), directory)
        app.extensions["touchline"].sessions.kw["bind"].dispose()


def test_whoever_the_directory_names_and_has_an_account_is_signed_in(
    office: Office, sessions: sessionmaker[Session]
) -> None:
    offered = words(office.browser.see("/console/sign-in"))
    back = office.browser.client.get(office.begin("/console/audit/"))

    assert "Sign in with Fair Play" in offered
    assert back.headers["Location"] == "/console/audit/"
    assert ANA in words(office.browser.see("/console/account/"))
    with sessions() as session:
        assert "manager.directory" in {entry.deed for entry in read_audit(session).entries}


def test_later_they_are_known_by_what_the_directory_calls_them(office: Office) -> None:
    office.sign_in()
    office.browser.press("/console/sign-out")
    office.directory.claims["email"] = "ana.of.another.name@example.org"

    assert ANA in office.sign_in()


def test_another_person_with_the_same_address_is_not_them(office: Office) -> None:
    office.sign_in()
    office.browser.press("/console/sign-out")
    office.directory.claims["sub"] = "s-2"

    assert "you have no account here" in office.sign_in()


@pytest.mark.parametrize(
    "claims", [{"email": "stranger@example.org"}, {"email_verified": False}, {"email_verified": "true"}, {"email": 5}]
)
def test_whoever_has_no_account_gets_none(office: Office, claims: dict[str, object]) -> None:
    office.directory.claims |= claims

    assert "you have no account here" in office.sign_in()
    assert office.browser.see("/console/").status_code == 302


def test_a_removed_manager_does_not_come_back_by_the_directory(office: Office, sessions: sessionmaker[Session]) -> None:
    office.sign_in()
    with sessions.begin() as session:
        remove_manager(session, 1, actor="", now=now())

    assert "you have no account here" in office.sign_in()


def test_a_second_step_is_asked_for_as_ever(office: Office) -> None:
    office.sign_in()
    set_up(office.browser)
    office.browser.press("/console/sign-out")

    assert "The second step" in office.sign_in()
    assert office.browser.see("/console/").status_code == 302


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://evil.example"},
        {"aud": "another client"},
        {"aud": [CLIENT, "another client"]},
        {"nonce": "of another asking"},
        {"exp": 1_700_000_000},
        {"exp": "soon"},
        {"sub": ""},
        {"sub": 5},
    ],
    ids=str,
)
def test_an_answer_that_is_not_for_this_asking_is_refused(office: Office, wrong: dict[str, object]) -> None:
    office.directory.wrong = wrong

    assert "did not say who you are" in office.sign_in()
    assert office.browser.see("/console/").status_code == 302


def test_an_answer_that_somebody_else_signed_is_refused(office: Office) -> None:
    office.directory.signs_with = RSAKey.generate_key(2048, {"kid": "1"})

    assert "did not say who you are" in office.sign_in()


def test_what_did_not_begin_in_this_browser_is_refused(office: Office) -> None:
    back = office.begin()
    victim = Browser(office.browser.client.application.test_client())

    lured = words(victim.client.get(back, follow_redirects=True))
    forged = words(office.browser.client.get("/console/directory/back?code=a+code&state=%C3%A9", follow_redirects=True))
    spent = words(office.browser.client.get(back, follow_redirects=True))

    assert "did not begin in this browser" in lured
    assert "did not begin in this browser" in forged
    assert "did not begin in this browser" in spent


def test_a_way_back_is_used_once_also_by_a_browser_that_brings_its_cookie_again(office: Office) -> None:
    back = office.begin()
    cookie = office.browser.client.get_cookie("touchline")
    assert cookie
    office.browser.client.get(back)
    asked = len(office.directory.requests)

    office.browser.client.set_cookie("touchline", cookie.value)
    again = words(office.browser.client.get(back, follow_redirects=True))

    assert "did not begin in this browser" in again
    assert len(office.directory.requests) == asked


@pytest.mark.parametrize(("minutes", "is_taken"), [(9, True), (11, False)])
def test_a_way_back_lasts_ten_minutes(office: Office, minutes: int, is_taken: bool) -> None:
    back = office.begin()

    with time_machine.travel(now() + timedelta(minutes=minutes), tick=False):
        page = words(office.browser.client.get(back, follow_redirects=True))

    assert ("did not begin in this browser, or too long ago" not in page) is is_taken


def test_nobody_hammers_on_the_directory(office: Office) -> None:
    codes = [office.browser.see("/console/directory/back?code=a&state=b").status_code for _ in range(22)]

    assert codes == [403] * 20 + [429] * 2
    assert office.directory.requests == []


def test_what_the_directory_says_of_itself_is_believed_for_five_minutes(office: Office) -> None:
    asked = "/.well-known/openid-configuration"
    with time_machine.travel(datetime(2026, 12, 1, 9, 0, tzinfo=UTC), tick=False) as clock:
        office.sign_in()
        office.browser.press("/console/sign-out")
        office.sign_in()
        soon = office.directory.requests.count(asked)
        clock.shift(timedelta(minutes=6))
        office.browser.see("/console/directory")

    assert (soon, office.directory.requests.count(asked)) == (1, 2)
    assert office.directory.requests.count("/keys") == 2


def test_a_code_is_of_no_use_without_the_browser_s_proof(office: Office) -> None:
    back = office.begin()
    office.directory.asked["code_challenge"] = "of another browser"

    assert "did not say who you are" in words(office.browser.client.get(back, follow_redirects=True))


def test_it_leads_nowhere_but_into_the_console(office: Office) -> None:
    back = office.browser.client.get(office.begin("https://evil.example/"))

    assert back.headers["Location"] == "/console/"


def test_a_directory_that_is_away_is_said(settings: Settings, free_port: int) -> None:
    known = Directory(f"http://127.0.0.1:{free_port}", CLIENT, SECRET, "Fair Play")
    app = create_app(replace(settings, directory=known))
    answer = Browser(app.test_client()).see("/console/directory")

    assert answer.status_code == 503
    assert "The directory does not answer" in words(answer)
    app.extensions["touchline"].sessions.kw["bind"].dispose()


def test_without_a_directory_nothing_of_it_is_there(browser: Browser) -> None:
    assert browser.see("/console/directory").status_code == 404
    assert "directory" not in browser.see("/console/sign-in").text


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"OIDC_ISSUER": "http://id.example.org"}, "OIDC_ISSUER"),
        ({"OIDC_ISSUER": "https://id.example.org"}, "OIDC_CLIENT_ID, OIDC_CLIENT_SECRET"),
    ],
)
def test_settings_of_a_directory_that_cannot_be_right_stop_the_start(given: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        load_settings({"SECRET_KEY": "x" * 40, **given})
