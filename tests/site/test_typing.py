"""What people and machines type into supporters' forms: kept where it makes sense, explained where it does not."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from service.consenting.consent import Evidence, withdraw_consent
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.settings import Settings
from service.store.queries import consents
from service.store.tables.people import SignUp, Supporter
from service.web.app import create_app
from service.wording.links import LinkKind, derive_key, sign
from tests import make
from tests.conftest import SECRET
from tests.site.forms import send

JOIN = "/fair-trials/join"
LANDING = "/fair-trials/"
CORA = {"first_name": "Cora", "email": "cora@example.org", "consent_email": "yes"}


@pytest.fixture
def visitor(settings: Settings, sessions: sessionmaker[Session]) -> Iterator[FlaskClient]:
    app: Flask = create_app(settings)
    yield app.test_client()
    app.extensions["touchline"].sessions.kw["bind"].dispose()


@pytest.fixture
def ana(sessions: sessionmaker[Session]) -> int:
    with sessions.begin() as session:
        return make.supporter(session, "Ana", campaign=make.campaign(session), phone="+447700900123").id


@pytest.fixture
def preferences(ana: int) -> str:
    """The address of Ana's preferences."""
    token = sign(LinkKind.PREFERENCES, ana, key=derive_key(SECRET, "links"), channel=Channel.EMAIL)
    return f"/preferences/{token}"


def _channels(sessions: sessionmaker[Session], supporter_id: int) -> frozenset[Channel]:
    with sessions() as session:
        return consents.permitted_channels(session, supporter_id=supporter_id, campaign_id=1)


@pytest.mark.parametrize("field", ["first_name", "source"])
def test_a_letter_that_no_text_holds_is_left_out(
    visitor: FlaskClient, ana: int, sessions: sessionmaker[Session], field: str
) -> None:
    answer = send(visitor, JOIN, {**CORA, field: "Co\0ra"}, page=LANDING)

    assert answer.status_code == 303
    with sessions() as session:
        assert getattr(session.scalars(select(SignUp)).one(), field) == "Cora"


@pytest.mark.parametrize("address", ["/%00/", "/api/v1/campaigns/%00", "/fair-trials/briefings/%00", "/l/%00"])
def test_an_address_no_page_can_have_is_not_our_fault(visitor: FlaskClient, ana: int, address: str) -> None:
    assert visitor.get(address).status_code in {400, 404}


def test_a_time_zone_and_a_language_that_do_not_exist_are_not_kept(
    visitor: FlaskClient, ana: int, sessions: sessionmaker[Session]
) -> None:
    send(visitor, JOIN, {**CORA, "time_zone": "Mars/Base", "locale": "<b>"}, page=LANDING)

    with sessions() as session:
        kept = session.scalars(select(SignUp)).one()
    assert (kept.time_zone, kept.locale) == ("Europe/London", "en")


def test_a_name_is_kept_on_one_line(visitor: FlaskClient, ana: int, sessions: sessionmaker[Session]) -> None:
    send(visitor, JOIN, {**CORA, "first_name": "  Cora \r\n  Ann "}, page=LANDING)

    with sessions() as session:
        assert session.scalars(select(SignUp.first_name)).one() == "Cora Ann"


def test_a_name_that_advertises_a_page_is_refused(
    visitor: FlaskClient, ana: int, sessions: sessionmaker[Session]
) -> None:
    answer = send(visitor, JOIN, {**CORA, "first_name": "Win at https://example.com"}, page=LANDING)

    assert answer.status_code == 422
    assert "a name cannot hold a web address" in answer.get_data(as_text=True)
    with sessions() as session:
        assert session.scalars(select(SignUp)).all() == []


def test_mistakes_are_listed_from_the_top_of_the_form(visitor: FlaskClient, ana: int) -> None:
    answer = send(visitor, JOIN, {"email": "cora@", "consent_sms": "yes"}, page=LANDING)

    page = answer.get_data(as_text=True)
    assert 0 < page.index('href="#email"') < page.index('href="#phone"')


def test_a_mistyped_time_zone_is_shown_again_and_leaving_holds_all_the_same(
    visitor: FlaskClient, ana: int, preferences: str, sessions: sessionmaker[Session]
) -> None:
    answer = send(visitor, preferences, {"email": "yes", "time_zone": "Mars/Base"})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="Mars/Base"' in page
    assert "for example Europe/London" in page
    assert "Saved." not in page
    assert _channels(sessions, ana) == {Channel.EMAIL}
    with sessions() as session:
        assert session.get_one(Supporter, ana).time_zone == "Europe/London"


def test_preferences_say_why_a_number_that_said_stop_stays_alone(
    visitor: FlaskClient, ana: int, preferences: str, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        withdraw_consent(
            session,
            supporter_id=ana,
            channel=Channel.SMS,
            reason=Suppressed.STOP,
            evidence=Evidence("STOP", "text"),
            now=make.KICK_OFF,
        )

    answer = send(visitor, preferences, {"email": "yes", "sms": "yes"})

    assert "text START from the phone itself" in answer.get_data(as_text=True)
    assert Channel.SMS not in _channels(sessions, ana)
