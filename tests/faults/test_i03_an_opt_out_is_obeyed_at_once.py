"""I3: no intent commits after an opt-out has; and no call begins more than five seconds after it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, event, select, text
from sqlalchemy.orm import Session

from service import clock
from service.consenting.consent import Evidence, withdraw_consent
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.points import watch
from service.sending.hand_over import DEADLINE_SECONDS
from service.store import locks
from service.store.locks import Lock
from service.store.queries.consents import lock_for_intent, lock_for_opt_out
from service.store.queries.leaving import Leaving, leave_alone
from service.store.tables.campaign import Campaign
from tests import make
from tests.faults.common import Blasting
from tests.sending.conftest import Desk
from tests.waiting import until_it_waits

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


def _leave(session: Session) -> None:
    withdraw_consent(
        session,
        supporter_id=1,
        channel=Channel.EMAIL,
        reason=Suppressed.LEFT,
        evidence=Evidence("", "test"),
        now=datetime.now(UTC),
    )


def test_i03_an_intent_waits_for_an_opt_out_that_is_being_committed_and_then_sees_it(
    desk: Desk, blast_to: Blasting
) -> None:
    blast_to("Ana", "Bilal")
    worker = threading.Thread(target=desk.deliver)

    with desk.sessions.begin() as session:
        _leave(session)
        worker.start()
        worker.join(0.5)
        waits = worker.is_alive()
    worker.join()

    assert waits
    assert desk.email.addresses == ["bilal@example.org"]


def test_i03_an_opt_out_waits_for_an_intent_that_is_being_committed(desk: Desk, blast_to: Blasting) -> None:
    """Whoever leaves while the intent is being written leaves after it: the call that follows was decided before."""
    blast_to("Ana")
    left_at: list[float] = []
    committed_at: list[float] = []

    def leave() -> None:
        with desk.sessions.begin() as session:
            _leave(session)
        left_at.append(clock.monotonic())

    leaving = threading.Thread(target=leave)

    def watching(name: str) -> None:
        if name == "intent.before_commit":
            leaving.start()
            leaving.join(0.3)
            committed_at.append(clock.monotonic())

    watch(watching)
    try:
        desk.deliver()
    finally:
        watch(None)
    leaving.join()

    assert left_at[0] >= committed_at[0]
    assert DEADLINE_SECONDS <= 5


def test_i03_an_intent_holds_the_lock_for_its_last_two_statements(
    desk: Desk, blast_to: Blasting, engine: Engine
) -> None:
    """Whoever leaves waits for intents under way, and every later intent behind them."""
    blast_to("Ana", "Bilal")
    under_the_lock: list[str] = []

    def note(*statement: object) -> None:
        sql, given = str(statement[2]), statement[3]
        if under_the_lock or ("pg_advisory_xact_lock_shared" in sql and {"lock": int(Lock.OPT_OUT)} == given):
            under_the_lock.append(" ".join(sql.split())[:30])

    def watching(name: str) -> None:
        if name == "intent.before_commit":
            event.remove(engine, "before_cursor_execute", note)

    event.listen(engine, "before_cursor_execute", note)
    watch(watching)
    try:
        desk.deliver()
    finally:
        watch(None)

    assert [each.partition(" ")[0] for each in under_the_lock] == ["SELECT", "SELECT", "INSERT"]
    assert under_the_lock[2] == "INSERT INTO attempts (id, batc"


def test_i03_whoever_leaves_does_not_wait_for_intents_that_take_turns_under_a_cap(
    desk: Desk, blast_to: Blasting
) -> None:
    blast_to("Ana")
    desk.deliver()
    with desk.sessions.begin() as session:
        campaign = session.scalars(select(Campaign)).one()
        campaign.cap_count = 5
        make.blast(session, campaign, channels=(Channel.EMAIL,))
    desk.open()

    with ThreadPoolExecutor(1) as pool:
        with desk.sessions.begin() as session:
            locks.take(session, Lock.FREQUENCY_CAP)
            sending = pool.submit(desk.deliver)
            until_it_waits(desk.sessions, sending)
            session.execute(text("SET LOCAL lock_timeout = '5s'"))
            lock_for_opt_out(session)
        sending.result(30)

    assert desk.email.addresses == ["ana@example.org"] * 2


def test_i03_what_is_said_once_more_of_somebody_left_alone_waits_for_no_intent(desk: Desk, blast_to: Blasting) -> None:
    ana = blast_to("Ana")[0]
    wish = Leaving(Channel.EMAIL, "ana@example.org", ana.email_hash or b"", Suppressed.COMPLAINT, "receipt", NOW)
    with desk.sessions.begin() as session:
        leave_alone(session, [wish], now=NOW)

    later = replace(wish, at=NOW + timedelta(hours=1))
    with desk.sessions.begin() as intent:
        lock_for_intent(intent)
        with desk.sessions.begin() as session:
            session.execute(text("SET LOCAL lock_timeout = '5s'"))
            leave_alone(session, [later], now=NOW + timedelta(hours=1))
            assert session.scalars(text("SELECT at FROM suppressions")).all() == [later.at]
