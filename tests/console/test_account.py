"""One's own account: where one is signed in, ending that, and news of a sign-in from elsewhere."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from service.domain.agent import agent_in_words
from service.domain.manager import Role
from service.domain.network import masked
from service.store.tables.notices import Notice
from tests.console.conftest import Browser, words

PASSWORD = "four words for football"
FIREFOX = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
ACCOUNT = "/console/account/"


@pytest.fixture
def ana(signed_in: Callable[[Role], Browser]) -> Browser:
    """A viewer with a password."""
    made = signed_in(Role.VIEWER)
    made.press("/console/password", {"new": PASSWORD, "again": PASSWORD})
    return made


def elsewhere(app: Flask, *, ip: str = "203.0.113.77", agent: str = FIREFOX) -> Browser:
    """Another browser of theirs, signed in with the password."""
    made = Browser(app.test_client())
    made.client.environ_base |= {"REMOTE_ADDR": ip, "HTTP_USER_AGENT": agent}
    made.press("/console/sign-in", {"email": "viewer@example.org", "password": PASSWORD})
    return made


def news(sessions: sessionmaker[Session]) -> list[str]:
    with sessions() as session:
        found = session.query(Notice).filter_by(kind="account_news").order_by(Notice.id)
        return [f"{each.to_address}: {each.facts['happened']}" for each in found]


def test_one_sees_where_one_is_signed_in_by_words_and_masked_network(ana: Browser, app: Flask) -> None:
    elsewhere(app)

    page = words(ana.see(ACCOUNT))

    assert "Firefox on Android 203.0.113.0/24" in page
    assert "An unknown browser (this one) 127.0.0.0/24" in page
    assert "203.0.113.77" not in page


def test_one_of_them_is_ended_and_the_others_go_on(ana: Browser, app: Flask) -> None:
    phone, desk = elsewhere(app), elsewhere(app, ip="198.51.100.7")
    other = re.search(r"198\.51\.100\.0/24.*?action=\"([^\"]+/end)\"", ana.see(ACCOUNT).text, flags=re.S)
    assert other

    done = words(ana.press(other[1]))

    assert "That browser is signed out." in done
    assert "198.51.100.0/24" not in done
    assert (phone.see(ACCOUNT).status_code, desk.see(ACCOUNT).status_code) == (200, 302)


def test_all_others_are_ended_and_it_is_remembered(
    ana: Browser, app: Flask, signed_in: Callable[[Role], Browser]
) -> None:
    others = [elsewhere(app), elsewhere(app, ip="198.51.100.7")]

    done = words(ana.press("/console/account/sessions/end-others"))

    assert "Signed out at 2 other browsers." in done
    assert [each.see(ACCOUNT).status_code for each in (ana, *others)] == [200, 302, 302]
    assert "manager.sessions_ended" in words(signed_in(Role.ADMIN).see("/console/audit/"))


def test_nobody_ends_another_s_session(ana: Browser, app: Flask, signed_in: Callable[[Role], Browser]) -> None:
    phone = elsewhere(app)
    theirs = re.search(r"action=\"([^\"]+/end)\"", ana.see(ACCOUNT).text)
    assert theirs

    done = words(signed_in(Role.ADMIN).press(theirs[1]))

    assert "signed out already" in done
    assert phone.see(ACCOUNT).status_code == 200


def test_a_sign_in_from_a_place_not_seen_before_is_told_by_email(
    ana: Browser, app: Flask, sessions: sessionmaker[Session]
) -> None:
    at_first = news(sessions)
    elsewhere(app)
    elsewhere(app, ip="203.0.113.12")
    same_place = news(sessions)
    elsewhere(app, ip="2001:db8:1:2::9")

    assert at_first == []
    assert len(same_place) == 1
    assert "viewer@example.org: Somebody signed in to your account from a place" in same_place[0]
    assert "Firefox on Android, network 203.0.113.0/24" in same_place[0]
    assert "2001:db8:1::/48" in news(sessions)[1]


def test_a_wrong_password_from_elsewhere_is_not_told(ana: Browser, app: Flask, sessions: sessionmaker[Session]) -> None:
    stranger = Browser(app.test_client())
    stranger.client.environ_base["REMOTE_ADDR"] = "203.0.113.9"

    stranger.press("/console/sign-in", {"email": "viewer@example.org", "password": "a wrong one"})

    assert news(sessions) == []


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (FIREFOX, "Firefox on Android"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19 Safari/604",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537 Chrome/143.0 Safari/537 Edg/143.0", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537 Chrome/143.0 Safari/537.36", "Chrome on Linux"),
        ("<script>alert(1)</script>", "an unknown browser"),
        ("", "an unknown browser"),
    ],
)
def test_a_browser_is_said_in_words_of_ours(sent: str, said: str) -> None:
    assert agent_in_words(sent) == said


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2::9", "2001:db8:1::/48"),
        ("2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_an_address_is_shown_without_its_last_part(address: str, shown: str) -> None:
    assert masked(address) == shown
