"""A console with a campaign in it, and browsers signed in to it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from service.clock import now
from service.domain.manager import Role
from service.planning.managers import make_sign_in_link
from service.settings import Settings
from service.store.tables.campaign import Fixture, Stage
from service.web.app import create_app
from service.web.door import FrontDoor
from service.web.limits import limiter
from service.wording.links import derive_key
from tests import make

SLUG = "fair-trials"
C = f"/console/campaigns/{SLUG}"


@pytest.fixture
def app(settings: Settings, sessions: sessionmaker[Session]) -> Iterator[Flask]:
    made = create_app(settings)
    limiter.reset()
    yield made
    held = made.extensions["touchline"]
    assert isinstance(held, FrontDoor)
    held.sessions.kw["bind"].dispose()


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser that follows redirects and sends forms as they stand on the page, with their tokens."""

    client: FlaskClient

    def see(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers=headers)

    def press(self, path: str, fields: dict[str, object] | None = None, *, follow: bool = True) -> TestResponse:
        """Send a form with the token of a page that has one."""
        page = self.client.get("/console/sign-in").text
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found
        return self.client.post(path, data={"csrf_token": found[1], **(fields or {})}, follow_redirects=follow)


def seen_on(response: TestResponse) -> dict[str, object]:
    """What a page that asks first wants to hear again with the button: what was seen, and that it is really meant."""
    names = ("seen", "really", "home", "away", "change")
    found = {name: re.search(rf'name="{name}" value="([^"]*)"', response.text) for name in names}
    return {name: hit[1] for name, hit in found.items() if hit}


def kick_off_in(sessions: sessionmaker[Session], span: timedelta) -> None:
    """The match so long from now, with its stage two days before it."""
    with sessions.begin() as session:
        match = session.query(Fixture).one()
        match.kick_off_at = now() + span
        session.query(Stage).filter_by(anchor="kick_off").one().due_at = match.kick_off_at - timedelta(days=2)


def hidden(response: TestResponse) -> dict[str, object]:
    """What the first form of a page that has these fields sends with its button."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', response.text)
    return {name: unescape(value) for name, value in reversed(found) if name != "csrf_token"}


def whistle(browser: Browser, deed: str, **fields: object) -> TestResponse:
    """Look at a whistle and press it, and say that it is really meant where that is asked."""
    query = "&".join(f"{name}={value}" for name, value in fields.items())
    page = browser.see(f"{C}/fixture/{deed}?{query}")
    while page.status_code in {200, 409} and (again := seen_on(page)):
        page = browser.press(f"{C}/fixture/{deed}", again)
    return page


def words(response: TestResponse) -> str:
    """What a person reads on the page."""
    page = re.sub(r"<(head|script|template)\b.*?</\1>", " ", response.text, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.fixture
def browser(app: Flask) -> Browser:
    """A browser nobody has signed in with."""
    return Browser(app.test_client())


@pytest.fixture
def signed_in(app: Flask, sessions: sessionmaker[Session], settings: Settings) -> Callable[[Role], Browser]:
    """Browsers signed in with a role, by the link `touchline manager add` prints."""

    def as_role(role: Role) -> Browser:
        with sessions.begin() as session:
            key = derive_key(settings.secret_key, "links")
            link = make_sign_in_link(session, f"{role}@example.org", role, public_url="", key=key, now=now())
        made = Browser(app.test_client())
        assert made.press(link, follow=False).status_code == 302
        return made

    return as_role


@pytest.fixture
def campaign_id(sessions: sessionmaker[Session]) -> int:
    """A campaign with two planned stages and four supporters."""
    with sessions.begin() as session:
        row = make.campaign(session, slug=SLUG)
        make.stage(session, row)
        half_time = "{score} at half time. {petition_link} STOP to end"
        make.stage(session, row, slug="half-time", anchor="half_time", offset=timedelta(0), sms=half_time)
        for number, name in enumerate(("Ana", "Bilal", "Cora", "Dev")):
            make.supporter(session, name, campaign=row, phone=f"+44770090010{number}" if number < 2 else None)
        return row.id
