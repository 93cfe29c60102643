"""Installations that demand a second step: it is set up first, and whoever sets it up can show who they are."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session, sessionmaker

from service.clock import now
from service.console_settings import ConsoleRules, SecondFactor
from service.domain.manager import Role
from service.planning.managers import make_sign_in_link
from service.settings import Settings
from service.web.app import create_app
from service.wording.links import derive_key
from tests.console.apps import set_up
from tests.console.conftest import Browser, words
from tests.console.test_kept_forms import send, send_shown
from tests.console.test_second_step import ADMIN, PASSWORD, clock

__all__ = ["clock"]


@pytest.fixture
def demanding(settings: Settings, sessions: sessionmaker[Session]) -> Iterator[Browser]:
    """A browser at an installation that demands a second step."""
    app = create_app(replace(settings, console=ConsoleRules(second_factor=SecondFactor.REQUIRED)))
    yield Browser(app.test_client())
    app.extensions["touchline"].sessions.kw["bind"].dispose()


def test_where_it_is_demanded_it_is_set_up_before_anything_else(
    demanding: Browser, clock: time_machine.Traveller, sessions: sessionmaker[Session], settings: Settings
) -> None:
    with sessions.begin() as session:
        key = derive_key(settings.secret_key, "links")
        link = make_sign_in_link(session, ADMIN, Role.ADMIN, public_url="", key=key, now=now())

    led = words(demanding.press(link))
    turned_back = demanding.press("/console/managers/", {"email": "x@example.org", "role": "admin"}, follow=False)
    part = demanding.see("/console/managers/", **{"HX-Request": "true"})
    set_up(demanding)
    opened = words(demanding.see("/console/managers/"))

    assert "asks everybody for a second step" in led
    assert turned_back.headers["Location"] == "/console/second-factor"
    assert part.headers["HX-Redirect"] == "/console/second-factor"
    assert ADMIN in opened
    assert "x@example.org" not in opened


def test_whoever_must_set_the_second_step_up_can_show_who_they_are_first(
    clock: time_machine.Traveller, demanding: Browser, sessions: sessionmaker[Session], settings: Settings
) -> None:
    with sessions.begin() as session:
        key = derive_key(settings.secret_key, "links")
        link = make_sign_in_link(session, ADMIN, Role.ADMIN, public_url="", key=key, now=now())
    demanding.press(link)
    chosen = demanding.press("/console/password", {"new": PASSWORD, "again": PASSWORD}, follow=False)
    clock.shift(timedelta(minutes=16))

    asked = send(demanding, "/console/second-factor", {})
    page = demanding.see("/console/prove")
    mistyped = send_shown(demanding, asked, "/console/prove", {"password": "not it"})
    proved = send_shown(demanding, mistyped, "/console/prove", {"password": PASSWORD})
    begun = send_shown(demanding, proved, "/console/second-factor")

    assert chosen.headers["Location"] == "/console/"
    assert (asked.status_code, page.status_code, mistyped.status_code) == (401, 200, 422)
    assert "Scan this" in words(begun)
    set_up(demanding)
    assert demanding.see("/console/").status_code == 200
