"""Threat: a `Host` that is not ours, which would stand in a redirect, a cache or a link. Such requests are refused."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from service.environment import SettingsError
from service.settings import load_settings
from service.web.app import create_app
from tests import make
from tests.attacks.web_process import status_on, web_process
from tests.conftest import SECRET

Visit = Callable[..., FlaskClient]
FOREIGN = (
    *("evil.test", "evil.test:8000", "act.example.org.evil.test", "evilact.example.org", "example.org", "203.0.113.9"),
    *("", "act.example.org@evil.test", "evil.test/act.example.org", "act.example.org,evil.test", "act.example.org:x"),
    *("ævil.test", "act.example.org\u00a0", ".act.example.org", "127.0.0.1", "localhost", "[::1]"),
)


@pytest.fixture
def visit(database_url: str, home: Path, sessions: sessionmaker[Session]) -> Iterator[Visit]:
    """A visitor of an installation with these settings."""
    with sessions.begin() as session:
        make.campaign(session)
    with ExitStack() as made:

        def visitor(**settings: str) -> FlaskClient:
            environ = {"DATABASE_URL": database_url, "SECRET_KEY": SECRET, "TOUCHLINE_HOME": str(home), **settings}
            app = create_app(load_settings(environ))
            made.callback(app.extensions["touchline"].sessions.kw["bind"].dispose)
            return app.test_client()

        yield visitor


@pytest.mark.parametrize("host", FOREIGN)
def test_a_host_that_is_not_ours_is_refused_and_named_nowhere(visit: Visit, host: str) -> None:
    visitor = visit(PUBLIC_URL="https://act.example.org")

    answers = [visitor.get(path, headers={"Host": host}) for path in ("/fair-trials", "/", "/console/")]
    answers += [visitor.post("/hooks/twilio/sms", headers={"Host": host})]

    assert {answer.status_code for answer in answers} == {421}
    assert all("Location" not in answer.headers for answer in answers)
    assert all("evil" not in answer.text for answer in answers)


@pytest.mark.parametrize("host", ["act.example.org", "ACT.example.org", "act.example.org:443", "act.example.org:8000"])
def test_our_own_host_is_served(visit: Visit, host: str) -> None:
    visitor = visit(PUBLIC_URL="https://act.example.org")

    assert visitor.get("/fair-trials/", headers={"Host": host}).status_code == 200


def test_further_hosts_are_served_and_nothing_beside_them(visit: Visit) -> None:
    visitor = visit(PUBLIC_URL="https://act.example.org", FURTHER_HOSTS="www.example.org, .example.net, 10.0.0.7")

    def status(host: str) -> int:
        return visitor.get("/fair-trials/", headers={"Host": host}).status_code

    assert {host: status(host) for host in ("www.example.org", "a.b.example.net", "10.0.0.7:8000")} == {
        "www.example.org": 200,
        "a.b.example.net": 200,
        "10.0.0.7:8000": 200,
    }
    assert {status(host) for host in ("example.org", "a.www.example.org", "evilexample.net", "10.0.0.8")} == {421}


def test_a_forwarded_host_is_not_believed(visit: Visit) -> None:
    visitor = visit(PUBLIC_URL="https://act.example.org", TRUSTED_PROXY_COUNT="1")

    ours = {"Host": "act.example.org", "X-Forwarded-Host": "evil.test", "Forwarded": "host=evil.test"}
    theirs = {"Host": "evil.test", "X-Forwarded-Host": "act.example.org"}

    redirected = visitor.get("/fair-trials", headers=ours)
    assert redirected.status_code == 308
    assert "evil" not in redirected.headers["Location"]
    assert visitor.get("/fair-trials", headers=theirs).status_code == 421


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_probes_ask_by_whatever_host_they_like(visit: Visit, path: str) -> None:
    visitor = visit(PUBLIC_URL="https://act.example.org")

    answers = [visitor.get(path, headers={"Host": host}) for host in ("10.0.0.7:8000", "", "evil.test")]

    assert {answer.status_code for answer in answers} <= {200, 503}
    assert all("evil" not in answer.text for answer in answers)


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "127.0.0.2:9", "[::1]:8000", "baku.localhost"])
def test_any_name_of_this_machine_is_ours_where_the_public_address_is_of_this_machine(visit: Visit, host: str) -> None:
    visitor = visit(PUBLIC_URL="http://127.0.0.1:8000")

    assert visitor.get("/fair-trials/", headers={"Host": host}).status_code == 200
    assert visitor.get("/fair-trials/", headers={"Host": "evil.test"}).status_code == 421


def test_an_absolute_address_and_two_hosts_are_no_way_round(
    database_url: str, tmp_path: Path, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        make.campaign(session)
    with web_process(database_url, tmp_path) as web:
        for head in (
            b"GET http://evil.test/fair-trials HTTP/1.1\r\nHost: evil.test\r\n\r\n",
            b"GET /fair-trials HTTP/1.1\r\nHost: evil.test\r\nHost: 127.0.0.1\r\n\r\n",
            b"GET /fair-trials HTTP/1.0\r\n\r\n",
        ):
            with web.sent(head) as connection:
                assert status_on(connection) in {400, 421}, head


@pytest.mark.parametrize("wrong", ["https://www.example.org", "www.example.org:8000", "*.example.org", "a b", "."])
def test_a_further_host_that_is_none_is_named(wrong: str) -> None:
    with pytest.raises(SettingsError, match="FURTHER_HOSTS: names without a port"):
        load_settings({"SECRET_KEY": "x" * 40, "FURTHER_HOSTS": wrong})
