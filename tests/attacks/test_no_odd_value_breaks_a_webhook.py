"""Threat: signed posts with odd values in every field. No webhook breaks, and the good events beside them are kept."""

import base64
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import parse_qsl

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker
from twilio.request_validator import RequestValidator

from service.providers.sendgrid.events import SIGNATURE_HEADER, TIMESTAMP_HEADER
from service.settings import Settings
from service.web.app import create_app
from tests import make
from tests.attacks.odd_values import EVERY, STRUCTURES, values_for
from tests.attacks.shooting import Range, encoded, shoot_bodies, shooting_range

# Values for each field.
FIELD = 12
KEY = ec.generate_private_key(ec.SECP256R1())
STAMP = "1790000000"
TEXT = {
    "MessageSid": "SM" + "1" * 32,
    "From": "+447700900101",
    "To": "+447700900000",
    "Body": "MORE 1",
    "NumMedia": "1",
    "MediaUrl0": "https://example.org/a.jpg",
    "NumSegments": "1",
    "ProfileName": "Ana",
    "FromCountry": "GB",
}
STATUS = {
    "MessageSid": "SM" + "2" * 32,
    "MessageStatus": "delivered",
    "ErrorCode": "30003",
    "From": "+447700900000",
    "To": "+447700900101",
    "RawDlrDoneDate": "2612021700",
}
EVENT = {
    "event": "bounce",
    "email": "ana@example.org",
    "timestamp": 1790000000,
    "sg_event_id": "an-event",
    "url": "https://a",
    "ref": "1.e.1",
    "attempt_id": "5d0c9a3e-0000-4000-8000-000000000000",
    "reason": "550",
    "status": "5.1.1",
    "type": "bounce",
    "bounce_classification": "Invalid Address",
    "sg_machine_open": True,
    "useragent": "A",
}


@pytest.fixture
def at(settings: Settings, engine: Engine, sessions: sessionmaker[Session]) -> Iterator[Range]:
    with sessions.begin() as session:
        make.supporter(session, "Ana", campaign=make.campaign(session), phone="+447700900101")
    public = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    app = create_app(replace(settings, sendgrid_webhook_public_keys=(base64.b64encode(public).decode(),)))
    with shooting_range(app, engine, app.test_client()) as made:
        yield made
    app.extensions["touchline"].sessions.kw["bind"].dispose()


@pytest.fixture
def twilio(settings: Settings, at: Range) -> Callable[[str, str, list[tuple[str, str]]], int]:
    """Posts a form signed as Twilio signs it."""
    validator = RequestValidator(settings.twilio_auth_tokens[0])

    def post(what: str, path: str, pairs: list[tuple[str, str]]) -> int:
        body = encoded(pairs)
        read = dict(parse_qsl(body.decode(), keep_blank_values=True, errors="werkzeug.url_quote"))
        signature = str(validator.compute_signature(settings.public_url + path, read))
        return at.send(what, "POST", path, body, **{"X-Twilio-Signature": signature}).status_code

    return post


@pytest.mark.parametrize(("path", "form"), [("/hooks/twilio/sms", TEXT), ("/hooks/twilio/status/1.s.1", STATUS)])
def test_no_field_of_a_signed_text_breaks_it(
    at: Range, twilio: Callable[[str, str, list[tuple[str, str]]], int], path: str, form: dict[str, str]
) -> None:
    codes = set()

    for aimed in form:
        for what, value in values_for(f"{path} {aimed}", "text", aimed, most=FIELD):
            codes.add(twilio(f"{aimed}={what}", path, [*{**form, aimed: value}.items()]))
        codes.add(twilio(f"without {aimed}", path, [pair for pair in form.items() if pair[0] != aimed]))
    shoot_bodies(at, path)

    assert at.broken == []
    assert codes <= {200, 204, 400}, "they were signed"


def _events(at: Range, what: str, body: bytes) -> int:
    signature = base64.b64encode(KEY.sign(STAMP.encode() + body, ec.ECDSA(SHA256()))).decode()
    signed = {SIGNATURE_HEADER: signature, TIMESTAMP_HEADER: STAMP}
    return at.send(what, "POST", "/hooks/sendgrid/events", body, "application/json", **signed).status_code


def _spelled(value: str) -> bytes:
    """As JSON, halves of letters as its escapes."""
    parts = (f"\\u{ord(sign):04x}" if ord(sign) < 32 or 0xD800 <= ord(sign) < 0xE000 else sign for sign in value)
    return b'"' + "".join("\\" + part if part in '"\\' else part for part in parts).encode() + b'"'


def test_no_field_of_a_signed_event_breaks_it(at: Range) -> None:
    codes = set()
    odd = {what: _spelled(value) for what, value in EVERY.items()}
    odd |= {each: each.encode() for each in ("null", "true", "-1", "1e308", "1" * 30, "[]", "{}", "0.1")}
    odd |= {"lists in lists": b"[" * 900 + b"]" * 900, "objects in objects": b'{"a":' * 400 + b"1" + b"}" * 400}

    for aimed in (*EVENT, "something else"):
        aims = {what for what, _ in values_for(aimed, "text", aimed, most=FIELD)} | (odd.keys() - EVERY.keys())
        rest = orjson.dumps({name: value for name, value in EVENT.items() if name != aimed})[:-1]
        for what in sorted(aims):
            said = b',"%s":%s}]' % (aimed.encode(), odd[what])
            codes.add(_events(at, f"{aimed}={what}", b"[" + rest + said))
    for what, value in STRUCTURES.items():
        codes.add(_events(at, what, value.encode()))

    assert at.broken == []
    assert codes <= {204, 400}, "they were signed"


def test_an_event_that_nobody_can_read_costs_nothing_beside_it(at: Range, engine: Engine) -> None:
    good = orjson.dumps({**EVENT, "event": "delivered"})

    _events(at, "deep beside good", b'[{"a":%s},%s,{"sg_event_id":"\\u0000"}]' % (b"[" * 900 + b"]" * 900, good))

    assert at.broken == []
    assert at.ask(text("SELECT count(*) FROM receipts WHERE kind = 'delivered'")) == 1
