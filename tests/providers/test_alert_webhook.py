"""An alert as the other system gets it: signed, once, within five seconds."""

import base64
import hashlib
import hmac
import ssl
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from servers import Slowly, http, resetting, serving

from service.providers.webhook import NotTold, Webhook
from tests.providers.test_over_tls import certificate, tls  # noqa: F401 - fixtures

SECRET = "the secret that signs alerts, long enough"
BODY = b'{"type": "blast.stopped"}'


@pytest.fixture
def webhook(certificate: Path) -> Callable[[str], Webhook]:  # noqa: F811
    """Where alerts go, beside this test."""
    trusts = ssl.create_default_context(cafile=str(certificate))
    return lambda url: Webhook(f"{url}/alerts?team=7", SECRET, may_reach=lambda _: True, trusts=trusts)


def test_it_is_posted_signed(webhook: Callable[[str], Webhook], tls: ssl.SSLContext) -> None:  # noqa: F811
    with serving(lambda _: http(204), tls) as server:
        webhook(server.url).tell("alert_7", BODY, at=1_764_600_000)

    (asked,) = server.asked
    assert (asked.line.split()[:2], asked.body) == (["POST", "/alerts?team=7"], BODY)
    headers = {name.lower(): value for name, value in asked.headers.items()}
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("alert_7", "1764600000")
    expected = hmac.new(SECRET.encode(), b"alert_7.1764600000." + BODY, hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(expected).decode()}"


@pytest.mark.parametrize("status", [199, 301, 400, 401, 410, 429, 500, 503])
def test_any_other_answer_is_a_failure(webhook: Callable[[str], Webhook], tls: ssl.SSLContext, status: int) -> None:  # noqa: F811
    with serving(lambda _: http(status), tls) as server, pytest.raises(NotTold):
        webhook(server.url).tell("alert_7", BODY, at=1)


def test_a_line_that_breaks_is_a_failure(webhook: Callable[[str], Webhook], tls: ssl.SSLContext) -> None:  # noqa: F811
    with serving(resetting, tls) as server, pytest.raises(NotTold, match="it could not be reached"):
        webhook(server.url).tell("alert_7", BODY, at=1)


def test_an_answer_a_byte_at_a_time_is_cut_off(
    webhook: Callable[[str], Webhook],
    tls: ssl.SSLContext,  # noqa: F811
) -> None:
    with serving(lambda _: Slowly(http(200), 0.2), tls) as server, pytest.raises(NotTold, match="TimeoutError"):
        replace(webhook(server.url), seconds=1.0).tell("alert_7", BODY, at=1)


def test_a_certificate_nobody_vouches_for_is_told_nothing(tls: ssl.SSLContext) -> None:  # noqa: F811
    with serving(lambda _: http(200), tls) as server, pytest.raises(NotTold):
        Webhook(server.url, SECRET, may_reach=lambda _: True).tell("alert_7", BODY, at=1)

    assert server.asked == []
