"""Stopping a blast is one row, however much of it waits; what is stopped, or waits, stands in nobody's way."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.domain.channel import Channel
from service.domain.doubt import STANDARD
from service.planning.blasts import cancel_blast, pause_blast
from service.providers.ports import EmailOutcome, Outcome, Refusal, Text, TextOutcome
from service.reporting.live import what_cancelling_stopped
from service.store import locks
from service.store.locks import BlastLock, Lock
from service.store.queries import batches, doubts, sweeps
from service.store.queries.senders import spent_by
from service.store.tables.campaign import Campaign
from tests import make
from tests.sending.conftest import Desk

Blasting = Callable[..., list[object]]
NOW = datetime.now(UTC)
QUEUE = """
    INSERT INTO batches (blast_id, rendering_id, channel, pace, first_supporter_id, last_supporter_id, size, not_before,
        expires_at)
    SELECT 1, (SELECT min(id) FROM renderings), 'sms', 'bulk', 1, 1, 50, now() - interval '1 hour',
        now() + interval '1 day'
    FROM generate_series(1, :count)
"""


def queue(sessions: sessionmaker[Session], count: int) -> None:
    """So many batches more of the first blast, for nobody in particular."""
    with sessions.begin() as session:
        session.execute(text(QUEUE), {"count": count})
        session.execute(text("ANALYZE batches"))


@contextmanager
def impatient(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """A transaction that waits for nothing."""
    with sessions.begin() as session:
        session.execute(text("SET LOCAL lock_timeout = '50ms'"))
        yield session


@pytest.mark.parametrize("stop", [pause_blast, cancel_blast])
def test_stopping_a_blast_waits_for_no_opt_out_and_holds_none_up(
    desk: Desk, blast_to: Blasting, stop: Callable[..., None]
) -> None:
    blast_to("Ana", channels=(Channel.SMS,))

    with desk.sessions.begin() as leaving:
        locks.take(leaving, Lock.OPT_OUT)
        with impatient(desk.sessions) as session:
            stop(session, 1, actor="Cora", now=NOW)

    desk.deliver(Channel.SMS)
    assert desk.sms.texts == []


def test_an_opt_out_comes_through_while_a_blast_is_being_stopped(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana", channels=(Channel.SMS,))

    with desk.sessions.begin() as session:
        pause_blast(session, 1, actor="Cora", now=NOW)
        with impatient(desk.sessions) as leaving:
            locks.take(leaving, Lock.OPT_OUT)


def test_what_is_stopped_in_one_blast_holds_up_no_other(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana", channels=(Channel.EMAIL, Channel.SMS))
    with desk.sessions.begin() as session:
        make.blast(session, session.get_one(Campaign, 1), channels=(Channel.EMAIL,))
    desk.open()

    with desk.sessions.begin() as steering:
        locks.take_blast(steering, BlastLock.STEERING, 1)
        with impatient(desk.sessions) as session:
            locks.share_blast(session, BlastLock.STEERING, 2)


def test_a_large_blast_is_cancelled_at_once_and_closed_behind_it(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana", channels=(Channel.SMS,))
    queue(desk.sessions, 3_000)

    with desk.sessions.begin() as session:
        cancel_blast(session, 1, actor="Cora", now=NOW)
        waiting = session.scalar(text("SELECT count(*) FROM batches WHERE state = 'queued'"))
        stopped = what_cancelling_stopped(session, 1).stopped
    desk.deliver(Channel.SMS)
    desk.tick(STANDARD)

    assert (waiting, stopped, desk.sms.texts) == (2_801, 150_001, [])
    with desk.sessions() as session:
        assert session.execute(text("SELECT state, count(*) FROM batches GROUP BY 1")).all() == [("cancelled", 3_001)]


def test_what_is_paused_or_waits_for_the_morning_is_not_walked(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana", channels=(Channel.SMS,))
    queue(desk.sessions, 2_000)
    with desk.sessions.begin() as session:
        make.blast(session, session.get_one(Campaign, 1), channels=(Channel.SMS,))
    desk.open()

    for hidden in ("UPDATE blasts SET state = 'paused' WHERE id = 1", "UPDATE blasts SET state = 'running'"):
        with desk.sessions.begin() as session:
            session.execute(text(hidden))
            session.execute(text("UPDATE batches SET not_before = now() + interval '9 hours' WHERE blast_id = 1"))
            session.execute(text("ANALYZE batches"))
            asked = {"channel": "sms", "pace": "bulk", "owner": uuid4()}
            assert rows_visited(session, batches._CLAIM.text, asked) < 50
            assert rows_visited(session, sweeps._DUE.text, {}) < 50
            session.rollback()


def rows_visited(session: Session, question: str, asked: dict[str, object]) -> int:
    """How many batches a statement looks at, by its own account."""
    plan = session.execute(text(f"EXPLAIN (ANALYZE, FORMAT JSON) {question}"), asked).scalar_one()

    def visited(node: dict[str, object]) -> int:
        loops, below = node.get("Actual Loops", 0), node.get("Plans", [])
        own = 0
        if node.get("Relation Name") == "batches":
            own = loops * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0))  # type: ignore[operator]
        return int(own) + sum(visited(each) for each in below)  # type: ignore[attr-defined]

    return visited((plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"])


def test_what_is_no_longer_worth_sending_ends_some_thousand_batches_at_a_time(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana", channels=(Channel.SMS,))
    queue(desk.sessions, 30)
    with desk.sessions.begin() as session:
        session.execute(text("UPDATE batches SET expires_at = now() - interval '1 minute'"))

    with desk.sessions.begin() as session:
        counts = [sweeps.expire_worth(session, limit=20) for _ in range(3)]

    assert counts == [20, 11, 0]


def test_what_a_blast_has_spent_is_kept_beside_it_whatever_becomes_of_its_batches(
    desk: Desk, blast_to: Blasting
) -> None:
    blast_to(*[f"Ana{place}" for place in range(20)], channels=(Channel.EMAIL, Channel.SMS))

    def answer(sent: Text) -> TextOutcome:
        last = sent.to[-1]
        if last in "012":
            return TextOutcome(Outcome.REFUSED, refusal=Refusal.INVALID_ADDRESS)
        if last in "34":
            return TextOutcome(Outcome.NOT_SENT, detail="no line")
        if last == "5":
            return TextOutcome(Outcome.IN_DOUBT, detail="reset")
        return TextOutcome(Outcome.ACCEPTED, "SM1")

    desk.sms.answer = answer
    emails = iter([EmailOutcome(Outcome.BUSY, retry_after=0.0), EmailOutcome(Outcome.IN_DOUBT, detail="reset")])
    desk.email.answer = lambda _: next(emails, EmailOutcome(Outcome.ACCEPTED, provider_ref="E1"))
    for _ in range(3):
        for channel in Channel:
            desk.deliver(channel)
            with desk.sessions.begin() as session:
                session.execute(text("UPDATE batches SET not_before = now() WHERE state = 'queued'"))
                assert spent_by(session, 1) == counted_anew(session)
    with desk.sessions.begin() as session:
        session.execute(text("UPDATE batches SET state = 'unknown' WHERE state = 'in_doubt'"))
        doubts.resend_unknown(session, 1)
        assert spent_by(session, 1) == counted_anew(session)
        assert spent_by(session, 1) != (0, 0)


def counted_anew(session: Session) -> tuple[int, int]:
    segments, emails = session.execute(
        text("""SELECT coalesce(sum(segments), 0), coalesce(sum(size) FILTER (WHERE channel = 'email'), 0)
                FROM batches WHERE state IN ('sending', 'in_doubt', 'unknown', 'accepted')""")
    ).one()
    return segments, emails


def test_no_two_locks_share_a_number() -> None:
    numbers = [*map(int, Lock), *map(int, BlastLock)]

    assert len(set(numbers)) == len(Lock) + len(BlastLock)


@pytest.mark.parametrize("state", ["accepted", "expired", "withheld", "cancelled"])
def test_a_paused_blast_of_which_nothing_waits_any_more_is_done(desk: Desk, blast_to: Blasting, state: str) -> None:
    blast_to("Ana", "Bilal")
    desk.deliver()
    with desk.sessions.begin() as session:
        session.execute(text("UPDATE batches SET state = :state"), {"state": state})
        pause_blast(session, 1, actor="Cora", now=datetime.now(UTC), why="a mistake in it")

    desk.tick(STANDARD)

    with desk.sessions() as session:
        assert session.execute(text("SELECT state, paused_reason FROM blasts")).one() == ("done", "")


def test_a_paused_blast_that_still_has_somebody_waiting_or_in_doubt_stays_paused(
    desk: Desk, blast_to: Blasting
) -> None:
    blast_to("Ana")
    for state in ("queued", "in_doubt"):
        with desk.sessions.begin() as session:
            session.execute(text("UPDATE batches SET state = :state, attempt_id = gen_random_uuid()"), {"state": state})
            session.execute(text("UPDATE blasts SET state = 'paused', paused_reason = 'paused by Cora'"))

        desk.tick(STANDARD)

        with desk.sessions() as session:
            assert session.scalar(text("SELECT state FROM blasts")) == "paused"


@pytest.mark.parametrize(("catch_up", "state"), [("send", "paused"), ("skip", "done")])
def test_a_paused_stage_that_whoever_joins_would_get_stays_paused(desk: Desk, catch_up: str, state: str) -> None:
    with desk.sessions.begin() as session:
        campaign = make.campaign(session)
        make.supporter(session, "Ana", campaign=campaign)
        due_at = datetime.now(UTC) - timedelta(minutes=1)
        make.stage(session, campaign, channels=[Channel.EMAIL], due_at=due_at, catch_up=catch_up)
    desk.tick(STANDARD)
    desk.open()
    desk.deliver()
    with desk.sessions.begin() as session:
        pause_blast(session, 1, actor="Cora", now=datetime.now(UTC))

    desk.tick(STANDARD)

    with desk.sessions() as session:
        assert session.scalar(text("SELECT state FROM blasts")) == state
