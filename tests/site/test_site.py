"""The supporters' pages over HTTP: what they show, refuse and never do."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.domain.channel import Channel
from service.store.tables import Base
from service.wording.links import LinkKind, derive_key, sign
from tests import make
from tests.conftest import SECRET

KEY = derive_key(SECRET, "links")
FORM = {"first_name": "Ana", "email": "ana@example.org", "consent_email": "yes"}


@pytest.fixture
def ana(sessions: sessionmaker[Session]) -> int:
    """A campaign, and Ana, who gets its emails."""
    with sessions.begin() as session:
        return make.supporter(session, "Ana", campaign=make.campaign(session), phone="+447700900123").id


def _send(visitor: FlaskClient, address: str, fields: dict[str, str], *, page: str | None = None) -> object:
    """Open the page, then send its form as a browser does."""
    shown = visitor.get(page or address).get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', shown)
    return visitor.post(address, data={**fields, "csrf_token": token[1] if token else ""})


def _token(kind: LinkKind, supporter_id: int, **facts: object) -> str:
    return sign(kind, supporter_id, key=KEY, channel=Channel.EMAIL, **facts)  # type: ignore[arg-type]  # a link's facts


def _counts(sessions: sessionmaker[Session], *, but: frozenset[str] = frozenset()) -> dict[str, object]:
    with sessions() as session:
        return {
            table.name: session.execute(
                text(f"SELECT count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table.name} t")
            ).one()
            for table in Base.metadata.sorted_tables
            if table.name not in but
        }


def test_an_empty_house_says_so_kindly(visitor: FlaskClient) -> None:
    assert "No campaign yet" in visitor.get("/").get_data(as_text=True)


def test_the_front_leads_to_the_current_campaign_and_keeps_the_source(visitor: FlaskClient, ana: int) -> None:
    assert visitor.get("/?s=flyer").location == "/fair-trials/?s=flyer"


def test_a_known_and_an_unknown_address_see_the_same_page(visitor: FlaskClient, ana: int) -> None:
    known = _send(visitor, "/fair-trials/join", FORM, page="/fair-trials/")
    unknown = _send(visitor, "/fair-trials/join", {**FORM, "email": "new@example.org"}, page="/fair-trials/")

    pages = []
    for answer in (known, unknown):
        assert answer.status_code == 303  # type: ignore[attr-defined]  # an answer
        shown = visitor.get(answer.location).get_data(as_text=True)  # type: ignore[attr-defined]  # an answer
        pages.append(re.sub(r'value="[^"]+"', "", shown))
    assert pages[0] == pages[1]


def test_a_machine_that_fills_the_hidden_field_is_thanked_and_ignored(
    visitor: FlaskClient, ana: int, sessions: sessionmaker[Session]
) -> None:
    answer = _send(visitor, "/fair-trials/join", {**FORM, "website": "http://spam.example"}, page="/fair-trials/")

    assert "Look in your inbox" in visitor.get(answer.location).get_data(as_text=True)  # type: ignore[attr-defined]  # an answer
    with sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM sign_ups")) == 0


def test_nothing_typed_is_lost_on_a_mistake(visitor: FlaskClient, ana: int) -> None:
    answer = _send(
        visitor,
        "/fair-trials/join",
        {"first_name": "Ana <b>", "email": "ana@", "consent_email": "yes"},
        page="/fair-trials/",
    )

    shown = answer.get_data(as_text=True)  # type: ignore[attr-defined]  # an answer
    assert answer.status_code == 422  # type: ignore[attr-defined]  # an answer
    assert 'value="Ana &lt;b&gt;"' in shown
    assert "ana@example.org" in shown


def test_an_unknown_campaign_and_an_unknown_token_get_a_page_that_helps(visitor: FlaskClient, ana: int) -> None:
    for address in ("/no-such/", "/no-such/petition", "/leave/xyz", "/preferences/xyz", "/l/xyz"):
        answer = visitor.get(address)
        assert answer.status_code == 404
        assert "There is nothing here" in answer.get_data(as_text=True)
    assert visitor.get("/confirm/xyz").status_code == 410


def test_every_form_needs_its_token(app: Flask, visitor: FlaskClient, ana: int) -> None:
    """Every route that changes something, but for those whose secret is in the address or in a signature."""
    free = {
        "/hooks/sendgrid/events",
        "/hooks/twilio/sms",
        "/hooks/twilio/status/<ref>",
        "/leave/<token>",
        "/not-me/<token>",
    }
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or set()) or rule.rule in free:
            continue
        address = re.sub(r"<any\('?([\w-]+)[^>]*>", r"\1", rule.rule)
        address = re.sub(r"<uuid:[^>]+>", str(UUID(int=1)), address)
        address = re.sub(r"<[^>]+>", "1", address)
        answer = visitor.post(address, data={})
        assert answer.status_code == 400, rule.rule
        assert "grown old" in answer.get_data(as_text=True) or rule.rule.startswith("/console"), rule.rule


def test_looking_changes_nothing(app: Flask, visitor: FlaskClient, ana: int, sessions: sessionmaker[Session]) -> None:
    tokens = {
        "confirm": sign(LinkKind.CONFIRM, 1, key=KEY, expires_at=datetime.now(UTC) + timedelta(days=1), nonce=1),
        "leave": _token(LinkKind.LEAVE, ana),
        "not-me": _token(LinkKind.NOT_ME, 1),
        "preferences": _token(LinkKind.PREFERENCES, ana),
    }
    addresses = [
        "/",
        "/fair-trials/",
        "/fair-trials/petition",
        "/fair-trials/share",
        "/fair-trials/briefings/election-2003",
    ]
    addresses += [f"/{name}/{token}" for name, token in tokens.items()]
    before = _counts(sessions)

    for address in addresses:
        for method in ("GET", "HEAD", "OPTIONS"):
            assert visitor.open(address, method=method).status_code < 500

    assert _counts(sessions) == before


def test_the_mailbox_s_own_button_needs_no_cookie_and_gets_no_redirect(
    visitor: FlaskClient, ana: int, sessions: sessionmaker[Session]
) -> None:
    address = f"/leave/{_token(LinkKind.LEAVE, ana)}"

    urlencoded = visitor.post(address, data={"List-Unsubscribe": "One-Click"})
    multipart = visitor.post(address, data={"List-Unsubscribe": "One-Click"}, content_type="multipart/form-data")

    assert (urlencoded.status_code, multipart.status_code) == (200, 200)
    with sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM suppressions")) == 1
        assert session.scalar(text("SELECT count(*) FROM permissions WHERE channel = 'email'")) == 0


def test_a_token_for_one_purpose_serves_no_other(visitor: FlaskClient, ana: int) -> None:
    assert visitor.get(f"/leave/{_token(LinkKind.PREFERENCES, ana)}").status_code == 404
    assert visitor.get(f"/preferences/{_token(LinkKind.LEAVE, ana)}").status_code == 404


def test_a_tracked_link_counts_people_and_leads_nowhere_but_home(
    visitor: FlaskClient, ana: int, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        session.execute(text("INSERT INTO links (campaign_id, target) VALUES (1, '/fair-trials/petition')"))
    address = f"/l/{_token(LinkKind.CLICK, ana, target=1)}?u=https://evil.example"

    visitor.get(address, headers={"User-Agent": "SomeScanner bot"})
    visitor.head(address, headers={"User-Agent": "Mozilla/5.0"})
    person = visitor.get(address, headers={"User-Agent": "Mozilla/5.0"})

    assert person.location.startswith("/fair-trials/petition?t=")
    with sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM actions WHERE kind = 'clicked'")) == 1


def test_a_forwarded_link_tells_nobody_whose_it_was(visitor: FlaskClient, ana: int) -> None:
    address = f"/fair-trials/petition?t={_token(LinkKind.PETITION, ana, target=1)}"
    petition = visitor.get(address, follow_redirects=True).get_data(as_text=True)
    preferences = visitor.get(f"/preferences/{_token(LinkKind.PREFERENCES, ana)}").get_data(as_text=True)

    assert "Sign as A… (a…@e….org)" in petition
    for page in (petition, preferences):
        assert "ana@example.org" not in page
        assert "7700900123" not in page


def test_pressing_sign_twice_signs_once(visitor: FlaskClient, ana: int, sessions: sessionmaker[Session]) -> None:
    token = _token(LinkKind.PETITION, ana, target=1)
    address = "/fair-trials/petition"

    first = _send(visitor, address, {"t": token})
    thanks = visitor.get(first.location).get_data(as_text=True)  # type: ignore[attr-defined]  # an answer
    visitor.post(address, data={"t": token})
    second = _send(visitor, address, {"t": token})
    again = visitor.get(second.location).get_data(as_text=True)  # type: ignore[attr-defined]  # an answer

    assert "you have signed" in thanks
    assert "signed already" in again
    with sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM signatures")) == 1


def test_every_answer_carries_its_manners(visitor: FlaskClient, ana: int) -> None:
    headers = visitor.get("/fair-trials/").headers

    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_webhooks_without_a_signature_are_refused_and_nothing_is_read(
    visitor: FlaskClient, ana: int, sessions: sessionmaker[Session]
) -> None:
    before = _counts(sessions)

    for address, data in (
        ("/hooks/sendgrid/events", b'[{"event":"bounce","sg_event_id":"x","ref":"1.e.1"}]'),
        ("/hooks/twilio/sms", b"MessageSid=SM1&From=%2B447700900123&Body=STOP"),
        ("/hooks/twilio/status/1.s.1", b"MessageSid=SM1&MessageStatus=failed"),
    ):
        assert visitor.post(address, data=data).status_code == 403

    assert _counts(sessions) == before


def test_the_house_says_how_it_is(visitor: FlaskClient, ana: int) -> None:
    assert visitor.get("/healthz").json == {"status": "alive"}
    ready = visitor.get("/readyz")
    assert (ready.status_code, ready.json["status"]) == (200, "degraded")
    assert "no ticker has ticked in the last minute" in ready.json["reasons"]
    assert "touchline_messages_in_doubt 0" in visitor.get("/metrics").get_data(as_text=True)


def test_the_api_describes_itself_and_tells_of_a_campaign(visitor: FlaskClient, ana: int) -> None:
    assert "/api/v1/campaigns/{slug}" in visitor.get("/api/v1/openapi.json").json["paths"]
    told = visitor.get("/api/v1/campaigns/fair-trials").json
    assert (told["fixture"]["home"], told["petition"]["signatures"]) == ("Azerbaijan", 0)
    assert visitor.get("/api/v1/campaigns/none").status_code == 404
