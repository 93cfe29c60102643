"""A crowd behind one address is let in; a flood is slowed down and loses nothing it typed."""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import redis as redis_client
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from service.cli.running.ports import free_port
from service.domain.network import network
from service.environment import SettingsError
from service.settings import load_settings
from service.web import limits
from service.web.app import create_app
from service.web.door import FrontDoor
from service.web.limits import limiter
from tests import make

SECRET = "a secret of the tests, forty letters long or so"
GROUND = "203.0.113.7"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Someone with a phone behind an address."""

    client: FlaskClient

    def join(self, place: int, address: str = GROUND, path: str = "/fair-trials/join") -> TestResponse:
        page = self.client.get("/fair-trials/").text
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found
        fields = {
            "csrf_token": found[1],
            "first_name": "Ana",
            "consent_email": "yes",
            "email": f"ana{place}@example.org",
        }
        return self.client.post(path, data=fields, environ_base={"REMOTE_ADDR": address})


Open = Callable[..., Visitor]


@pytest.fixture
def long_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """A window that is not over before the last press, however slow the machine."""
    monkeypatch.setattr(limits, "_WINDOW_SECONDS", 3600)


@pytest.fixture
def process(database_url: str, tmp_path: object, sessions: sessionmaker[Session]) -> Iterator[Open]:
    """Opens a web process with these settings, beside others."""
    with sessions.begin() as session:
        make.campaign(session)
    with ExitStack() as stack:

        def opened(**environ: str) -> Visitor:
            whole = {"DATABASE_URL": database_url, "SECRET_KEY": SECRET, "TOUCHLINE_HOME": str(tmp_path), **environ}
            app = create_app(load_settings(whole))
            held = app.extensions["touchline"]
            assert isinstance(held, FrontDoor)
            stack.callback(held.sessions.kw["bind"].dispose)
            return Visitor(app.test_client())

        yield opened
    limiter.enabled = True


def test_two_thousand_a_minute_behind_one_address_all_sign_up(process: Open) -> None:
    ground = process()

    # As many as come in ten seconds, over which a network is counted.
    with time_machine.travel(datetime(2029, 1, 16, 12, tzinfo=UTC), tick=False):
        assert {ground.join(place).status_code for place in range(340)} == {303}


def test_whoever_presses_in_a_flood_keeps_the_form_and_is_let_in_after_the_wait(process: Open) -> None:
    with time_machine.travel(datetime(2029, 1, 16, 12, tzinfo=UTC), tick=False) as clock:
        ground = process(LIMIT_FORMS_PER_NETWORK="3")
        for place in range(3):
            ground.join(place)

        late = ground.join(4)
        clock.shift(timedelta(seconds=int(late.headers["Retry-After"]) + 1))
        again = ground.join(4)

    assert late.status_code == 429
    assert int(late.headers["Retry-After"]) <= 11
    assert 'name="email" value="ana4@example.org"' in late.text
    assert 'name="consent_email" value="yes"' in late.text
    assert 'action="/fair-trials/join"' in late.text
    assert again.status_code == 303


@pytest.mark.parametrize("path", ["/fair-trials/petition", "/fair-trials/share"])
@pytest.mark.usefixtures("long_window")
def test_every_form_counts_towards_the_same_number(process: Open, path: str) -> None:
    ground = process(LIMIT_FORMS_PER_NETWORK="2")
    ground.join(1)
    ground.join(2)

    assert ground.join(3, path=path).status_code == 429


@pytest.mark.usefixtures("long_window")
def test_another_network_is_not_slowed_down_by_a_flood(process: Open) -> None:
    ground = process(LIMIT_FORMS_PER_NETWORK="1")
    ground.join(1)

    assert ground.join(2).status_code == 429
    assert ground.join(3, "203.0.113.8").status_code == 303


@pytest.mark.usefixtures("long_window")
def test_an_ipv6_network_counts_as_one_whatever_address_of_it_is_chosen(process: Open) -> None:
    ground = process(LIMIT_FORMS_PER_NETWORK="2")

    answers = [ground.join(place, f"2001:db8:1:2::{place + 1:x}").status_code for place in range(3)]

    assert answers == [303, 303, 429]
    assert ground.join(9, "2001:db8:1:3::1").status_code == 303
    assert network("::ffff:203.0.113.7") == "203.0.113.7"


def test_a_network_that_is_let_through_is_not_counted(process: Open) -> None:
    ground = process(LIMIT_FORMS_PER_NETWORK="1", LIMIT_EXEMPT_NETWORKS="203.0.113.0/24")

    assert {ground.join(place).status_code for place in range(4)} == {303}


@pytest.mark.usefixtures("long_window")
def test_two_processes_count_together_and_apart_from_other_installations(process: Open, redis_url: str) -> None:
    redis_client.Redis.from_url(redis_url).flushall()
    shared = {"REDIS_URL": redis_url, "LIMIT_FORMS_PER_NETWORK": "2"}
    # One limiter serves one app at a time in one Python: each process is opened, used and followed by the next.
    first = process(**shared).join(1).status_code
    second = process(**shared)

    assert (first, second.join(2).status_code, second.join(3).status_code) == (303, 303, 429)
    # Installations that share a Redis are told apart by their secrets.
    mark = f"touchline:{hashlib.sha256(SECRET.encode()).hexdigest()[:12]}".encode()
    keys = redis_client.Redis.from_url(redis_url).keys("LIMITS*")
    assert [key for key in keys if mark in key]


@pytest.mark.usefixtures("long_window")
def test_with_redis_away_each_process_counts_for_itself(process: Open) -> None:
    ground = process(REDIS_URL=f"redis://127.0.0.1:{free_port()}/0", LIMIT_FORMS_PER_NETWORK="2")

    assert [ground.join(place).status_code for place in range(3)] == [303, 303, 429]


def test_sign_in_links_are_limited_by_network(process: Open) -> None:
    office = process(LIMIT_SIGN_IN_LINKS_PER_NETWORK="2")

    def ask(address: str) -> int:
        page = office.client.get("/console/sign-in").text
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found
        fields = {"csrf_token": found[1], "email": "cora@example.org"}
        return office.client.post("/console/link", data=fields, environ_base={"REMOTE_ADDR": address}).status_code

    assert [ask(GROUND) for _ in range(3)] == [302, 302, 429]
    assert ask("203.0.113.8") == 302


def test_one_network_does_not_shut_the_form_of_complaints_for_everybody(
    process: Open, sessions: sessionmaker[Session]
) -> None:
    ground = process(LIMIT_COMPLAINTS_PER_NETWORK="2")

    def complain(said: str, address: str = GROUND) -> TestResponse:
        page = ground.client.get("/fair-trials/your-data").text
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found
        fields = {"csrf_token": found[1], "words": said}
        return ground.client.post("/fair-trials/your-data", data=fields, environ_base={"REMOTE_ADDR": address})

    mistakes = [complain("").status_code for _ in range(3)]
    taken = [complain("I never signed up").status_code for _ in range(2)]
    refused = complain("Somebody has my number")
    elsewhere = complain("My friend's number", "203.0.113.8")

    assert (mistakes, taken) == ([422] * 3, [200] * 2)
    assert refused.status_code == 429
    assert 'role="alert"' in refused.text
    assert "Somebody has my number" in refused.text
    assert elsewhere.status_code == 200
    with sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM complaints")) == 3


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LIMIT_COMPLAINTS_PER_NETWORK", "0"),
        ("LIMIT_FORMS_PER_NETWORK", "none"),
        ("LIMIT_TEXTS", "0"),
        ("LIMIT_EXEMPT_NETWORKS", "the ground"),
        ("SMS_COUNTRIES", "UK"),
    ],
)
def test_a_limit_that_cannot_be_read_stops_the_start_and_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load_settings({"SECRET_KEY": SECRET, name: value})
