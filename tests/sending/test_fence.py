"""A worker that was away for long writes nothing over what another has done since."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from service.domain.channel import Channel
from service.domain.doubt import DoubtPolicy
from service.planning.steering import send_unknown_again
from service.providers.ports import Outcome, Refusal, Text, TextOutcome
from tests.sending.conftest import Desk

Blasting = Callable[..., list[object]]
AT_ONCE = DoubtPolicy(doubtful_after=timedelta(0), ask_after=(), email_settles_after=timedelta(0))


def test_a_mixed_outcome_that_comes_too_late_sends_nobody_a_second_text(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana", "Bilal", "Cora", "Dev", channels=(Channel.SMS,))
    other = Desk(desk.sessions)
    has_frozen = []

    def answer(sent: Text) -> TextOutcome:
        if not has_frozen:
            has_frozen.append(True)
            _given_up_and_sent_again_by(other)
        first = sent.to.endswith("00")
        return TextOutcome(Outcome.ACCEPTED, "SM1") if first else TextOutcome(Outcome.NOT_SENT, detail="no line")

    desk.sms.answer = answer
    desk.deliver(Channel.SMS)
    with desk.sessions.begin() as session:
        session.execute(text("UPDATE batches SET not_before = now() WHERE state = 'queued'"))
    desk.sms.answer = lambda _: TextOutcome(Outcome.ACCEPTED, "SM2")
    other.deliver(Channel.SMS)

    assert sorted(each.to for each in other.sms.texts) == [f"+4477009001{place:02}" for place in range(4)]
    assert set(desk.states(Channel.SMS).values()) == {"accepted"}
    with desk.sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM batches")) == 1


def test_a_number_refused_for_good_is_left_alone_however_late_that_is_told(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana", "Bilal", channels=(Channel.SMS,))
    other = Desk(desk.sessions)
    has_frozen = []

    def answer(sent: Text) -> TextOutcome:
        if not has_frozen:
            has_frozen.append(True)
            _given_up_and_sent_again_by(other)
        if sent.to.endswith("00"):
            return TextOutcome(Outcome.REFUSED, refusal=Refusal.OPTED_OUT)
        return TextOutcome(Outcome.ACCEPTED, "SM1")

    desk.sms.answer = answer
    desk.deliver(Channel.SMS)

    with desk.sessions() as session:
        assert session.scalars(text("SELECT reason FROM suppressions")).all() == ["provider_opt_out"]
    assert set(desk.states(Channel.SMS).values()) == {"accepted"}


def _given_up_and_sent_again_by(other: Desk) -> None:
    """The doubt grows old, a manager presses the button, and another worker hands everything over."""
    with other.sessions.begin() as session:
        session.execute(
            text("UPDATE batches SET state = 'unknown', lease_owner = NULL, lease_until = NULL WHERE state = 'sending'")
        )
    with other.sessions.begin() as session:
        session.execute(text("UPDATE blasts SET state = 'running'"))
        send_unknown_again(session, 1, actor="manager", now=datetime.now(UTC))
    other.deliver(Channel.SMS)
