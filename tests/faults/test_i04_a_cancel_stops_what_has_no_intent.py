"""I4: once a cancel has committed no new intent is written; what had gone is counted."""

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime

from sqlalchemy import text

from service.domain.channel import Channel
from service.planning.blasts import cancel_blast, pause_blast
from service.points import watch
from service.reporting.live import what_cancelling_stopped
from tests.faults.common import Blasting
from tests.sending.conftest import Desk
from tests.waiting import until_it_waits


def test_i04_a_cancel_half_way_lets_no_further_batch_go(desk: Desk, blast_to: Blasting) -> None:
    blast_to(*[f"Ana{place}" for place in range(99)], channels=(Channel.SMS,))
    told: list[int] = []

    def cancel(name: str) -> None:
        if name == "outcome.after_commit" and not told:
            with desk.sessions.begin() as session:
                cancel_blast(session, 1, actor="Cora", now=datetime.now(UTC))
                told.append(what_cancelling_stopped(session, 1).already_gone)

    watch(cancel)
    try:
        desk.deliver(Channel.SMS)
    finally:
        watch(None)

    assert told == [50]
    assert len(desk.sms.texts) == 50
    assert sorted(desk.states(Channel.SMS).values()).count("cancelled") == 49


def test_i04_a_batch_claimed_before_the_cancel_is_not_sent_after_it(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana")

    def cancel(name: str) -> None:
        if name == "claim.after_commit":
            with desk.sessions.begin() as session:
                cancel_blast(session, 1, actor="Cora", now=datetime.now(UTC))

    watch(cancel)
    try:
        desk.deliver()
    finally:
        watch(None)

    assert desk.email.refs == []
    with desk.sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM attempts")) == 0


def test_i04_a_pause_is_not_kept_out_by_intents_that_keep_coming(desk: Desk, blast_to: Blasting) -> None:
    """While one intent is being committed somebody pauses: the next intent waits behind the pause, and obeys it."""
    blast_to(*[f"Ana{place}" for place in range(99)], channels=(Channel.SMS,))
    others: list[Future[object]] = []

    def pause() -> None:
        with desk.sessions.begin() as session:
            pause_blast(session, 1, actor="Cora", now=datetime.now(UTC))

    def crowd(name: str) -> None:
        if name == "intent.before_commit" and not others:
            for place, deed in enumerate((pause, lambda: desk.deliver(Channel.SMS))):
                others.append(pool.submit(deed))
                until_it_waits(desk.sessions, others[-1], behind=place)

    with ThreadPoolExecutor(2) as pool:
        watch(crowd)
        try:
            desk.deliver(Channel.SMS)
        finally:
            watch(None)
        for other in others:
            other.result(120)

    assert len(desk.sms.texts) == 50
    with desk.sessions() as session:
        assert session.scalar(text("SELECT state FROM blasts")) == "paused"
