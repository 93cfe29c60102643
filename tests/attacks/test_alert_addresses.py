"""The webhook of alerts speaks to the public internet alone, whatever its address or its name says."""

import ssl
from pathlib import Path

import pytest
from servers import http, serving

from service.environment import SettingsError
from service.providers.webhook import NotTold, Webhook, is_public
from service.settings import load_settings
from tests.providers.test_over_tls import certificate, tls  # noqa: F401 - fixtures

SECRET = "the secret that signs alerts, long enough"
PRIVATE = "its name leads into a private network, where alerts are never sent"


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",  # noqa: S104 - nobody listens there
            "224.0.0.1",
        ),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "fd00:ec2::254"),
        *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "2002:7f00:1::", "64:ff9b::7f00:1"),
        *("64:ff9b::a9fe:a9fe", "192.0.2.1", "240.0.0.1", "255.255.255.255"),
    ],
)
def test_no_private_address_passes_in_any_dress(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_ones_pass(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "127.1", "0x7f000001", "2130706433"]
)
def test_nothing_is_said_to_this_machine_however_its_address_is_written(host: str, tls: ssl.SSLContext) -> None:  # noqa: F811
    with serving(lambda _: http(200), tls) as server:
        port = server.url.rpartition(":")[2]
        with pytest.raises(NotTold):
            Webhook(f"https://{host}:{port}/alerts", SECRET).tell("alert_1", b"{}", at=1)

    assert (server.asked, server.connection_count) == ([], 0)


def test_a_name_that_leads_here_is_said_to_be_private() -> None:
    with pytest.raises(NotTold, match=PRIVATE):
        Webhook("https://localhost/alerts", SECRET).tell("alert_1", b"{}", at=1)


def test_a_redirect_is_not_followed(tls: ssl.SSLContext, certificate: Path) -> None:  # noqa: F811
    with serving(lambda _: http(302, Location="https://127.0.0.1/latest/meta-data"), tls) as server:
        webhook = Webhook(
            server.url, SECRET, may_reach=lambda _: True, trusts=ssl.create_default_context(cafile=str(certificate))
        )
        with pytest.raises(NotTold, match="it answered 302"):
            webhook.tell("alert_1", b"{}", at=1)

    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/alerts",
        "https://example.org:8443/alerts",
        "https://user:password@example.org/",
        "https://example.org@127.0.0.1/",
        "https://[::1]/",
        "ftp://example.org/",
        "https://",
        "https://example.org/a b",
    ],
)
def test_a_setting_that_is_no_plain_https_address_stops_the_start(url: str) -> None:
    with pytest.raises(SettingsError, match="ALERT_WEBHOOK_URL: an address of the public internet"):
        load_settings({"SECRET_KEY": "x" * 40, "ALERT_WEBHOOK_URL": url, "ALERT_WEBHOOK_SECRET": SECRET})


def test_alerts_are_not_sent_unsigned() -> None:
    with pytest.raises(SettingsError, match="ALERT_WEBHOOK_SECRET: needed with ALERT_WEBHOOK_URL"):
        load_settings({"SECRET_KEY": "x" * 40, "ALERT_WEBHOOK_URL": "https://example.org/alerts"})
