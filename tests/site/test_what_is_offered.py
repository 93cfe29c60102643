"""Pages offer what somebody carries and nothing else; a form that asks for more is told so and loses nothing."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from service.domain.channel import Channel
from service.provider_settings import EmailRoad, SmsRoad
from service.settings import Settings
from service.store.tables.people import SignUp
from service.web.app import create_app
from service.web.limits import limiter
from service.wording.links import LinkKind, derive_key, sign
from tests.conftest import SECRET
from tests.site.forms import send

JOIN, LANDING, PETITION = "/fair-trials/join", "/fair-trials/", "/fair-trials/petition"


Visit = Callable[[EmailRoad, SmsRoad], FlaskClient]


@pytest.fixture
def visitor_of(settings: Settings, sessions: sessionmaker[Session]) -> Iterator[Visit]:
    """A visitor of an installation with these providers."""
    made = []

    def visit(email: EmailRoad, sms: SmsRoad) -> FlaskClient:
        app = create_app(replace(settings, email_road=email, sms_road=sms))
        limiter.reset()
        made.append(app)
        return app.test_client()

    yield visit
    for app in made:
        app.extensions["touchline"].sessions.kw["bind"].dispose()


def _sign_ups(sessions: sessionmaker[Session]) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(SignUp)) or 0


def test_without_texts_no_number_is_asked_for_and_one_that_comes_is_refused(
    visitor_of: Visit, ana: int, sessions: sessionmaker[Session]
) -> None:
    visitor = visitor_of(EmailRoad.SANDBOX, SmsRoad.NONE)
    fields = {"first_name": "Eve", "email": "eve@example.org", "consent_email": "yes"}

    page = visitor.get(LANDING).text
    refused = send(visitor, JOIN, {**fields, "phone": "07700 900124", "consent_sms": "yes"}, page=LANDING)
    taken = send(visitor, JOIN, fields, page=LANDING)

    assert 'name="email"' in page
    assert 'name="phone"' not in page
    assert "+44 7700 900000" not in page
    assert refused.status_code == 422
    assert "We send no texts; please leave the number out and give an email address" in refused.text
    assert 'value="07700 900124"' in refused.text
    assert (taken.status_code, _sign_ups(sessions)) == (303, 1)


def test_without_email_no_address_is_asked_for_and_nobody_is_asked_to_sign_by_one(
    visitor_of: Visit, ana: int, sessions: sessionmaker[Session]
) -> None:
    visitor = visitor_of(EmailRoad.NONE, SmsRoad.SANDBOX)

    page, petition = visitor.get(LANDING).text, visitor.get(PETITION).text
    refused = send(visitor, JOIN, {"email": "eve@example.org", "consent_email": "yes"}, page=LANDING)
    signing = {"name": "Eve Example", "email": "eve@example.org"}
    unsigned = send(visitor, PETITION, signing, page=LANDING)
    taken = send(visitor, JOIN, {"phone": "07700 900124", "consent_sms": "yes"}, page=LANDING)

    assert ('name="phone"' in page, 'name="email"' in page) == (True, False)
    assert ('name="email"' in petition, "Text <b>SIGN</b> to" in petition) == (False, True)
    assert "We send no email; please leave the address out and give a mobile number" in refused.text
    assert "We send no email, and cannot confirm a signature by it" in unsigned.text
    assert (refused.status_code, unsigned.status_code) == (422, 422)
    assert (taken.status_code, _sign_ups(sessions)) == (303, 1)


def test_where_nobody_carries_anything_the_page_says_so(visitor_of: Visit, ana: int) -> None:
    page = visitor_of(EmailRoad.NONE, SmsRoad.NONE).get(LANDING).text

    assert "Nobody can sign up here for now: we send neither email nor texts." in page
    assert "<form" not in page


def test_a_supporter_s_own_page_offers_only_what_can_come_and_what_they_have_to_leave(
    visitor_of: Visit, ana: int, sessions: sessionmaker[Session]
) -> None:
    """Ana gets both: the box for texts stays until she has left them."""
    visitor = visitor_of(EmailRoad.SANDBOX, SmsRoad.NONE)
    own = f"/preferences/{sign(LinkKind.PREFERENCES, ana, key=derive_key(SECRET, 'links'), channel=Channel.EMAIL)}"

    before = visitor.get(own, follow_redirects=True).text
    after = send(visitor, own, {"email": "yes", "first_name": "", "time_zone": "Europe/London"}).text

    assert 'name="sms"' in before
    assert ('name="email"' in after, 'name="sms"' in after) == (True, False)
