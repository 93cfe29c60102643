"""Whoever leaves, by whatever way, waits for nobody who waits for them: each two ways out at the same moment."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations_with_replacement
from threading import Event
from time import sleep

import pytest
from flask import Flask
from psycopg.errors import DeadlockDetected
from sqlalchemy import Engine, event, select, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.orm import Session, sessionmaker

from service.consenting.erase import erase_supporter
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.domain.message import MessageRef, NoticeRef
from service.domain.notice import NoticeKind
from service.domain.receipt import Receipt, ReceiptKind
from service.joining.leave import leave
from service.listening.inbox import AnswerRefused
from service.listening.opt_outs import opt_out
from service.listening.receive import receive_text
from service.planning.leaving import leave_all_alone
from service.providers.ports import InboundText, Outcome, Refusal, Text, TextOutcome
from service.sending.notices import NoticeRequest, ask_notice
from service.sending.receipts import apply_receipts
from service.settings import Settings
from service.store.locks import Lock
from service.store.queries.house import write_audit
from service.store.queries.leaving import Leaving
from service.store.tables.campaign import Campaign
from service.web.app import create_app
from service.web.site.forms import form_token
from service.wording.links import LinkKind, derive_key, sign
from tests import make
from tests.conftest import SECRET
from tests.faults.common import Blasting
from tests.sending.conftest import Desk

KEY = derive_key(SECRET, "links")
PHONE, OURS = "+447700900100", "+447700900000"
NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class World:
    """Ana, who has had an email and a text, has texted once, and has a letter of ours."""

    app: Flask
    sessions: sessionmaker[Session]
    ana: int
    blast_id: int
    reply_id: int
    notice_id: int

    def press(self, path: str, kind: LinkKind, **fields: str) -> None:
        visitor = self.app.test_client()
        token = sign(kind, self.ana, key=KEY, channel=Channel.EMAIL, blast_id=self.blast_id)
        answer = visitor.post(f"/{path}/{token}", data=fields)
        assert answer.status_code in {200, 410}, answer.text


def _leave_everything(world: World) -> None:
    world.press("leave", LinkKind.LEAVE, deed="everything")


def _save_choices(world: World) -> None:
    with world.app.test_request_context("/preferences/x"):
        token = form_token()
    world.press("preferences", LinkKind.PREFERENCES, csrf_token=token, sms="yes", first_name="Anna", deed="save")


def _text_stop(world: World) -> None:
    with world.sessions.begin() as session:
        receive_text(session, InboundText("SM2", PHONE, OURS, "STOP", NOW), key=make.KEY, now=NOW)


def _complain(world: World) -> None:
    message = str(MessageRef(world.blast_id, Channel.EMAIL, world.ana))
    told = [
        Receipt("e1", message, None, ReceiptKind.OPENED, NOW),
        Receipt("e2", str(NoticeRef(world.notice_id)), None, ReceiptKind.DELIVERED, NOW),
        Receipt("e3", message, None, ReceiptKind.COMPLAINED, NOW, address="ana@example.org"),
    ]
    with world.sessions.begin() as session:
        apply_receipts(session, "sendgrid", told, now=NOW, key=make.KEY)


def _bounce(world: World) -> None:
    """The provider says that both of Ana's addresses are dead."""
    told = [
        ("sendgrid", Channel.EMAIL, ReceiptKind.BOUNCED, "5.1.1", "ana@example.org"),
        ("twilio", Channel.SMS, ReceiptKind.FAILED, "30005", PHONE),
    ]
    for provider, channel, kind, code, address in told:
        message = str(MessageRef(world.blast_id, channel, world.ana))
        receipt = Receipt(f"b-{channel}", message, None, kind, NOW, code=code, permanent=True, address=address)
        with world.sessions.begin() as session:
            apply_receipts(session, provider, [receipt], now=NOW, key=make.KEY)


def _be_forgotten(world: World) -> None:
    with world.sessions.begin() as session:
        erase_supporter(session, world.ana, source="test", now=NOW)


def _be_taken_off_by_a_manager(world: World) -> None:
    # Whoever is forgotten first has no conversation any more.
    with suppress(AnswerRefused), world.sessions.begin() as session:
        opt_out(session, world.reply_id, key=make.KEY, actor="Dev", now=NOW)


def _ask_a_manager(world: World) -> None:
    with world.sessions.begin() as session:
        leave(session, supporter_id=world.ana, channels=frozenset(Channel), source="asked", ip="", now=NOW)
        write_audit(session, at=NOW, actor="Dev", deed="consent withdrawn", subject="supporter")


def _stand_in_a_file(world: World) -> None:
    some = [
        Leaving(
            Channel.EMAIL,
            "ana@example.org",
            make.KEY.hash(Channel.EMAIL, "ana@example.org"),
            Suppressed.LEFT,
            "f",
            None,
        ),
        Leaving(Channel.SMS, PHONE, make.KEY.hash(Channel.SMS, PHONE), Suppressed.STOP, "f", None),
    ]
    leave_all_alone(world.sessions.begin, some, now=NOW)


ACTS: dict[str, Callable[[World], None]] = {
    "leaves everything": _leave_everything,
    "saves choices": _save_choices,
    "texts STOP": _text_stop,
    "complains": _complain,
    "is forgotten": _be_forgotten,
    "is taken off": _be_taken_off_by_a_manager,
    "asks a manager": _ask_a_manager,
    "stands in a file": _stand_in_a_file,
}


@pytest.fixture
def world(settings: Settings, desk: Desk, blast_to: Blasting) -> Iterator[World]:
    ana = blast_to("Ana", channels=tuple(Channel))[0].id
    desk.deliver()
    desk.deliver(Channel.SMS)
    with desk.sessions.begin() as session:
        blast_id = session.scalars(text("SELECT id FROM blasts")).one()
        said = InboundText("SM1", PHONE, OURS, "who won then", NOW - timedelta(hours=1))
        reply_id = receive_text(session, said, key=make.KEY, now=NOW).reply_id
        letter = NoticeRequest(NoticeKind.SIGNED_EMAIL, Channel.EMAIL, "ana@example.org", "letter", supporter_id=ana)
        ask_notice(session, letter, now=NOW)
        notice_id = session.scalars(text("SELECT max(id) FROM notices")).one()
    app = create_app(settings)
    yield World(app, desk.sessions, ana, blast_id, reply_id or 0, notice_id)
    app.extensions["touchline"].sessions.kw["bind"].dispose()


@pytest.fixture
def rings(world: World, engine: Engine) -> Iterator[list[str]]:
    """Every deadlock that Postgres finds, also where whoever lost was run once more."""
    found: list[str] = []

    def note(context: ExceptionContext) -> None:
        if isinstance(context.original_exception, DeadlockDetected):
            found.append(str(context.statement)[:120])

    engines = (engine, world.app.extensions["touchline"].sessions.kw["bind"])
    for each in engines:
        event.listen(each, "handle_error", note)
    yield found
    for each in engines:
        event.remove(each, "handle_error", note)


def _wait_for_waiters(engine: Engine, count: int) -> None:
    """Until so many transactions wait for a lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    for _ in range(2000):
        with engine.connect() as connection:
            if connection.scalar(waiting) == count:
                return
        sleep(0.005)
    raise AssertionError(f"there are not {count} that wait")


@pytest.mark.parametrize(("first", "second"), list(combinations_with_replacement(ACTS, 2)))
def test_two_ways_out_at_the_same_moment_wait_in_no_ring(
    world: World, rings: list[str], engine: Engine, first: str, second: str
) -> None:
    with ThreadPoolExecutor(2) as pool:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": int(Lock.OPT_OUT)})
            done = [pool.submit(ACTS[first], world)]
            _wait_for_waiters(engine, 1)
            done.append(pool.submit(ACTS[second], world))
            _wait_for_waiters(engine, 2)
        for each in done:
            each.result(30)

    assert rings == []


@pytest.mark.parametrize("way", ACTS)
def test_a_dead_address_beside_a_way_out_waits_in_no_ring(
    world: World, rings: list[str], engine: Engine, way: str
) -> None:
    with ThreadPoolExecutor(2) as pool:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": int(Lock.OPT_OUT)})
            leaving = pool.submit(ACTS[way], world)
            _wait_for_waiters(engine, 1)
            dead = pool.submit(_bounce, world)
            sleep(0.1)
        leaving.result(30)
        dead.result(30)

    assert rings == []


@pytest.mark.parametrize("way", ACTS)
def test_a_number_that_the_provider_may_not_text_beside_a_way_out_waits_in_no_ring(
    world: World, rings: list[str], engine: Engine, desk: Desk, way: str
) -> None:
    is_held = Event()

    def refuse(_: Text) -> TextOutcome:
        is_held.wait(30)
        return TextOutcome(Outcome.REFUSED, refusal=Refusal.OPTED_OUT, code="21610")

    desk.sms.answer = refuse
    with desk.sessions.begin() as session:
        make.blast(session, session.scalars(select(Campaign)).one(), channels=(Channel.SMS,))
    desk.open()
    with ThreadPoolExecutor(2) as pool:
        sending = pool.submit(desk.deliver, Channel.SMS)
        _wait_for_intent(engine)
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": int(Lock.OPT_OUT)})
            is_held.set()
            _wait_for_waiters(engine, 1)
            leaving = pool.submit(ACTS[way], world)
            _wait_for_waiters(engine, 2)
        sending.result(30)
        leaving.result(30)

    assert rings == []


def _wait_for_intent(engine: Engine) -> None:
    """Until a batch is with the provider."""
    for _ in range(2000):
        with engine.connect() as connection:
            if connection.scalar(text("SELECT count(*) FROM batches WHERE state = 'sending'")):
                return
        sleep(0.005)
    raise AssertionError("no batch is with the provider")


def test_a_dead_address_waits_for_no_intent_and_keeps_none_waiting(world: World, engine: Engine) -> None:
    with engine.begin() as intent:
        intent.execute(text("SET LOCAL lock_timeout = '5s'"))
        intent.execute(text("SELECT pg_advisory_xact_lock_shared(:lock)"), {"lock": int(Lock.OPT_OUT)})
        with ThreadPoolExecutor(1) as pool:
            pool.submit(_bounce, world).result(30)

    with world.sessions() as session:
        reasons = session.scalars(text("SELECT reason FROM suppressions ORDER BY channel")).all()
        assert reasons == ["hard_bounce", "hard_bounce"]
        assert session.scalars(text("SELECT channel FROM permissions")).all() == []


def test_whoever_loses_a_race_on_a_page_is_served_all_the_same(world: World, rings: list[str], engine: Engine) -> None:
    """The other one here is a transaction of the test's own that keeps to no order."""
    with ThreadPoolExecutor(1) as pool:
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL deadlock_timeout = '20s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": int(Lock.OPT_OUT)})
            saved = pool.submit(_save_choices, world)
            _wait_for_waiters(engine, 1)
            connection.execute(text("UPDATE supporters SET source = 'other'"))
        saved.result(30)

    assert len(rings) == 1
    with world.sessions() as session:
        assert session.scalar(text("SELECT first_name FROM supporters")) == "Anna"
        assert session.scalars(text("SELECT channel FROM permissions")).all() == ["sms"]
