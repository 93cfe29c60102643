"""A doubt is settled by evidence only: what was proven not taken goes again, an unrelated event releases nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from service import clock
from service.domain.channel import Channel
from service.domain.doubt import DoubtPolicy
from service.domain.receipt import Receipt, ReceiptKind
from service.providers.ports import EmailOutcome, FoundText, Outcome, ProviderAway, Text, TextOutcome
from service.sending.receipts import apply_receipts
from service.sending.settle import Settler
from service.store.tables.campaign import Campaign
from tests import make
from tests.sending.conftest import Desk
from tests.sending.later import told_of_others

Blasting = Callable[..., list[object]]
# Readings at once, and each of them of an age to prove something.
AT_ONCE = DoubtPolicy(
    doubtful_after=timedelta(0),
    ask_after=(timedelta(0),) * 4,
    text_proven_after=timedelta(0),
    email_settles_after=timedelta(0),
)
ANA, BILAL, LATER = "+447700900100", "+447700900101", "+447700900199"


def listed(sent: Text, ref: str = "SM9", *, body: str = "") -> FoundText:
    return FoundText(ref, sent.to, body or sent.body, None, "sent", "", "outbound-api")


@pytest.fixture
def lost(desk: Desk, blast_to: Blasting) -> Desk:
    """Two texts in doubt, and one handed over later that the provider's list shows."""
    blast_to("Ana", "Bilal", channels=(Channel.SMS,))
    desk.sms.answer = lambda _: TextOutcome(Outcome.IN_DOUBT)
    desk.deliver(Channel.SMS)
    desk.sms.answer = lambda sent: TextOutcome(Outcome.ACCEPTED, f"SM{sent.to}")
    with desk.sessions.begin() as session:
        campaign = session.get_one(Campaign, 1)
        make.supporter(session, "Later", campaign=campaign, phone=LATER, source="later")
        make.blast(session, campaign, channels=(Channel.SMS,), audience=[{"source": "later"}])
    desk.open()
    desk.deliver(Channel.SMS)
    desk.sms.listed = [listed(desk.sms.texts[-1], f"SM{LATER}")]
    return desk


def settle(desk: Desk, times: int, policy: DoubtPolicy = AT_ONCE) -> None:
    for _ in range(times):
        desk.settle(policy)


def to(desk: Desk) -> list[str]:
    return [sent.to for sent in desk.sms.texts if sent.to != LATER]


def test_texts_that_a_living_list_does_not_show_twice_were_not_taken_and_go_again(lost: Desk) -> None:
    settle(lost, 1)
    lost.deliver(Channel.SMS)
    assert to(lost) == [ANA, BILAL]

    settle(lost, 1)
    lost.deliver(Channel.SMS)

    assert to(lost) == [ANA, BILAL, ANA, BILAL]
    assert set(lost.states(Channel.SMS).values()) == {"accepted"}


@pytest.mark.parametrize("shows", ["nothing", "another text", "only what went before"])
def test_a_list_that_does_not_show_what_was_handed_over_later_proves_nothing(lost: Desk, shows: str) -> None:
    lost.sms.listed = [] if shows == "nothing" else [replace(lost.sms.listed[0], provider_ref="SM-older")]
    if shows == "only what went before":
        with lost.sessions.begin() as session:
            session.execute(text("UPDATE attempts SET intent_at = intent_at - interval '1 hour'"))

    settle(lost, 6)
    lost.deliver(Channel.SMS)

    assert to(lost) == [ANA, BILAL]
    assert lost.states(Channel.SMS) == {"Ana": "unknown", "Bilal": "unknown", "Later": "accepted"}


def test_readings_before_ten_minutes_prove_nothing(lost: Desk) -> None:
    settle(lost, 6, replace(AT_ONCE, text_proven_after=timedelta(minutes=10)))
    lost.deliver(Channel.SMS)

    assert to(lost) == [ANA, BILAL]


def test_a_reading_that_was_cut_short_does_not_count(lost: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_: str, *, since: datetime) -> list[FoundText]:
        raise ProviderAway("CutOff")

    find = lost.sms.find
    monkeypatch.setattr(lost.sms, "find", away)
    settle(lost, 6)
    with lost.sessions() as session:
        counts = session.execute(text("SELECT settle_count, absent_count FROM batches WHERE state = 'in_doubt'")).all()
    monkeypatch.setattr(lost.sms, "find", find)

    assert counts == [(0, 0)]


def test_the_one_that_was_taken_is_found_and_only_the_other_goes_again(lost: Desk) -> None:
    lost.sms.listed.append(listed(lost.sms.texts[0]))

    settle(lost, 2)
    lost.deliver(Channel.SMS)

    assert to(lost) == [ANA, BILAL, BILAL]


def test_a_text_the_provider_may_have_rewritten_stays_with_a_person_and_holds_back_no_other(lost: Desk) -> None:
    lost.sms.listed.append(listed(lost.sms.texts[0], body="Ana, si\u0323gn: https://short.example/x"))

    settle(lost, 8)
    lost.deliver(Channel.SMS)

    assert to(lost) == [ANA, BILAL, BILAL]
    assert lost.states(Channel.SMS)["Ana"] == "unknown"


def test_what_was_proven_not_taken_goes_again_once_and_only_while_it_matters(lost: Desk) -> None:
    settle(lost, 2)
    lost.sms.answer = lambda _: TextOutcome(Outcome.IN_DOUBT)
    lost.deliver(Channel.SMS)
    settle(lost, 8)
    lost.deliver(Channel.SMS)
    assert len(to(lost)) == 4
    assert lost.states(Channel.SMS)["Ana"] == "unknown"


def test_who_left_meanwhile_gets_nothing_of_what_goes_again(lost: Desk) -> None:
    settle(lost, 2)
    with lost.sessions.begin() as session:
        session.execute(text("DELETE FROM permissions WHERE supporter_id = 1"))
    lost.deliver(Channel.SMS)

    assert to(lost) == [ANA, BILAL, BILAL]


def test_an_odd_doubt_is_not_met_first_again_and_comes_to_an_end(lost: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def odd(_: str, *, since: datetime) -> list[FoundText]:
        raise ValueError("what is this")

    monkeypatch.setattr(lost.sms, "find", odd)
    settle(lost, 6)

    assert set(lost.states(Channel.SMS).values()) == {"accepted", "unknown"}


def test_settling_keeps_to_its_time_and_counts_nothing_it_had_no_time_for(
    lost: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    find, asked = lost.sms.find, []

    def slow(number: str, *, since: datetime) -> list[FoundText]:
        asked.append(number)
        monkeypatch.setattr(clock, "monotonic", lambda: 1e12)
        return find(number, since=since)

    monkeypatch.setattr(lost.sms, "find", slow)
    Settler(lost.sessions, lost.sms, lost.words, AT_ONCE).settle_doubts(until=clock.monotonic() + 60)

    assert len(asked) <= 2
    with lost.sessions() as session:
        row = session.execute(text("SELECT settle_count, asked_at FROM batches WHERE state = 'in_doubt'")).one()
    assert row.settle_count == 0
    assert row.asked_at is not None


@pytest.fixture
def emails(desk: Desk, blast_to: Blasting) -> Desk:
    """Two emails in doubt."""
    blast_to("Ana", "Bilal")
    desk.email.answer = lambda _: EmailOutcome(Outcome.IN_DOUBT)
    desk.deliver()
    desk.email.answer = lambda _: EmailOutcome(Outcome.ACCEPTED, provider_ref="E2")
    return desk


def hear(desk: Desk, ref: str, kind: ReceiptKind = ReceiptKind.DELIVERED) -> None:
    with desk.sessions.begin() as session:
        receipt = Receipt(f"{ref}:{kind}", ref, None, kind, datetime.now(UTC))
        apply_receipts(session, desk.email.name, [receipt], now=datetime.now(UTC))


def test_emails_go_again_when_all_that_went_soon_after_them_was_told_of(emails: Desk) -> None:
    told_of_others(emails)

    emails.settle(AT_ONCE)
    emails.deliver()

    assert emails.email.refs == ["1.e.1", "1.e.2", "1.e.1", "1.e.2"]


@pytest.mark.parametrize("event", [ReceiptKind.OPENED, ReceiptKind.CLICKED, ReceiptKind.DELIVERED])
def test_an_unrelated_event_releases_nothing(emails: Desk, event: ReceiptKind) -> None:
    hear(emails, "999.e.999", event)

    emails.settle(AT_ONCE)
    emails.deliver()

    assert emails.email.refs == ["1.e.1", "1.e.2"]
    assert set(emails.states().values()) == {"unknown"}


@pytest.mark.parametrize(("share", "late"), [(0.9, False), (1.0, True), (0.0, False)])
def test_a_webhook_with_a_gap_proves_nothing(emails: Desk, share: float, late: bool) -> None:
    told_of_others(emails, share=share, late=late)

    emails.settle(AT_ONCE)
    emails.deliver()

    assert emails.email.refs == ["1.e.1", "1.e.2"]


def test_what_went_long_after_a_doubt_proves_nothing_about_it(emails: Desk) -> None:
    with emails.sessions.begin() as session:
        session.execute(text("UPDATE batches SET intent_at = intent_at - interval '30 minutes'"))
        session.execute(text("UPDATE attempts SET intent_at = intent_at - interval '30 minutes'"))
    told_of_others(emails)

    emails.settle(AT_ONCE)
    emails.deliver()

    assert emails.email.refs == ["1.e.1", "1.e.2"]


def test_one_event_about_a_batch_tells_that_all_of_it_was_taken(emails: Desk) -> None:
    hear(emails, "1.e.1")
    told_of_others(emails)

    emails.settle(AT_ONCE)
    emails.deliver()

    assert emails.email.refs == ["1.e.1", "1.e.2"]
    assert {name: state for name, state in emails.states().items() if name in {"Ana", "Bilal"}} == {
        "Ana": "delivered",
        "Bilal": "accepted",
    }
