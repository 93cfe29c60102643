"""Batches that raise or are refused alike: the blast pauses with the reason, and nobody is lost."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from service import clock
from service.domain.channel import Channel, Pace
from service.planning.blasts import resume_blast
from service.providers.ports import EmailBatch, EmailOutcome, Outcome, Refusal, TextOutcome
from service.sending.carriers import email_carrier
from service.sending.hand_over import deliver
from service.store import Session
from service.store.queries.batches import ClaimedBatch
from service.store.tables.blasts import Blast
from tests import make
from tests.sending.conftest import Desk

ZONES = ("Europe/London", "Asia/Baku", "Europe/Paris", "Europe/Madrid", "America/New_York", "Asia/Tokyo")
TAKEN = EmailOutcome(Outcome.ACCEPTED, provider_ref="E1")
# A 400 that names no place, a 413, a code nobody knows.
NO = {
    "template": EmailOutcome(Outcome.REFUSED, refusal=Refusal.CONTENT, code="400", detail="refused"),
    "too large": EmailOutcome(Outcome.REFUSED, refusal=Refusal.CONTENT, code="413", detail="refused"),
    "unknown": EmailOutcome(Outcome.REFUSED, refusal=Refusal.UNKNOWN, code="418", detail="refused"),
}


def open_in_zones(desk: Desk, channel: Channel = Channel.EMAIL, *, people: int = 12) -> None:
    """A blast in a batch for each zone, two people each; its quiet hours never hold."""
    with desk.sessions.begin() as session:
        campaign = make.campaign(session)
        campaign.quiet_hours = {str(each): {"from": "03:00", "until": "03:00"} for each in Channel}
        for place in range(people):
            zone, phone = ZONES[place % len(ZONES)], f"+4477009001{place:02}"
            make.supporter(session, f"Fan{place}", campaign=campaign, time_zone=zone, phone=phone)
        make.blast(session, campaign, channels=(channel,))
    desk.open()


def go_again(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        session.execute(text("UPDATE batches SET not_before = now() WHERE state = 'queued'"))


def blast(desk: Desk) -> Blast:
    with desk.sessions() as session:
        return session.query(Blast).one()


def resume(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        resume_blast(session, 1, actor="cora@example.org", now=datetime.now(UTC))
    go_again(desk)


@pytest.mark.parametrize("answer", NO.values(), ids=NO.keys())
def test_emails_refused_alike_pause_the_blast_and_all_go_once_it_is_resumed(desk: Desk, answer: EmailOutcome) -> None:
    open_in_zones(desk)
    desk.email.answer = lambda _: answer

    desk.deliver()

    stopped = blast(desk)
    assert stopped.state == "paused"
    assert "5 batches in a row were refused" in stopped.paused_reason
    assert answer.code in stopped.paused_reason
    assert "Nobody is lost" in stopped.paused_reason
    assert set(desk.states().values()) == {"queued"}
    assert len(desk.email.batches) == 5
    desk.email.answer = lambda _: TAKEN
    resume(desk)
    desk.deliver()
    assert set(desk.states().values()) == {"accepted"}
    assert sorted(desk.email.refs[-12:]) == sorted(f"1.e.{place}" for place in range(1, 13))


def test_texts_refused_alike_pause_the_blast_and_all_go_once_it_is_resumed(desk: Desk) -> None:
    open_in_zones(desk, Channel.SMS)
    desk.sms.answer = lambda _: TextOutcome(Outcome.REFUSED, refusal=Refusal.UNKNOWN, code="29999")

    desk.deliver(Channel.SMS)

    assert blast(desk).state == "paused"
    assert "29999" in blast(desk).paused_reason
    assert set(desk.states(Channel.SMS).values()) == {"queued"}
    desk.sms.answer = lambda _: TextOutcome(Outcome.ACCEPTED, provider_ref="SM1")
    resume(desk)
    desk.deliver(Channel.SMS)
    assert set(desk.states(Channel.SMS).values()) == {"accepted"}


def test_a_number_of_its_own_trouble_beside_a_refusal_alike_fails_alone(desk: Desk) -> None:
    open_in_zones(desk, Channel.SMS, people=3 * len(ZONES))
    alike = TextOutcome(Outcome.REFUSED, refusal=Refusal.UNKNOWN, code="29999")
    left = TextOutcome(Outcome.REFUSED, refusal=Refusal.OPTED_OUT, code="21610")
    desk.sms.answer = lambda sent: left if int(sent.to[-2:]) < len(ZONES) else alike

    desk.deliver(Channel.SMS)

    assert blast(desk).state == "paused"
    states = list(desk.states(Channel.SMS).values())
    # The sixth batch was never handed over.
    assert (states.count("failed"), states.count("queued")) == (5, 13)


def test_one_that_is_taken_between_begins_the_count_anew(desk: Desk) -> None:
    open_in_zones(desk)
    answers = iter([NO["template"]] * 3 + [TAKEN] + [NO["template"]] * 2)
    desk.email.answer = lambda _: next(answers)

    desk.deliver()

    assert blast(desk).state == "running"


def test_refusals_of_addresses_stay_what_they_are(desk: Desk) -> None:
    open_in_zones(desk)
    desk.email.answer = lambda _: EmailOutcome(Outcome.REFUSED, refusal=Refusal.INVALID_ADDRESS, code="550")

    desk.deliver()

    assert blast(desk).state == "running"
    assert set(desk.states().values()) == {"failed"}


def test_one_batch_that_is_the_trouble_itself_holds_nobody_back(desk: Desk) -> None:
    """It waits longer each time, and fails for a person to look at while the others are taken."""
    open_in_zones(desk)

    def answer(batch: EmailBatch) -> EmailOutcome:
        return NO["template"] if any(each.ref == "1.e.1" for each in batch.recipients) else TAKEN

    desk.email.answer = answer
    for _ in range(6):
        desk.deliver()
        go_again(desk)

    states = list(desk.states().values())
    assert (states.count("failed"), states.count("accepted")) == (2, 10)
    assert blast(desk).state == "running"


def test_a_blast_whose_batches_raise_pauses_and_all_go_once_it_is_resumed(desk: Desk) -> None:
    open_in_zones(desk)
    carrier = email_carrier(desk.email, desk.words)

    def prepare(session: Session, claimed: ClaimedBatch) -> None:
        raise LookupError("the rendering is gone")

    deliver(desk.sessions, replace(carrier, prepare=prepare), Pace.BULK, until=clock.monotonic() + 20)

    stopped = blast(desk)
    assert stopped.state == "paused"
    assert "5 batches in a row failed: this program fails while it makes these messages" in stopped.paused_reason
    assert "LookupError" in stopped.paused_reason
    assert set(desk.states().values()) == {"queued"}
    resume(desk)
    desk.deliver()
    assert set(desk.states().values()) == {"accepted"}


def test_a_blast_of_one_batch_that_is_refused_each_time_pauses_and_is_not_lost(
    desk: Desk, blast_to: Callable[..., object]
) -> None:
    blast_to("Ana", "Bilal")
    desk.email.answer = lambda _: NO["template"]

    for _ in range(7):
        desk.deliver()
        go_again(desk)

    assert blast(desk).state == "paused"
    assert len(desk.email.batches) == 5
    assert desk.states() == {"Ana": "queued", "Bilal": "queued"}


@pytest.mark.parametrize("refusal", [Refusal.CREDENTIALS, Refusal.ACCOUNT, Refusal.CONFIGURATION])
def test_what_nobody_would_get_past_pauses_at_once_and_says_what_to_do(desk: Desk, refusal: Refusal) -> None:
    open_in_zones(desk)
    desk.email.answer = lambda _: EmailOutcome(Outcome.REFUSED, refusal=refusal, code="403", detail="not accepted")

    desk.deliver()

    assert len(desk.email.batches) == 1
    assert "then resume" in blast(desk).paused_reason
    assert "403: not accepted" in blast(desk).paused_reason
    assert set(desk.states().values()) == {"queued"}
