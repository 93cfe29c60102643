"""What holds a blast back: a sender's rate and day, a supporter's cap, a purse; and what keeps a number."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from service.domain.channel import Channel, Pace
from service.domain.sender import RAMP, Allowance, number_for
from service.planning.blasts import resume_blast
from service.planning.steering import limit_spending
from service.providers.ports import EmailBatch, EmailOutcome, Outcome
from service.sending.carriers import text_carrier
from service.sending.rates import take_turn
from service.sending.write import write_next_span
from service.store.queries.batches import claim_batch
from service.store.queries.senders import limit_sender
from service.store.tables.blasts import Blast
from service.store.tables.people import Supporter
from tests import make
from tests.moments import StoppedClock
from tests.sending.conftest import Desk

pytestmark = pytest.mark.oldest_postgres

Blasting = Callable[..., list[Supporter]]
POOL = ("+447700900001", "+447700900002", "+447700900003")
CROWD = [f"Fan{place}" for place in range(12)]


def limit(desk: Desk, allowance: Allowance, channel: Channel = Channel.EMAIL, name: str = "example.org") -> None:
    with desk.sessions.begin() as session:
        limit_sender(session, channel, name, allowance)


def batches(desk: Desk) -> list[tuple[str, int, str]]:
    with desk.sessions() as session:
        rows = session.execute(text("SELECT state, size, reason FROM batches ORDER BY id"))
        return [(row.state, row.size, row.reason) for row in rows]


@pytest.mark.parametrize(
    ("rate", "at_once", "ten_take"),
    [(0.5, 1, 20.0), (1, 1, 10.0), (25, 2, 10 / 24), (100, 10, 0.1), (2500, 250, 0.004)],
)
def test_a_rate_says_how_many_go_at_once_and_how_long_they_take(rate: float, at_once: int, ten_take: float) -> None:
    allowance = Allowance(per_second=rate)

    assert allowance.at_once == at_once
    assert allowance.takes(10).total_seconds() == pytest.approx(ten_take)


def test_a_new_domain_is_ramped_up_day_by_day() -> None:
    allowance = Allowance(per_day=30_000, ramp_began_on=date(2026, 11, 23))

    assert allowance.limit_on(date(2026, 11, 22)) == 0
    assert allowance.limit_on(date(2026, 11, 23)) == 50
    assert allowance.limit_on(date(2026, 11, 27)) == 5_000
    assert allowance.limit_on(date(2026, 12, 23)) == 30_000
    assert list(RAMP) == sorted(RAMP)


def test_workers_together_keep_to_a_sender_s_rate(desk: Desk, blast_to: Blasting) -> None:
    limit(desk, Allowance(per_second=20))
    blast_to(*CROWD)
    sizes: list[int] = []

    def note(batch: EmailBatch) -> EmailOutcome:
        sizes.append(len(batch.recipients))
        return EmailOutcome(Outcome.ACCEPTED, provider_ref="E1")

    desk.email.answer = note
    give_up = time.monotonic() + 60
    while sum(sizes) < len(CROWD) and time.monotonic() < give_up:
        with ThreadPoolExecutor(4) as workers:
            for run in [workers.submit(desk.deliver) for _ in range(4)]:
                run.result()

    assert sizes == [2] * 6
    assert sorted(desk.email.addresses) == sorted(f"{name.lower()}@example.org" for name in CROWD)


def test_turns_asked_for_at_once_are_given_a_tenth_of_a_second_apart(
    stopped_clock: StoppedClock, desk: Desk, blast_to: Blasting
) -> None:
    limit(desk, Allowance(per_second=20))
    blast_to("Ana", "Bilal")
    with desk.sessions.begin() as session:
        batch = claim_batch(session, channel=Channel.EMAIL, pace=Pace.BULK, owner=uuid4())
    assert batch is not None

    def wait(_: int) -> float:
        with desk.sessions.begin() as session:
            return take_turn(session, batch).wait

    with ThreadPoolExecutor(4) as workers:
        waits = sorted(workers.map(wait, range(6)))

    assert waits == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4, 0.5])


def test_a_rate_set_after_opening_parts_the_batches(desk: Desk, blast_to: Blasting) -> None:
    blast_to(*CROWD)
    limit(desk, Allowance(per_second=50))

    desk.deliver()

    assert len(desk.email.batches[0].recipients) == 5


def test_a_sender_s_day_is_full_and_the_rest_waits_for_tomorrow(
    stopped_clock: StoppedClock, desk: Desk, blast_to: Blasting
) -> None:
    limit(desk, Allowance(per_day=5))
    blast_to(*CROWD)

    desk.deliver()

    assert len(desk.email.addresses) == 5
    with desk.sessions() as session:
        until = session.execute(text("SELECT held_until FROM senders")).scalar_one()
    today = stopped_clock.began_at.replace(hour=0, minute=0, second=0, microsecond=0)
    assert until == today + timedelta(days=1)
    assert sorted(desk.states().values()) == ["accepted"] * 5 + ["queued"] * 7

    limit(desk, Allowance(per_day=100))
    with desk.sessions.begin() as session:
        session.execute(text("UPDATE batches SET not_before = now() WHERE state = 'queued'"))
    desk.deliver()

    assert sorted(desk.email.addresses) == sorted(f"{name.lower()}@example.org" for name in CROWD)


def test_a_supporter_keeps_their_number_when_the_pool_grows(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        campaign = make.campaign(session)
        for place in range(6):
            make.supporter(session, f"Fan{place}", campaign=campaign, phone=f"+4477009001{place:02}")
    heard: list[dict[str, str]] = []
    for pool in (POOL[:2], POOL):
        with desk.sessions.begin() as session:
            make.blast(session, session.get_one(type(campaign), campaign.id), channels=(Channel.SMS,))
        desk.schedule_due()
        with desk.sessions.begin() as session:
            write_next_span(session, numbers=pool)
        desk.sms.texts.clear()
        desk.deliver_by(text_carrier(desk.sms, desk.words, pool))
        heard.append({sent.to: sent.sender or "" for sent in desk.sms.texts})

    assert heard[0] == heard[1]
    assert set(heard[0].values()) == set(POOL[:2])


def test_a_number_that_is_gone_is_replaced() -> None:
    assert number_for(7, "+447700900009", POOL) == POOL[1]
    assert number_for(7, POOL[2], POOL) == POOL[2]
    assert number_for(7, POOL[2], ()) == ""


def test_three_blasts_at_once_leave_a_supporter_within_the_cap(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        campaign = make.campaign(session)
        campaign.cap_count = 2
        for name in ("Ana", "Bilal"):
            make.supporter(session, name, campaign=campaign)
        for _ in range(3):
            make.blast(session, campaign, channels=(Channel.EMAIL,))
    desk.open()

    with ThreadPoolExecutor(3) as workers:
        for run in [workers.submit(desk.deliver) for _ in range(3)]:
            run.result()

    assert sorted(desk.email.addresses) == ["ana@example.org"] * 2 + ["bilal@example.org"] * 2
    with desk.sessions() as session:
        reasons = session.execute(text("SELECT reason FROM messages WHERE state = 'withheld'")).scalars().all()
    assert reasons == ["frequency_cap"] * 2


def test_a_blast_s_own_cap_stands_in_place_of_the_campaign_s(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        campaign = make.campaign(session)
        campaign.cap_count = 1
        make.supporter(session, "Ana", campaign=campaign)
        make.blast(session, campaign, channels=(Channel.EMAIL,))
        make.blast(session, campaign, channels=(Channel.EMAIL,)).cap_count = 2
    desk.open()

    desk.deliver()

    assert desk.email.addresses == ["ana@example.org"] * 2


def test_what_was_put_back_does_not_count_against_the_cap(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        campaign = make.campaign(session)
        campaign.cap_count = 1
        make.supporter(session, "Ana", campaign=campaign)
        for _ in range(2):
            make.blast(session, campaign, channels=(Channel.EMAIL,))
    desk.open()
    desk.email.answer = lambda _: EmailOutcome(Outcome.BUSY, retry_after=600.0)
    desk.deliver()
    handed = len(desk.email.batches)
    desk.email.answer = lambda _: EmailOutcome(Outcome.ACCEPTED, provider_ref="E1")
    with desk.sessions.begin() as session:
        session.execute(text("UPDATE batches SET not_before = now() WHERE state = 'queued'"))

    desk.deliver()

    assert handed == 2
    assert len(desk.email.batches) == 3


def test_a_blast_stops_before_it_costs_more_than_its_limit(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        campaign = make.campaign(session)
        campaign.quiet_hours = {"sms": {"from": "03:00", "until": "03:00"}}
        for place, zone in enumerate(("Europe/London", "Asia/Baku", "Europe/Paris")):
            who = {"phone": f"+4477009001{place:02}", "time_zone": zone, "campaign": campaign}
            make.supporter(session, f"Fan{place}", **who)  # type: ignore[arg-type]  # passed through
        # A text is one segment at 400 ten-thousandths: two fit, three do not.
        made = make.blast(session, campaign, channels=(Channel.SMS,), sms="{first_name|friend}, hello. STOP to end")
        made.spend_cap = 1199
        blast_id = made.id
    desk.open()

    desk.deliver(Channel.SMS)

    assert len(desk.sms.texts) == 2
    with desk.sessions() as session:
        stopped = session.get_one(Blast, blast_id)
        assert (stopped.state, stopped.paused_reason) == ("paused", "its spending limit is reached")

    with desk.sessions.begin() as session:
        limit_spending(session, blast_id, 1200, actor="ana@example.org", now=datetime.now(UTC))
        resume_blast(session, blast_id, actor="ana@example.org", now=datetime.now(UTC))
    desk.deliver(Channel.SMS)

    assert len(desk.sms.texts) == 3


def test_an_emoji_in_a_name_is_paid_for_before_it_is_sent(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        campaign = make.campaign(session)
        make.supporter(
            session, "Ana \N{SOCCER BALL}", email="ana@example.org", phone="+447700900101", campaign=campaign
        )
        body = "{first_name|friend}, " + "a" * 80 + " STOP to end"
        # One segment in plain letters, two with a ball in it.
        make.blast(session, campaign, channels=(Channel.SMS,), sms=body).spend_cap = 799
    desk.open()

    desk.deliver(Channel.SMS)

    assert desk.sms.texts == []
