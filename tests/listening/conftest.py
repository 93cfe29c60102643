"""A front door that Twilio's signed webhooks come to, and what became of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from service.consenting.consent import AddressKey
from service.domain.channel import Channel
from service.settings import Settings
from service.store.tables.campaign import Campaign
from service.store.tables.people import Supporter
from service.web.app import create_app
from service.web.limits import limiter
from tests import make
from tests.listening.texting import ANA, LONG_AGO
from tests.sandbox.conftest import box, process, receiver

# A sandbox process, lent by its own tests.
__all__ = ["box", "process", "receiver"]

OURS = "+447700900000"


@dataclass
class Hooks:
    """Posts forms as Twilio does, signed for our public address."""

    client: FlaskClient
    settings: Settings
    sessions: sessionmaker[Session]
    _sids: Iterator[int]

    def text(self, sender: str, body: str, **fields: str) -> TestResponse:
        form = {"MessageSid": f"SM{next(self._sids):032}", "From": sender, "To": OURS, "Body": body, "NumMedia": "0"}
        return self.post("/hooks/twilio/sms", {**form, **fields})

    def post(self, path: str, form: dict[str, str]) -> TestResponse:
        validator = RequestValidator(self.settings.twilio_auth_tokens[0])
        signature = validator.compute_signature(self.settings.public_url + path, form)
        headers = {"X-Twilio-Signature": str(signature), "Content-Type": "application/x-www-form-urlencoded"}
        return self.client.post(path, data=urlencode(form), headers=headers)

    def rows(self, question: str, **asked: object) -> list[tuple[object, ...]]:
        with self.sessions() as session:
            return [tuple(row) for row in session.execute(text(question), asked)]

    def reason(self, phone: str) -> str | None:
        """Why a number is left alone, if it is."""
        hashed = AddressKey.of(self.settings).hash(Channel.SMS, phone)
        found = self.rows("SELECT reason FROM suppressions WHERE channel = 'sms' AND address_hash = :h", h=hashed)
        return str(found[0][0]) if found else None


@pytest.fixture
def hooks(settings: Settings, sessions: sessionmaker[Session]) -> Iterator[Hooks]:
    app = create_app(settings)
    limiter.reset()
    yield Hooks(app.test_client(), settings, sessions, count(1))
    app.extensions["touchline"].sessions.kw["bind"].dispose()


Answers = Callable[[], list[str]]


@pytest.fixture
def answers(sessions: sessionmaker[Session]) -> Answers:
    """The kinds of the texts we asked for, in order."""

    def asked() -> list[str]:
        with sessions() as session:
            return list(session.scalars(text("SELECT kind FROM notices ORDER BY id")))

    return asked


@pytest.fixture
def campaign(session: Session) -> Campaign:
    return make.campaign(session)


@pytest.fixture
def ana(session: Session, campaign: Campaign) -> Supporter:
    """Somebody who gets our texts."""
    return make.supporter(session, "Ana", campaign=campaign, phone=ANA, joined_at=LONG_AGO)
