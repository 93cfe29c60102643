"""An installation with one campaign, attacked over HTTP."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import redis
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from service.settings import load_settings
from service.web.app import create_app
from service.web.limits import limiter
from tests import make
from tests.conftest import SECRET

Open = Callable[..., FlaskClient]


@pytest.fixture
def installation(
    database_url: str, redis_url: str, tmp_path: object, sessions: sessionmaker[Session]
) -> Iterator[Open]:
    """Opens a web process with these settings, everything else as it is by default, with Redis."""
    with sessions.begin() as session:
        make.campaign(session)
    redis.Redis.from_url(redis_url).flushall()
    with ExitStack() as stack:

        def opened(**environ: str) -> FlaskClient:
            own = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "SECRET_KEY": SECRET}
            app = create_app(load_settings(own | {"TOUCHLINE_HOME": str(tmp_path)} | environ))
            limiter.reset()
            stack.callback(app.extensions["touchline"].sessions.kw["bind"].dispose)
            return app.test_client()

        yield opened
