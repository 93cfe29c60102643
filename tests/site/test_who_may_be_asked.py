"""Numbers elsewhere are a clear mistake; whoever never filled in a form ends its letters with one press."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.settings import Settings
from service.web.app import create_app
from service.wording.links import LinkKind, derive_key, sign
from tests import make
from tests.conftest import SECRET
from tests.site.forms import send

KEY = derive_key(SECRET, "links")
FORM = {"first_name": "Dev", "email": "dev@example.org", "consent_email": "yes"}


@pytest.fixture
def app(settings: Settings, sessions: sessionmaker[Session]) -> Iterator[Flask]:
    with sessions.begin() as session:
        make.campaign(session)
    made = create_app(settings)
    yield made
    made.extensions["touchline"].sessions.kw["bind"].dispose()


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def link(visitor: FlaskClient, sessions: sessionmaker[Session]) -> str:
    """What the letter has that asks Dev whether it was him."""
    send(visitor, "/fair-trials/join", FORM, page="/fair-trials/")
    with sessions() as session:
        sign_up_id = session.scalar(text("SELECT max(id) FROM sign_ups"))
    return f"/not-me/{sign(LinkKind.NOT_ME, sign_up_id, key=KEY)}"


def _not_asked(sessions: sessionmaker[Session]) -> int:
    with sessions() as session:
        return int(session.scalar(text("SELECT count(*) FROM not_me")) or 0)


@pytest.mark.parametrize(
    ("number", "where"),
    [
        ("+44 7797 712345", "this number is in Jersey"),
        ("+44 7781 123456", "this number is in Guernsey"),
        ("+44 7924 123456", "this number is in the Isle of Man"),
        ("+53 5 234 5678", "this number is in Cuba"),
        ("+1 202 555 0143", "this number is in the United States"),
        ("+31 6 12345678", "this number is in the Netherlands"),
    ],
)
def test_a_number_elsewhere_is_a_mistake_that_says_where_it_is_and_what_to_do(
    visitor: FlaskClient, sessions: sessionmaker[Session], number: str, where: str
) -> None:
    fields = {"first_name": "Ana", "phone": number, "consent_sms": "yes"}

    answer = send(visitor, "/fair-trials/join", fields, page="/fair-trials/")

    assert answer.status_code == 422
    assert f"e text only numbers in the United Kingdom, and {where}; please leave it out" in answer.text
    assert number in answer.text
    with sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM sign_ups")) == 0


def test_a_campaign_may_name_its_countries(visitor: FlaskClient, sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        session.execute(text("UPDATE campaigns SET countries = '{IE,JE}'"))
    fields = {"first_name": "Ana", "consent_sms": "yes"}

    jersey = send(visitor, "/fair-trials/join", fields | {"phone": "+447797712345"}, page="/fair-trials/")
    london = send(visitor, "/fair-trials/join", fields | {"phone": "07700 900123"}, page="/fair-trials/")

    assert (jersey.status_code, london.status_code) == (303, 422)
    assert "Ireland or Jersey" in london.text


def test_opening_the_link_changes_nothing(visitor: FlaskClient, sessions: sessionmaker[Session], link: str) -> None:
    page = visitor.get(link)

    assert "It was not me: leave me alone" in page.text
    assert _not_asked(sessions) == 0


def test_one_press_ends_the_letters_and_can_be_undone(
    visitor: FlaskClient, sessions: sessionmaker[Session], link: str
) -> None:
    ended = visitor.post(link, data={"deed": "end"})
    assert "No form of ours writes to this mailbox again" in ended.text
    assert _not_asked(sessions) == 1

    visitor.post(link, data={"deed": "undo"})
    assert _not_asked(sessions) == 0


def test_the_mailbox_s_own_button_ends_them_without_cookie_or_redirect(
    app: Flask, sessions: sessionmaker[Session], link: str
) -> None:
    answer = app.test_client(use_cookies=False).post(link, data={"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert _not_asked(sessions) == 1


def test_a_forged_link_ends_nothing(visitor: FlaskClient, sessions: sessionmaker[Session], link: str) -> None:
    forged = link[:-1] + ("a" if link[-1] != "a" else "b")

    assert visitor.post(forged, data={"deed": "end"}).status_code == 404
    assert _not_asked(sessions) == 0
