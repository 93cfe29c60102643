"""Forgetting a person: nothing that names them is left in any table or log, byte for byte, and no link of theirs works."""

import io
import json
import logging
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.consenting.consent import AddressKey
from service.consenting.erase import erase_address, erase_supporter
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.domain.notice import NoticeKind
from service.listening.inbox import answer
from service.listening.receive import receive_text
from service.logs import set_up_logs
from service.planning.importing import Imported, import_chunk
from service.providers.ports import InboundText
from service.providers.sendgrid.events import parse_events
from service.sending.notices import NoticeRequest, ask_notice
from service.sending.receipts import apply_receipts
from service.settings import Settings
from service.store.queries import consents
from service.store.tables.campaign import Fixture
from service.wording.links import LinkKind, derive_key, sign
from tests import make
from tests.conftest import SECRET
from tests.consenting.canaries import CANARIES, EMAIL, PHONE, ROW, SECOND, dump, found
from tests.sending.conftest import Desk
from tests.site.forms import send

pytestmark = pytest.mark.oldest_postgres

NOW = datetime.now(UTC)
LINKS = derive_key(SECRET, "links")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that is logged meanwhile, as a running installation writes it."""
    before = logging.getLogger().handlers[:]
    kept = io.StringIO()
    set_up_logs("DEBUG", kept)
    yield kept
    logging.getLogger().handlers[:] = before


def _erase(sessions: sessionmaker[Session], key: AddressKey, address: str = EMAIL) -> bool:
    channel = Channel.EMAIL if "@" in address else Channel.SMS
    with sessions.begin() as session:
        return erase_address(session, channel=channel, address=address, key=key, source="command line", now=NOW)


def _text_in(session: Session, body: str, number: int, key: AddressKey, phone: str = PHONE) -> None:
    inbound = InboundText(f"SM{number:032}", phone, "+447700900000", body, NOW)
    receive_text(session, inbound, key=key, now=NOW)


def _confirm_link(sessions: sessionmaker[Session], sign_up_id: int) -> str:
    token = sign(LinkKind.CONFIRM, sign_up_id, key=LINKS, expires_at=NOW + timedelta(hours=48), nonce=sign_up_id)
    return f"/confirm/{token}"


def _sign_ups(sessions: sessionmaker[Session]) -> list[int]:
    with sessions() as session:
        return list(session.scalars(text("SELECT id FROM sign_ups ORDER BY id")))


@pytest.fixture
def live_a_life(client: FlaskClient, sessions: sessionmaker[Session], settings: Settings) -> Callable[[], int]:
    """She does everything there is to do; her id."""
    key = AddressKey.of(settings)

    def live() -> int:
        with sessions.begin() as session:
            campaign = make.campaign(session)
            make.stage(session, campaign, slug="welcome", anchor="sign_up")
            bilal = make.supporter(session, "Bilal", campaign=campaign)
            assert bilal.id
            other = make.campaign(session, slug="another", match=session.get_one(Fixture, campaign.fixture_id))
            slug, campaign_id, other_id = campaign.slug, campaign.id, other.id
        form = {"first_name": "Zuleika", "consent_email": "yes", "consent_sms": "yes", "source": "canary-source"}
        client.post(f"/{slug}/join", data=form | {"email": EMAIL, "phone": PHONE})
        send(client, f"/{slug}/join", form | {"email": EMAIL, "phone": PHONE}, page=f"/{slug}/")
        send(client, f"/{slug}/join", form | {"email": EMAIL, "phone": SECOND}, page=f"/{slug}/")
        first, *_ = _sign_ups(sessions)
        link = _confirm_link(sessions, first)
        assert send(client, link, {}).status_code == 303
        with sessions() as session:
            code = session.scalar(text("SELECT phone_code FROM sign_ups WHERE id = :id"), {"id": first})
        send(client, f"/{slug}/confirmed", {"code": code}, page=f"/{slug}/confirmed")
        with sessions.begin() as session:
            _text_in(session, "JOIN", 1, key)
            _text_in(session, "I live at 7 Canary Wharf, can I bring a banner?", 2, key)
            her = session.scalar(text("SELECT id FROM supporters WHERE email = :email"), {"email": EMAIL})
            known = sign(LinkKind.PETITION, her, key=LINKS, channel=Channel.EMAIL, target=campaign_id)
            question = session.scalar(text("SELECT id FROM replies ORDER BY id DESC LIMIT 1"))
            answer(session, question, "Dear Zuleika, yes.", key=key, actor="manager", now=NOW)
            request = NoticeRequest(
                NoticeKind.TEST_EMAIL, Channel.EMAIL, EMAIL, "test:1", {"subject": "Zuleika", "html": "", "text": ""}
            )
            ask_notice(session, request, now=NOW)
            import_chunk(
                session, [(2, ROW)], Imported(), campaign_id=other_id, key=key, source="canary-source", now=NOW
            )
        send(client, f"/{slug}/petition", {"t": known, "name": "Zuleika Canary"}, page=f"/{slug}/petition?t={known}")
        send(client, f"/{slug}/share", {"t": known, "by": "email"}, page=f"/{slug}/share?t={known}")
        desk = Desk(sessions)
        with sessions.begin() as session:
            make.blast(session, session.get_one(make.Campaign, campaign_id), channels=(Channel.EMAIL,))
        desk.open()
        desk.deliver()
        with sessions.begin() as session:
            blast_id = session.scalar(text("SELECT max(blast_id) FROM messages"))
            bounced = {
                "event": "bounce",
                "email": EMAIL,
                "status": f"5.7.1 <{EMAIL}>",
                "reason": f"550 5.7.1 <{EMAIL}>: Zuleika is not known here",
                "bounce_classification": f"Unclassified {EMAIL}",
                "sg_event_id": EMAIL,
                "ref": f"{blast_id}.e.{her}",
            }
            dropped = {
                **bounced,
                "event": "dropped",
                "reason": f"Bad: {EMAIL}",
                "sg_event_id": b64encode(EMAIL.encode()).decode(),
            }
            apply_receipts(
                session, "sendgrid", parse_events(json.dumps([bounced, dropped]).encode(), now=NOW), now=NOW, key=key
            )
        logging.getLogger("service").warning("wrote to %s and %s", EMAIL, PHONE)
        return int(her)

    return live


def test_nothing_of_somebody_who_did_everything_is_left_anywhere(
    live_a_life: Callable[[], int],
    sessions: sessionmaker[Session],
    settings: Settings,
    database_url: str,
    home: Path,
    log: io.StringIO,
) -> None:
    live_a_life()
    before = found(dump(database_url))
    assert set(before) == set(CANARIES)

    assert _erase(sessions, AddressKey.of(settings))

    assert found(dump(database_url)) == {}
    logs = log.getvalue() + "".join(path.read_text(errors="replace") for path in home.rglob("*.log"))
    assert found(logs.encode()) == {}
    with sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM signatures")) == 1
        assert session.scalars(text("SELECT DISTINCT reason FROM suppressions")).all() == ["erased"]
        assert "bilal@example.org" in session.scalars(text("SELECT email FROM supporters")).all()


def test_every_link_still_out_has_had_its_day(
    live_a_life: Callable[[], int], client: FlaskClient, sessions: sessionmaker[Session], settings: Settings
) -> None:
    her = live_a_life()
    second = _sign_ups(sessions)[1]
    target = 1
    links = {
        "confirm": _confirm_link(sessions, second),
        "preferences": f"/preferences/{sign(LinkKind.PREFERENCES, her, key=LINKS, channel=Channel.EMAIL)}",
        "leave": f"/leave/{sign(LinkKind.LEAVE, her, key=LINKS, channel=Channel.EMAIL)}",
        "click": f"/l/{sign(LinkKind.CLICK, her, key=LINKS, channel=Channel.EMAIL, target=target)}",
    }

    _erase(sessions, AddressKey.of(settings))

    assert send(client, links["confirm"], {}, page="/fair-trials/").status_code == 410
    assert client.get(links["preferences"]).status_code == 410
    assert client.get(links["leave"]).status_code == 410
    assert client.post(links["leave"], data={"deed": "undo"}).status_code == 410
    assert client.get(links["click"]).status_code == 410
    # A mailbox's own button is always told that it worked.
    assert client.post(links["leave"], data={"List-Unsubscribe": "One-Click"}).status_code == 200
    with sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM permissions WHERE supporter_id = :her"), {"her": her}) == 0
        assert session.scalar(text("SELECT count(*) FROM supporters WHERE email IS NOT NULL")) == 1


def test_somebody_whose_sign_ups_only_wait_can_be_forgotten_too(
    client: FlaskClient, sessions: sessionmaker[Session], settings: Settings, database_url: str
) -> None:
    with sessions.begin() as session:
        slug = make.campaign(session).slug
    form = {"first_name": "Zuleika", "consent_email": "yes", "consent_sms": "yes", "source": "canary-source"}
    send(client, f"/{slug}/join", form | {"email": EMAIL, "phone": PHONE}, page=f"/{slug}/")
    assert {EMAIL, PHONE, "Zuleika", "203.0.113.77"} <= set(found(dump(database_url)))

    assert _erase(sessions, AddressKey.of(settings))

    assert found(dump(database_url)) == {}
    assert send(client, _confirm_link(sessions, _sign_ups(sessions)[0]), {}, page=f"/{slug}/").status_code == 410
    with sessions() as session:
        assert session.scalars(text("SELECT DISTINCT state FROM notices")).all() == ["withheld"]


def test_forgetting_one_person_leaves_everybody_else_as_they_were(
    sessions: sessionmaker[Session], settings: Settings, database_url: str
) -> None:
    with sessions.begin() as session:
        campaign = make.campaign(session)
        ana = make.supporter(session, "Ana", campaign=campaign, phone="+447700900100")
        bilal = make.supporter(session, "Bilal", campaign=campaign, phone="+447700900101")
        ids = ana.id, bilal.id
    before = dump(database_url).splitlines()

    with sessions.begin() as session:
        erase_supporter(session, ids[0], source="test", now=NOW)

    after = set(dump(database_url).splitlines())
    his = [line for line in before if b"bilal" in line.lower() or b"700900101" in line]
    assert his
    assert set(his) <= after
    with sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM permissions")) == 2


@pytest.mark.parametrize("first", [Suppressed.LEFT, Suppressed.HARD_BOUNCE, Suppressed.STOP, Suppressed.COMPLAINT])
@pytest.mark.parametrize("after", [None, Suppressed.LEFT, Suppressed.COMPLAINT])
def test_who_was_forgotten_stays_so_through_every_import_whatever_reason_came_first(
    session: Session, first: Suppressed, after: Suppressed | None
) -> None:
    campaign = make.campaign(session)
    her = make.supporter(session, "Zuleika", campaign=campaign, email=EMAIL)
    key = make.KEY
    hashed = key.hash(Channel.EMAIL, EMAIL)
    suppress = {"channel": Channel.EMAIL, "address_hash": hashed}
    consents.suppress(session, **suppress, reason=first, at=NOW - timedelta(days=3))
    erase_supporter(session, her.id, source="test", now=NOW - timedelta(days=2))
    if after is not None:
        consents.suppress(session, **suppress, reason=after, at=NOW - timedelta(days=1))

    done = Imported()
    row = {name: value for name, value in ROW.items() if name not in {"phone", "consent_sms"}}
    import_chunk(session, [(2, row)], done, campaign_id=campaign.id, key=key, source="file", now=NOW)

    assert [each.why for each in done.rejected] == ["asked to be forgotten"]
    assert session.scalar(text("SELECT count(*) FROM supporters WHERE email IS NOT NULL")) == 0
