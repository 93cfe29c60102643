"""A browser of hers, and what other rooms' tests stand on, lent to these."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from service.settings import Settings
from service.web.app import create_app
from service.web.limits import limiter
from tests.cli.conftest import touchline
from tests.sending.conftest import desk

__all__ = ["desk", "touchline"]


@pytest.fixture
def client(settings: Settings, sessions: sessionmaker[Session]) -> Iterator[FlaskClient]:
    app = create_app(settings)
    limiter.reset()
    made = app.test_client()
    made.environ_base["REMOTE_ADDR"] = "203.0.113.77"
    yield made
    app.extensions["touchline"].sessions.kw["bind"].dispose()
