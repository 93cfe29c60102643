"""Both providers as they are in earnest, over TLS: who is trusted, one connection for many calls, and the limits."""

import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from servers import Asked, Slowly, http, serving

from service import clock
from service.providers.ports import EmailBatch, EmailRecipient, Outcome
from service.providers.sendgrid.sending import SendGrid

TAKEN = http(202, X_Message_Id="LRzXl_NHStOGhQ4kofSm_A")
ROOT = Path(__file__).parents[2]
BATCH = EmailBatch(
    attempt_id="5d0c9a3e",
    from_address="news@example.org",
    from_name="Fair Play for Rights",
    reply_to="",
    subject="Sign",
    text="Sign",
    html="<p>Sign</p>",
    recipients=[EmailRecipient("ana@example.org", "", "7.e.1", {}, {})],
    headers={},
)
# The TLS settings of aiohttp are made when it is imported, so whom it trusts is settled by a process's environment.
TEXTING = """
import sys
from service import clock
from service.providers.ports import Text
from service.providers.twilio.sending import Twilio
twilio = Twilio("AC" + "0" * 32, "token", sys.argv[1], from_numbers=("+447700900000",), connections=2)
texts = [Text(f"+4477009001{n:02}", "Sign", "7.s.1", "", None) for n in range(6)]
print(*[each.outcome for each in twilio.send(texts, deadline=clock.monotonic() + 120, validity=None)])
twilio.close()
"""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for loopback that signs itself, and its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # OpenSSL asks the machine for the time, wherever the tests' clock stands.
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "loopback.pem"
    plain_key = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(made.public_bytes(Encoding.PEM) + plain_key)
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def _trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.mark.usefixtures("_trusted")
def test_emails_go_over_one_safe_connection(tls: ssl.SSLContext) -> None:
    with serving(lambda _: TAKEN, tls) as server:
        sendgrid = SendGrid("SG.test", server.url)
        outcomes = [sendgrid.send(BATCH, deadline=clock.monotonic() + 120).outcome for _ in range(5)]
        sendgrid.close()

    assert outcomes == [Outcome.ACCEPTED] * 5
    assert len(server.asked) == 5
    assert server.connection_count == 1


@pytest.mark.usefixtures("_trusted")
def test_a_byte_at_a_time_is_cut_off_over_tls_too_and_the_next_call_is_well(tls: ssl.SSLContext) -> None:
    answers: Iterator[bytes | Slowly] = iter([Slowly(TAKEN, 0.2), TAKEN])
    with serving(lambda _: next(answers), tls) as server:
        sendgrid = SendGrid("SG.test", server.url, total_seconds=3.0)
        outcomes = [sendgrid.send(BATCH, deadline=clock.monotonic() + 120).outcome for _ in range(2)]
        ends = server.ends
        sendgrid.close()

    assert outcomes == [Outcome.IN_DOUBT, Outcome.ACCEPTED]
    # Whoever listens to the end hears it.
    assert ends == 0


def test_nothing_is_said_to_a_server_whose_certificate_nobody_vouches_for(tls: ssl.SSLContext) -> None:
    with serving(lambda _: TAKEN, tls) as server:
        sendgrid = SendGrid("SG.test", server.url)
        outcome = sendgrid.send(BATCH, deadline=clock.monotonic() + 120)
        sendgrid.close()
        texted = texting(server.url, {})

    assert outcome.outcome is Outcome.NOT_SENT
    assert texted == ["not_sent"] * 6
    assert server.asked == []


def test_texts_go_over_safe_connections(tls: ssl.SSLContext, certificate: Path) -> None:
    def taken(asked: Asked) -> bytes:
        return http(201, b'{"sid": "SM%s", "status": "queued"}' % asked.form["To"].encode())

    with serving(taken, tls) as server:
        texted = texting(server.url, {"SSL_CERT_FILE": str(certificate)})

    assert texted == ["accepted"] * 6
    assert len(server.asked) == 6
    assert server.connection_count <= 2


def texting(url: str, trusting: dict[str, str]) -> list[str]:
    """Send six texts from a process of its own; how each fared."""
    environ = {name: value for name, value in os.environ.items() if name != "SSL_CERT_FILE"} | trusting
    done = subprocess.run(
        [sys.executable, "-c", TEXTING, url],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.split()
