"""A browser on the supporters' pages of an installation with one campaign."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from service.settings import Settings
from service.web.app import create_app
from service.web.limits import limiter
from tests import make


@pytest.fixture
def app(settings: Settings, sessions: sessionmaker[Session]) -> Iterator[Flask]:
    made = create_app(settings)
    limiter.reset()
    yield made
    made.extensions["touchline"].sessions.kw["bind"].dispose()


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def campaign_id(sessions: sessionmaker[Session]) -> int:
    with sessions.begin() as session:
        return make.campaign(session).id
