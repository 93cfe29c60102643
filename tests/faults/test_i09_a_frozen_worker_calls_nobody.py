"""I9: one live lease at most; a worker that was frozen past its deadline makes no call."""

from uuid import uuid4

import pytest
from house_sandbox import Box
from sqlalchemy import text

from service import clock
from service.domain.channel import Channel, Pace
from service.points import watch
from service.providers.choosing import email_provider, sms_provider
from service.providers.ports import EmailBatch, EmailRecipient, Outcome, Text
from service.settings import load_settings
from service.store.queries import batches
from tests.conftest import SECRET
from tests.faults.common import AT_ONCE, Blasting
from tests.sending.conftest import Desk


def test_i09_a_batch_under_lease_is_nobody_else_s(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana")

    with desk.sessions.begin() as session:
        mine = batches.claim_batch(session, channel=Channel.EMAIL, pace=Pace.BULK, owner=uuid4())
    with desk.sessions.begin() as session:
        theirs = batches.claim_batch(session, channel=Channel.EMAIL, pace=Pace.BULK, owner=uuid4())

    assert mine is not None
    assert theirs is None


def test_i09_a_worker_that_wakes_up_after_its_lease_writes_no_intent(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana")
    slept: list[str] = []

    def sleep_long(name: str) -> None:
        if name == "claim.after_commit" and not slept:
            slept.append(name)
            with desk.sessions.begin() as session:
                session.execute(text("UPDATE batches SET lease_until = now() - interval '1 second'"))
            desk.tick(AT_ONCE)
            desk.deliver()

    watch(sleep_long)
    try:
        desk.deliver()
    finally:
        watch(None)

    assert desk.email.refs == ["1.e.1"]


def _letter() -> EmailBatch:
    ana = EmailRecipient("ana@example.org", "", "1.e.1", {}, {})
    return EmailBatch("a", "news@example.org", "News", "", "Hello", "Hello", "<p>Hello</p>", [ana], {})


@pytest.mark.parametrize("late", [0.001, 300.0])
def test_i09_past_the_deadline_the_real_roads_send_no_byte(box: Box, late: float) -> None:
    environ = {"SECRET_KEY": SECRET, "TOUCHLINE_HOME": str(box.home), "SANDBOX_URL": box.url}
    settings = load_settings(environ)
    email, sms = email_provider(settings), sms_provider(settings)
    before = box.get("/control/ledger/summary")["last"]
    deadline = clock.monotonic() - late

    letter = email.send(_letter(), deadline=deadline)
    text_ = sms.send([Text("+447700900101", "Hello", "1.s.1", "", None)], deadline=deadline, validity=60)

    assert (letter.outcome, text_[0].outcome) == (Outcome.NOT_SENT, Outcome.NOT_SENT)
    assert box.get("/control/ledger/summary")["last"] == before
    email.close()
    sms.close()
