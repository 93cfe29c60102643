"""A reputation block or an over-quota answer reported as a bounce strikes nobody off."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.domain.channel import Channel
from service.providers.sendgrid.events import SIGNATURE_HEADER, TIMESTAMP_HEADER
from service.settings import load_settings
from service.web.app import create_app
from tests import make
from tests.conftest import SECRET
from tests.sending.conftest import Desk

EVENTS = json.loads((Path(__file__).parent / "events.json").read_text())
PRIVATE = ec.generate_private_key(ec.SECP256R1())
PUBLIC = base64.b64encode(
    PRIVATE.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
).decode()


@pytest.fixture
def client(database_url: str, home: Path, sessions: sessionmaker[Session]) -> Iterator[FlaskClient]:
    environ = {"DATABASE_URL": database_url, "SECRET_KEY": SECRET, "TOUCHLINE_HOME": str(home)}
    app = create_app(load_settings(environ | {"SENDGRID_WEBHOOK_PUBLIC_KEY": PUBLIC}))
    yield app.test_client()
    app.extensions["touchline"].sessions.kw["bind"].dispose()


def _post(client: FlaskClient, events: list[dict[str, object]]) -> int:
    body, at = json.dumps(events).encode(), "1795567400"
    signature = base64.b64encode(PRIVATE.sign(at.encode() + body, ec.ECDSA(SHA256()))).decode()
    headers = {SIGNATURE_HEADER: signature, TIMESTAMP_HEADER: at, "Content-Type": "application/json"}
    return client.post("/hooks/sendgrid/events", data=body, headers=headers).status_code


def test_both_are_counted_as_bounces_and_both_people_stay(client: FlaskClient, sessions: sessionmaker[Session]) -> None:
    desk = Desk(sessions)
    with sessions.begin() as session:
        campaign = make.campaign(session)
        people = [make.supporter(session, f"nm{number}", campaign=campaign).id for number in (13, 12)]
        blast_id = make.blast(session, campaign, channels=(Channel.EMAIL,)).id
    desk.open()
    desk.deliver()
    events = [{**event, "ref": f"{blast_id}.e.{who}"} for event, who in zip(EVENTS, people, strict=True)]

    assert _post(client, events) == 204

    assert desk.states() == {"nm13": "bounced", "nm12": "bounced"}
    with sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM suppressions")) == 0
        assert session.scalar(text("SELECT count(*) FROM permissions")) == 2


def test_the_drop_that_follows_a_policy_bounce_strikes_nobody_off_either(
    client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        who = make.supporter(session, "nm13", campaign=make.campaign(session)).id
    dropped = {"event": "dropped", "reason": "Bounced Address", "email": "nm13@example.org", "sg_event_id": "next"}

    _post(client, [{**EVENTS[0], "ref": f"1.e.{who}"}])
    _post(client, [{**dropped, "ref": f"2.e.{who}"}])

    with sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM permissions")) == 1


@pytest.mark.parametrize("event", ["spamreport", "unsubscribe", "group_unsubscribe", "bounce", "dropped"])
@pytest.mark.parametrize("is_known", [True, False])
def test_an_opt_out_without_our_ref_is_obeyed_by_its_address(
    client: FlaskClient, sessions: sessionmaker[Session], event: str, is_known: bool
) -> None:
    with sessions.begin() as session:
        campaign = make.campaign(session)
        bilal = make.supporter(session, "Bilal", campaign=campaign)
        assert bilal
    said = {
        "event": event,
        "email": "Bilal@Example.org" if is_known else "stranger@example.org",
        "status": "5.1.1",
        "reason": "550 5.1.1 no such user" if event == "bounce" else "Unsubscribed Address",
        "sg_event_id": f"no-ref-{event}",
    }

    assert _post(client, [said]) == 204
    assert _post(client, [said]) == 204

    with sessions() as session:
        reasons = {"spamreport": "complaint", "bounce": "hard_bounce"}
        assert session.scalars(text("SELECT reason FROM suppressions")).all() == [reasons.get(event, "left")]
        assert session.scalar(text("SELECT count(*) FROM permissions")) == (0 if is_known else 1)


def test_a_bounce_of_an_old_address_says_nothing_of_the_one_they_have_now(
    client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        who = make.supporter(session, "Bilal", campaign=make.campaign(session)).id
    dead = {"event": "bounce", "email": "old@example.org", "status": "5.1.1", "sg_event_id": "1", "ref": f"1.e.{who}"}

    _post(client, [dead])

    with sessions() as session:
        assert session.scalar(text("SELECT reason FROM suppressions")) == "hard_bounce"
        assert session.scalar(text("SELECT count(*) FROM permissions")) == 1
