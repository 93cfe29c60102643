"""A script fills in the public forms with other people's addresses, from as many networks as it likes."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
import redis
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from service.flood_settings import STANDARD_FLOOD_LIMITS
from service.settings import load_settings
from service.store.tables.notices import Notice
from service.web.app import create_app
from service.web.limits import limiter
from tests import make
from tests.conftest import SECRET

NOON = datetime(2029, 1, 16, 12, tzinfo=UTC)
_EVERY = timedelta(milliseconds=30)
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


def flood(client: FlaskClient, forms: list[Mapping[str, str]], clock: time_machine.Traveller) -> list[int]:
    """Send each from a network of its own, 2,000 a minute, with the button that asks for a letter instead of the work."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/fair-trials/").text)
    assert found
    answers = []
    for place, form in enumerate(forms):
        whole = {**form, "first_name": "Ana", "way": "email", "csrf_token": found[1]}
        caller = {"REMOTE_ADDR": f"10.{place >> 8 & 255}.{place & 255}.7"}
        answers.append(client.post("/fair-trials/join", data=whole, environ_base=caller).status_code)
        clock.shift(_EVERY)
    return answers


def sent(sessions: sessionmaker[Session]) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(Notice)) or 0


def test_five_thousand_addresses_from_as_many_networks_get_few_letters_once_it_is_seen(
    installation: Open, sessions: sessionmaker[Session]
) -> None:
    client = installation()
    forms = [{"email": f"victim{place}@example.org", "consent_email": "yes"} for place in range(5_000)]

    with time_machine.travel(NOON, tick=False) as clock:
        answers = flood(client, forms, clock)

    seen_at = answers.index(429)
    minutes = 5_000 * _EVERY / timedelta(minutes=1)
    most = STANDARD_FLOOD_LIMITS.limit_flood_letters * (int(minutes) + 1)
    # Nobody confirms, and so it is seen at the latest when so many have been sent.
    assert seen_at <= STANDARD_FLOOD_LIMITS.limit_flood_unconfirmed + STANDARD_FLOOD_LIMITS.limit_flood_letters + 1
    assert answers[seen_at:].count(303) <= most
    assert sent(sessions) <= STANDARD_FLOOD_LIMITS.limit_flood_unconfirmed + 1 + most


def test_numbers_that_begin_alike_get_no_texts_once_it_is_seen(
    installation: Open, sessions: sessionmaker[Session]
) -> None:
    client = installation()
    forms = [{"phone": f"+44770090{place:04d}", "consent_sms": "yes"} for place in range(1_000)]

    with time_machine.travel(NOON, tick=False) as clock:
        answers = flood(client, forms, clock)

    assert answers == [303] * 601 + [428] * 399
    assert sent(sessions) == 601
