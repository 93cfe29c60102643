"""A message is handed over once; whoever left before the intent is not written to; a doubt is never sent again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from service.consenting.consent import Evidence, withdraw_consent
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.domain.doubt import STANDARD, DoubtPolicy
from service.domain.receipt import Receipt, ReceiptKind
from service.planning.blasts import cancel_blast, pause_blast, resume_blast
from service.points import watch
from service.providers.ports import EmailBatch, EmailOutcome, FoundText, Outcome, Refusal, Text, TextOutcome
from service.reporting.live import what_cancelling_stopped
from service.sending.receipts import apply_receipts
from tests import make
from tests.sending.conftest import Desk
from tests.sending.later import told_of_others

Blasting = Callable[..., list[object]]
AT_ONCE = DoubtPolicy(
    doubtful_after=timedelta(0),
    ask_after=(timedelta(0),),
    email_settles_after=timedelta(0),
)


def _leave(session: Session, supporter_id: int, channel: Channel = Channel.EMAIL) -> None:
    withdraw_consent(
        session,
        supporter_id=supporter_id,
        channel=channel,
        reason=Suppressed.LEFT,
        evidence=Evidence("", "test"),
        now=datetime.now(UTC),
    )


def test_a_blast_reaches_everyone_once_with_their_own_words(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana", "Bilal")

    desk.deliver()
    desk.deliver()

    assert sorted(desk.email.addresses) == ["ana@example.org", "bilal@example.org"]
    names = [value for each in desk.email.batches[0].recipients for value in each.substitutions.values()]
    assert {"Ana", "Bilal"} <= set(names)
    assert all("List-Unsubscribe-Post" in each.headers for each in desk.email.batches[0].recipients)
    assert desk.states() == {"Ana": "accepted", "Bilal": "accepted"}


def test_who_left_before_the_intent_is_not_written_to(desk: Desk, blast_to: Blasting) -> None:
    ana, _ = blast_to("Ana", "Bilal")
    with desk.sessions.begin() as session:
        _leave(session, ana.id)  # type: ignore[attr-defined]  # a supporter

    desk.deliver()

    assert desk.email.addresses == ["bilal@example.org"]
    assert desk.states()["Ana"] == "withheld"


def test_an_opt_out_waits_for_no_blast_and_no_blast_outruns_it(desk: Desk, blast_to: Blasting) -> None:
    """Between the claim and the intent: the opt-out commits first, so the gate sees it."""
    ana, _ = blast_to("Ana", "Bilal")

    def leave_at(name: str) -> None:
        if name == "claim.after_commit":
            with desk.sessions.begin() as session:
                _leave(session, ana.id)  # type: ignore[attr-defined]  # a supporter

    watch(leave_at)
    try:
        desk.deliver()
    finally:
        watch(None)

    assert desk.email.addresses == ["bilal@example.org"]


def test_a_paused_blast_sends_nothing_until_it_is_resumed(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana")
    with desk.sessions.begin() as session:
        pause_blast(session, 1, actor="Cora", now=datetime.now(UTC))

    desk.deliver()
    before = list(desk.email.refs)
    with desk.sessions.begin() as session:
        resume_blast(session, 1, actor="Cora", now=datetime.now(UTC))
    desk.deliver()

    assert (before, desk.email.refs) == ([], ["1.e.1"])


def test_a_cancelled_blast_says_how_many_had_gone(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana", "Bilal", channels=(Channel.EMAIL, Channel.SMS))
    desk.deliver(Channel.EMAIL)

    with desk.sessions.begin() as session:
        cancel_blast(session, 1, actor="Cora", now=datetime.now(UTC))
        done = what_cancelling_stopped(session, 1)
    desk.deliver(Channel.SMS)

    assert (done.already_gone, done.stopped) == (2, 2)
    assert desk.sms.texts == []


def test_a_busy_provider_gets_it_again_later(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana")
    desk.email.answer = lambda _: EmailOutcome(Outcome.BUSY, retry_after=0.0)

    desk.email.answer = _once(EmailOutcome(Outcome.BUSY, retry_after=0.0), then=desk.email)
    desk.deliver()
    with desk.sessions.begin() as session:
        session.execute(text("UPDATE batches SET not_before = now()"))
    desk.deliver()

    assert desk.states() == {"Ana": "accepted"}
    assert len(desk.email.batches) == 2


def _once(first: EmailOutcome, *, then: object) -> Callable[[EmailBatch], EmailOutcome]:
    answers = [first]

    def answer(_: EmailBatch) -> EmailOutcome:
        return answers.pop() if answers else EmailOutcome(Outcome.ACCEPTED, provider_ref="E1")

    return answer


def test_one_refused_address_does_not_hold_back_the_rest(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana", "Bilal", "Cora")
    refused = EmailOutcome(Outcome.REFUSED, refusal=Refusal.INVALID_ADDRESS, refused_recipients={1: "refused"})
    desk.email.answer = _once(refused, then=desk.email)

    desk.deliver()
    with desk.sessions.begin() as session:
        session.execute(text("UPDATE batches SET not_before = now() WHERE state = 'queued'"))
    desk.deliver()

    assert sorted(desk.states().values()) == ["accepted", "accepted", "failed"]
    assert len(desk.email.batches[1].recipients) == 2


def test_wrong_credentials_pause_the_blast_and_fail_nobody(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana")
    desk.email.answer = lambda _: EmailOutcome(Outcome.REFUSED, refusal=Refusal.CREDENTIALS, code="401")

    desk.deliver()

    assert desk.states() == {"Ana": "queued"}
    with desk.sessions() as session:
        assert session.scalar(text("SELECT state FROM blasts")) == "paused"


def test_an_email_in_doubt_with_a_silent_webhook_is_not_sent_again(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana")
    desk.email.answer = lambda _: EmailOutcome(Outcome.IN_DOUBT)
    desk.deliver()

    desk.settle(AT_ONCE)
    desk.deliver()

    assert desk.states() == {"Ana": "unknown"}
    assert len(desk.email.batches) == 1


def test_a_text_in_doubt_is_found_in_the_provider_s_list_or_stays_unknown(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana", "Bilal", channels=(Channel.SMS,))
    desk.sms.answer = lambda _: TextOutcome(Outcome.IN_DOUBT)
    desk.deliver(Channel.SMS)
    sent = desk.sms.texts[0]
    desk.sms.listed = [FoundText("SM9", sent.to, sent.body, None, "sent", "", "outbound-api")]

    desk.settle(AT_ONCE)
    desk.settle(AT_ONCE)
    desk.deliver(Channel.SMS)

    assert desk.states(Channel.SMS) == {"Ana": "accepted", "Bilal": "unknown"}
    assert len(desk.sms.texts) == 2


def test_texts_that_fare_differently_part_ways(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana", "Bilal", "Cora", "Dev", channels=(Channel.SMS,))
    fates = iter(
        [
            TextOutcome(Outcome.ACCEPTED, provider_ref="SM1"),
            TextOutcome(Outcome.REFUSED, refusal=Refusal.OPTED_OUT, code="21610"),
            TextOutcome(Outcome.BUSY, retry_after=60.0),
            TextOutcome(Outcome.IN_DOUBT),
        ]
    )

    def answer(_: Text) -> TextOutcome:
        return next(fates)

    desk.sms.answer = answer
    desk.deliver(Channel.SMS)

    assert desk.states(Channel.SMS) == {"Ana": "accepted", "Bilal": "failed", "Cora": "queued", "Dev": "in_doubt"}
    with desk.sessions() as session:
        assert session.scalar(text("SELECT reason FROM suppressions")) == "provider_opt_out"
        assert session.scalar(text("SELECT sum(size) FROM batches")) == 4


class Died(BaseException):
    """A process that is no more."""


_STEPS = (
    *("claim.before_commit", "claim.after_commit", "intent.before_commit", "intent.after_commit"),
    *("call.after", "outcome.before_commit", "outcome.after_commit"),
)


@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize("step", _STEPS)
def test_a_worker_that_dies_at_any_step_sends_nobody_two(
    desk: Desk, blast_to: Blasting, step: str, channel: Channel
) -> None:
    """Crash once at this step, recover, hear the receipts, run to quiet: nobody has two, nobody is forgotten."""
    blast_to("Ana", "Bilal", "Cora", channels=(channel,))
    passed: list[str] = []

    def die(name: str) -> None:
        passed.append(name)
        if name == step and passed.count(step) == 1:
            raise Died

    watch(die)
    try:
        with pytest.raises(Died):
            desk.deliver(channel)
    finally:
        watch(None)
    refs = desk.email.refs if channel is Channel.EMAIL else [each.ref for each in desk.sms.texts]
    with desk.sessions.begin() as session:
        session.execute(
            text("UPDATE batches SET lease_until = now() - interval '1 second' WHERE lease_until IS NOT NULL")
        )
        evidence = [_receipt(ref, ReceiptKind.DELIVERED) for ref in refs]
        apply_receipts(session, "provider", evidence, now=datetime.now(UTC))
    if channel is Channel.EMAIL:
        told_of_others(desk)
    for _ in range(3):
        desk.tick(AT_ONCE)
        desk.settle(AT_ONCE)
        desk.deliver(channel)

    refs = desk.email.refs if channel is Channel.EMAIL else [each.ref for each in desk.sms.texts]
    assert len(refs) == len(set(refs)), "somebody got two"
    if channel is Channel.EMAIL or step != "intent.after_commit":
        assert len(refs) == 3, "somebody was forgotten"
        assert set(desk.states(channel).values()) <= {"accepted", "delivered"}
    else:
        # A text that may have gone and may not is never sent again by machine: it is counted, and shown.
        assert set(desk.states(channel).values()) == {"unknown"}


def _receipt(ref: str, kind: ReceiptKind, *, event: str = "") -> Receipt:
    return Receipt(event or f"{ref}:{kind}", ref, None, kind, datetime.now(UTC))


def test_old_doubts_that_wait_stand_in_no_young_doubt_s_way(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana", "Bilal", channels=(Channel.SMS,))
    desk.sms.answer = lambda _: TextOutcome(Outcome.IN_DOUBT)
    desk.deliver(Channel.SMS)
    with desk.sessions.begin() as session:
        # Three hundred older ones, asked about already and not due again, before the one that is due.
        session.execute(text("UPDATE batches SET intent_at = now() - interval '3 minutes'"))
        session.execute(
            text("""
            INSERT INTO batches (blast_id, rendering_id, channel, pace, first_supporter_id, last_supporter_id, size, state,
                not_before, expires_at, attempt_id, intent_at, settle_count)
            SELECT blast_id, rendering_id, channel, pace, 1000 + n, 1000 + n, 1, 'in_doubt', not_before, expires_at, attempt_id,
                now() - interval '5 minutes', 1 FROM batches, generate_series(1, 300) AS n""")
        )
        session.execute(
            text("""INSERT INTO messages (blast_id, channel, supporter_id, batch_id)
                    SELECT blast_id, channel, first_supporter_id, id FROM batches WHERE first_supporter_id > 1000""")
        )
    desk.sms.listed = [
        FoundText(f"SM{sent.to}", sent.to, sent.body, None, "sent", "", "outbound-api") for sent in desk.sms.texts
    ]

    settled = desk.settle(STANDARD)
    again = desk.settle(STANDARD)

    assert settled.waiting == 300
    assert settled.by_evidence + again.by_evidence == 1
    with desk.sessions() as session:
        assert session.execute(text("SELECT count(*) FROM batches WHERE state = 'in_doubt'")).scalar_one() == 300


def test_a_blast_s_texts_go_only_where_the_campaign_is(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        campaign = make.campaign(session)
        make.supporter(session, "Ana", campaign=campaign, phone="+447700900101")
        make.supporter(session, "Bilal", campaign=campaign, phone="+447797712345")
        make.supporter(session, "Cora", campaign=campaign, phone="+5352345678")
        make.blast(session, campaign, channels=(Channel.SMS,))
    desk.open()

    desk.deliver(Channel.SMS)

    assert [sent.to for sent in desk.sms.texts] == ["+447700900101"]
    assert desk.states(Channel.SMS) == {"Ana": "accepted", "Bilal": "withheld", "Cora": "withheld"}
    with desk.sessions() as session:
        assert set(session.scalars(text("SELECT reason FROM messages WHERE state = 'withheld'"))) == {"country"}
