"""Confirmations that are held back are told on the first page, by /readyz and /metrics, and let go by a launcher."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.clock import now
from service.domain.manager import Role
from service.store.queries import asking
from tests.console.conftest import Browser, words

SignedIn = Callable[[Role], Browser]


@pytest.fixture
def alarm(sessions: sessionmaker[Session], campaign_id: int) -> int:
    with sessions.begin() as session:
        asking.note_alarm(session, campaign_id, "unconfirmed", now=now() - timedelta(minutes=3))
    return campaign_id


def test_the_first_page_says_that_they_are_held_back_and_why(signed_in: SignedIn, alarm: int) -> None:
    page = words(signed_in(Role.VIEWER).see("/console/"))

    assert "Confirmations of “Fair trials in Azerbaijan” are being held back" in page
    assert "hardly anybody confirms" in page
    assert "let them go" not in page


def test_a_launcher_lets_them_go_for_an_hour_and_the_audit_says_who(
    signed_in: SignedIn, alarm: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)

    assert "let them go for an hour" in words(launcher.see("/console/"))
    answer = words(launcher.press(f"/console/confirmations/{alarm}/let-go"))

    assert "They go out now" in answer
    assert "Let go until" in answer
    with sessions() as session:
        assert asking.is_let_go(session, alarm, now=now() + timedelta(minutes=50))
        assert not asking.is_let_go(session, alarm, now=now() + timedelta(minutes=70))
        deed = session.execute(text("SELECT actor, deed FROM audit_entries ORDER BY id DESC LIMIT 1")).one()
    assert tuple(deed) == ("launcher@example.org", "confirmations let go")


def test_an_author_may_not_let_them_go(signed_in: SignedIn, alarm: int) -> None:
    assert signed_in(Role.AUTHOR).press(f"/console/confirmations/{alarm}/let-go").status_code == 403


def test_readyz_and_metrics_tell_of_them(browser: Browser, alarm: int) -> None:
    assert browser.see("/readyz").json["warnings"] == [f"confirmations of campaign {alarm} are held back: unconfirmed"]
    assert "touchline_asking_alarms 1" in browser.see("/metrics").text
