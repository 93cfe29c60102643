"""Forgetting a person: nothing that names them is left in any table or log, byte for byte, and no link of theirs works."""

import io
import json
import logging
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import IntegrityError
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
from service.store.queries import consents, erasing
from service.store.tables import Base
from service.store.tables.campaign import Fixture
from service.web.app import create_app
from service.web.limits import limiter
from service.wording.links import LinkKind, derive_key, sign
from tests import make
from tests.cli.conftest import Touchline
from tests.conftest import SECRET
from tests.sending.conftest import Desk
from tests.site.forms import send

NOW = datetime.now(UTC)
LINKS = derive_key(SECRET, "links")
EMAIL, PHONE, SECOND = "zuleika.canary@example.org", "+447700900777", "+447700900778"
# Everything by which she could be known, as she typed it anywhere.
CANARIES = (
    *(EMAIL, PHONE, SECOND, "Zuleika", "203.0.113.77", "canary-source"),
    *("I live at 7 Canary Wharf", "in the canary lodge", "canary's own box was ticked", "zuleika.canary"),
)
ROW = {
    "first_name": "Zuleika",
    "email": EMAIL,
    "phone": PHONE,
    "source": "canary-source",
    "consent_email": "yes",
    "consent_sms": "yes",
    "consent_wording": "canary's own box was ticked",
    "consent_at": "2026-10-01T12:00+00:00",
}


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that is logged meanwhile, as a running installation writes it."""
    before = logging.getLogger().handlers[:]
    kept = io.StringIO()
    set_up_logs("DEBUG", kept)
    yield kept
    logging.getLogger().handlers[:] = before


@pytest.fixture
def client(settings: Settings, sessions: sessionmaker[Session]) -> Iterator[FlaskClient]:
    app = create_app(settings)
    limiter.reset()
    made = app.test_client()
    made.environ_base["REMOTE_ADDR"] = "203.0.113.77"
    yield made
    app.extensions["touchline"].sessions.kw["bind"].dispose()


def _dump(url: str) -> bytes:
    """Every row of every table, as Postgres writes them out."""
    whole = bytearray()
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql")) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
        for (name,) in names:
            with connection.cursor().copy(f'COPY "{name}" TO STDOUT') as rows:  # type: ignore[arg-type]  # a table's name
                for row in rows:
                    whole += name.encode() + b"\t" + bytes(row)
    return bytes(whole)


def _forms(canary: str) -> set[bytes]:
    """A canary as it is, in hexadecimal, and in base64 wherever it may begin."""
    raw = canary.encode()
    found = {raw, raw.lower(), raw.hex().encode(), raw.hex().upper().encode(), raw.replace(b"@", b"%40")}
    for before in range(3):
        spelled = b64encode(b"\0" * before + raw)
        skip = (0, 2, 3)[before]
        found.add(spelled[skip : len(spelled) - 4].replace(b"+", b"-").replace(b"/", b"_"))
        found.add(spelled[skip : len(spelled) - 4])
    return {form for form in found if len(form) >= 6}


def _found(where: bytes) -> dict[str, str]:
    """The canaries that are there, and where."""
    lines = where.splitlines()
    return {
        canary: next((line[:160].decode(errors="replace") for line in lines if form in line), "")
        for canary in CANARIES
        for form in _forms(canary)
        if form in where
    }


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
        assert send(client, link, {}).status_code == 200
        with sessions.begin() as session:
            _text_in(session, "JOIN", 1, key)
            _text_in(session, "I live at 7 Canary Wharf, can I bring a banner?", 2, key)
            her = session.scalar(text("SELECT id FROM supporters WHERE email = :email"), {"email": EMAIL})
            known = sign(LinkKind.PETITION, her, key=LINKS, channel=Channel.EMAIL)
            question = session.scalar(text("SELECT id FROM replies ORDER BY id DESC LIMIT 1"))
            answer(session, question, "Dear Zuleika, yes.", key=key, actor="manager", now=NOW)
            request = NoticeRequest(
                NoticeKind.TEST_EMAIL, Channel.EMAIL, EMAIL, "test:1", {"subject": "Zuleika", "html": "", "text": ""}
            )
            ask_notice(session, request, now=NOW)
            import_chunk(
                session, [(2, ROW)], Imported(), campaign_id=other_id, key=key, source="canary-source", now=NOW
            )
        send(client, f"/{slug}/petition", {"t": known}, page=f"/{slug}/petition?t={known}")
        send(client, f"/{slug}/share", {"t": known, "by": "in the canary lodge"}, page=f"/{slug}/share?t={known}")
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
    before = _found(_dump(database_url))
    assert set(before) == set(CANARIES)

    assert _erase(sessions, AddressKey.of(settings))

    assert _found(_dump(database_url)) == {}
    logs = log.getvalue() + "".join(path.read_text(errors="replace") for path in home.rglob("*.log"))
    assert _found(logs.encode()) == {}
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

    assert send(client, links["confirm"], {}).status_code == 410
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
    assert {EMAIL, PHONE, "Zuleika", "203.0.113.77"} <= set(_found(_dump(database_url)))

    assert _erase(sessions, AddressKey.of(settings))

    assert _found(_dump(database_url)) == {}
    assert send(client, _confirm_link(sessions, _sign_ups(sessions)[0]), {}).status_code == 410
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
    before = _dump(database_url).splitlines()

    with sessions.begin() as session:
        erase_supporter(session, ids[0], source="test", now=NOW)

    after = set(_dump(database_url).splitlines())
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


def test_a_column_added_later_is_emptied_unless_it_is_said_to_stay() -> None:
    for name, kept in erasing.KEPT.items():
        table = Base.metadata.tables[name]
        assert kept <= {column.name for column in table.columns}, f"{name} has no such column any more"
        for column in table.columns:
            if column.name not in kept:
                erasing.empty(column)


def test_the_word_erased_is_never_an_address(session: Session) -> None:
    with pytest.raises(IntegrityError, match="email_has_at"), session.begin_nested():
        make.supporter(session, "Erased", email="erased")


def test_the_lock_of_opt_outs_is_taken_when_all_the_looking_is_done(
    sessions: sessionmaker[Session], settings: Settings
) -> None:
    """Whatever holds an erasure up, sending goes on: here somebody holds one of her replies."""
    key = AddressKey.of(settings)
    with sessions.begin() as session:
        make.supporter(session, "Zuleika", campaign=make.campaign(session), email=EMAIL, phone=PHONE)
        _text_in(session, "I live at 7 Canary Wharf", 1, key)
    with sessions() as holding:
        holding.execute(text("SELECT id FROM replies FOR UPDATE"))
        waiting = Thread(target=_erase, args=(sessions, key))
        waiting.start()
        while _waiting(sessions) == 0:
            waiting.join(0.01)

        with sessions.begin() as session:
            session.execute(text("SET LOCAL lock_timeout = '2s'"))
            consents.lock_for_intent(session)
        holding.rollback()
    waiting.join()

    with sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM suppressions")) == 2


def _waiting(sessions: sessionmaker[Session]) -> int:
    with sessions() as session:
        return int(session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")) or 0)


_ERASING = re.compile(
    r"Seq Scan on (sign_ups|notices|replies|consents|permissions|receipts|actions|signatures|messages)"
)


def test_every_row_of_a_person_is_found_by_an_index(sessions: sessionmaker[Session], settings: Settings) -> None:
    """However many others there are: where it can help it, Postgres reads no table from end to end."""
    plans: list[str] = []

    def explain(connection: Connection, _: object, sql: str, given: object, *__: object) -> None:
        if sql.lstrip().startswith(("UPDATE", "DELETE")) and not sql.startswith("EXPLAIN"):
            with connection.connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {sql}", given)
                plans.append("\n".join(row[0] for row in cursor.fetchall()))

    with sessions.begin() as session:
        her = make.supporter(session, "Zuleika", campaign=make.campaign(session), email=EMAIL, phone=PHONE).id
    with sessions.begin() as session:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", explain)
        erase_supporter(session, her, source="test", now=NOW)

    assert len(plans) > 10
    assert [plan for plan in plans if _ERASING.search(plan)] == []


def test_by_the_command_line_and_not_by_name(
    touchline: Touchline, client: FlaskClient, sessions: sessionmaker[Session], database_url: str
) -> None:
    with sessions.begin() as session:
        slug = make.campaign(session).slug
    form = {"first_name": "Zuleika", "consent_email": "yes", "email": EMAIL, "source": "canary-source"}
    send(client, f"/{slug}/join", form, page=f"/{slug}/")

    done = touchline("supporters", "erase", EMAIL, "--yes")
    again = touchline("supporters", "erase", "nobody@example.org", "--yes", "--json")
    wrong = touchline("supporters", "erase", "not an address", "--yes")

    assert "Forgotten" in done.stdout
    assert json.loads(again.stdout) == {"was_known": False}
    assert wrong.exit_code == 1
    assert "not a phone number" in wrong.stderr
    assert _found(_dump(database_url)) == {}
