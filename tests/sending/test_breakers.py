"""Circuit breakers: what stops a blast by itself, what it says, and the second road for emails."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from service.domain.breaker import OVER_QUOTA, Seen, Tripped, judge
from service.domain.channel import Channel
from service.domain.message import MessageRef
from service.domain.receipt import Receipt, ReceiptKind
from service.planning.blasts import resume_blast
from service.providers.ports import EmailOutcome, Outcome
from service.providers.twilio.webhooks import parse_status
from service.sending.breakers import trip_breakers
from service.sending.carriers import email_carrier
from service.sending.receipts import apply_receipts
from service.store.queries.breakers import email_road
from service.store.tables.blasts import Blast
from service.store.tables.people import Supporter
from tests import make
from tests.sending.conftest import Desk
from tests.sending.notebook import EmailNotebook

Blasting = Callable[..., list[Supporter]]

# One batch for each of these, since a campaign with quiet hours is cut by time zone.
ZONES = ("Europe/London", "Asia/Baku", "Europe/Paris", "Europe/Madrid", "America/New_York", "Asia/Tokyo")
IN_DOUBT = EmailOutcome(Outcome.IN_DOUBT, detail="the connection was reset")


def open_in_zones(desk: Desk, *, people: int = len(ZONES)) -> None:
    """A blast cut into a batch for each zone; the quiet hours never hold."""
    with desk.sessions.begin() as session:
        campaign = make.campaign(session)
        campaign.quiet_hours = {"email": {"from": "03:00", "until": "03:00"}}
        for place in range(people):
            make.supporter(session, f"Fan{place}", campaign=campaign, time_zone=ZONES[place % len(ZONES)])
        make.blast(session, campaign, channels=(Channel.EMAIL,))
    desk.open()


def trip(desk: Desk, *, has_second_road: bool = False) -> int:
    with desk.sessions.begin() as session:
        return trip_breakers(session, has_second_road=has_second_road, now=datetime.now(UTC))


def blast(session: Session) -> Blast:
    return session.query(Blast).one()


def tell(desk: Desk, kind: ReceiptKind, supporter_ids: range) -> None:
    given = [
        Receipt(
            f"{kind}-{one}", str(MessageRef(1, Channel.EMAIL, one)), None, kind, datetime.now(UTC), reason="invalid"
        )
        for one in supporter_ids
    ]
    with desk.sessions.begin() as session:
        apply_receipts(session, "notebook", given, now=datetime.now(UTC))


@pytest.mark.parametrize(
    ("seen", "tripped"),
    [
        (Seen(accepted=1000), None),
        (Seen(accepted=10_000, complaints=9), None),
        (Seen(accepted=10_000, complaints=10), Tripped.COMPLAINTS),
        (Seen(accepted=10, complaints=2), None),
        (Seen(accepted=10, complaints=3), Tripped.COMPLAINTS),
        (Seen(accepted=1000, bounces=49), None),
        (Seen(accepted=1000, bounces=50), Tripped.BOUNCES),
        (Seen(accepted=40, bounces=3), None),
        (Seen(accepted=40, bounces=4), None),
        (Seen(accepted=40, bounces=5), Tripped.BOUNCES),
        (Seen(accepted=4, bounces=4), None),
        (Seen(accepted=20, bounces=19), Tripped.BOUNCES),
        (Seen(accepted=300, bounces=19), None),
        (Seen(accepted=1_000_000, bounces=49_999), None),
        (Seen(accepted=1_000_000, bounces=50_000), Tripped.BOUNCES),
        (Seen(accepted=40, filtered=5), None),
        (Seen(accepted=40, filtered=9), Tripped.FILTERED),
        (Seen(accepted=3_000, filtered=300), Tripped.FILTERED),
        (Seen(accepted=3_000, filtered=299), None),
        (Seen(accepted=40, unregistered=4), None),
        (Seen(accepted=40, unregistered=5), Tripped.UNREGISTERED),
        (Seen(suspended=1), Tripped.SUSPENDED),
        (Seen(in_doubt_in_a_row=4), None),
        (Seen(in_doubt_in_a_row=5), Tripped.PROVIDER_FAILING),
        (Seen(account_warnings=1), Tripped.ACCOUNT),
    ],
)
def test_a_breaker_trips_at_its_limit_and_not_before(seen: Seen, tripped: Tripped | None) -> None:
    assert judge(seen) is tripped


def test_a_provider_that_leaves_five_handovers_in_doubt_stops_the_blast(desk: Desk) -> None:
    open_in_zones(desk)
    desk.email.answer = lambda _: IN_DOUBT
    desk.deliver()

    assert trip(desk) == 1

    with desk.sessions() as session:
        stopped = blast(session)
        deeds = session.execute(text("SELECT actor, deed FROM audit_entries")).all()
    assert stopped.state == "paused"
    assert "the last 6 handovers ended in doubt" in stopped.paused_reason
    assert "status page" in stopped.paused_reason
    assert [tuple(deed) for deed in deeds] == [("touchline", "blast paused by a breaker")]


def test_one_handover_that_was_taken_ends_the_row_of_doubts(desk: Desk) -> None:
    open_in_zones(desk)
    answers = iter([IN_DOUBT] * 4 + [EmailOutcome(Outcome.ACCEPTED, provider_ref="E")] + [IN_DOUBT])
    desk.email.answer = lambda _: next(answers)
    desk.deliver()

    assert trip(desk) == 0


def test_whoever_resumes_has_the_breakers_count_anew(desk: Desk) -> None:
    open_in_zones(desk)
    desk.email.answer = lambda _: IN_DOUBT
    desk.deliver()
    trip(desk)

    with desk.sessions.begin() as session:
        resume_blast(session, 1, actor="ana@example.org", now=datetime.now(UTC))

    assert trip(desk) == 0


def test_complaints_stop_it_with_what_to_do(desk: Desk) -> None:
    open_in_zones(desk, people=12)
    desk.deliver()
    with desk.sessions.begin() as session:
        session.execute(text("UPDATE blasts SET state = 'running'"))

    tell(desk, ReceiptKind.COMPLAINED, range(1, 4))

    assert trip(desk) == 1
    with desk.sessions() as session:
        assert "3 of 12 marked it as spam" in blast(session).paused_reason


def test_a_warning_about_the_account_stops_every_email_blast(desk: Desk) -> None:
    open_in_zones(desk)
    moment = datetime.now(UTC)
    warning = Receipt("a1", None, None, ReceiptKind.ACCOUNT, moment, reason="compliance_suspend")
    with desk.sessions.begin() as session:
        apply_receipts(session, "notebook", [warning], now=moment + timedelta(seconds=1))

    assert trip(desk) == 1
    desk.deliver()

    assert desk.email.batches == []


def test_an_account_without_credit_stops_it_as_trouble_of_the_account_at_the_first_drop(desk: Desk) -> None:
    open_in_zones(desk)
    moment = datetime.now(UTC)
    dropped = Receipt("d1", "1.e.1", None, ReceiptKind.DROPPED, moment, reason=OVER_QUOTA)
    with desk.sessions.begin() as session:
        apply_receipts(session, "sendgrid", [dropped], now=moment + timedelta(seconds=1))

    assert trip(desk) == 1

    with desk.sessions() as session:
        assert "out of credit" in blast(session).paused_reason
        assert session.scalar(text("SELECT count(*) FROM suppressions")) == 0


def test_with_a_second_road_what_is_queued_takes_it_and_what_is_in_doubt_does_not(desk: Desk) -> None:
    open_in_zones(desk)
    seconds = EmailNotebook(name="second")
    carrier = email_carrier(desk.email, desk.words, seconds)
    desk.email.answer = lambda _: IN_DOUBT
    with desk.sessions.begin() as session:
        # One batch is held back, so that something is still queued when the road changes.
        session.execute(
            text("UPDATE batches SET not_before = now() + interval '1 hour' WHERE id = (SELECT max(id) FROM batches)")
        )
    desk.deliver_by(carrier)
    trip(desk, has_second_road=True)
    with desk.sessions.begin() as session:
        session.execute(text("UPDATE batches SET not_before = now() WHERE state = 'queued'"))
    desk.deliver_by(carrier)

    with desk.sessions() as session:
        assert email_road(session).name == "second"
        assert blast(session).state == "running"
    assert len(desk.email.batches) == 5
    assert len(seconds.batches) == 1
    assert not set(seconds.refs) & set(desk.email.refs)
    assert sorted(desk.states().values()) == ["accepted"] + ["in_doubt"] * 5


def test_a_second_road_that_fails_too_stops_the_blast(desk: Desk) -> None:
    open_in_zones(desk, people=6)
    with desk.sessions.begin() as session:
        session.execute(text("UPDATE house SET email_road = 'second', email_road_at = now() - interval '1 minute'"))
    seconds = EmailNotebook(name="second", answer=lambda _: IN_DOUBT)
    desk.deliver_by(email_carrier(desk.email, desk.words, seconds))

    assert trip(desk, has_second_road=True) == 1


def come_back(desk: Desk, code: str, supporter_ids: range, *, blast_id: int = 1) -> None:
    """What networks said of texts, as Twilio's callbacks bring it."""
    moment = datetime.now(UTC)
    given = [
        parse_status(
            {"MessageSid": f"SM{blast_id}-{one}", "MessageStatus": "undelivered", "ErrorCode": code},
            ref=str(MessageRef(blast_id, Channel.SMS, one)),
            now=moment,
        )
        for one in supporter_ids
    ]
    with desk.sessions.begin() as session:
        apply_receipts(session, "twilio", given, now=moment)


def two_blasts_of_texts(desk: Desk, *, people: int = 12) -> None:
    with desk.sessions.begin() as session:
        campaign = make.campaign(session)
        for place in range(people):
            make.supporter(session, f"Fan{place}", campaign=campaign, phone=f"+4477009001{place:02}")
        make.blast(session, campaign, channels=(Channel.SMS,))
        make.blast(session, campaign, channels=(Channel.SMS,))
    desk.open()
    desk.deliver(Channel.SMS)
    with desk.sessions.begin() as session:
        session.execute(text("UPDATE blasts SET state = 'running'"))


def stopped(desk: Desk) -> dict[int, str]:
    with desk.sessions() as session:
        return {row.id: row.paused_reason for row in session.query(Blast).filter(Blast.state == "paused")}


def test_a_suspended_account_stops_every_blast_of_texts(desk: Desk) -> None:
    two_blasts_of_texts(desk)

    come_back(desk, "30002", range(1, 2))

    assert trip(desk) == 2
    assert all("suspended our account" in why for why in stopped(desk).values())


@pytest.mark.parametrize(
    ("code", "why"),
    [("30007", "filter these texts as spam"), ("30034", "not registered"), ("30032", "not registered")],
)
def test_texts_that_networks_refuse_stop_their_blast_and_no_other(desk: Desk, code: str, why: str) -> None:
    two_blasts_of_texts(desk)
    come_back(desk, code, range(1, 5))
    assert trip(desk) == 0

    come_back(desk, code, range(5, 8))

    assert trip(desk) == 1
    assert list(stopped(desk)) == [1]
    assert "7 of 12" in stopped(desk)[1]
    assert why in stopped(desk)[1]


def test_other_failures_of_texts_stop_nothing(desk: Desk) -> None:
    two_blasts_of_texts(desk)

    come_back(desk, "30003", range(1, 13))

    assert trip(desk) == 0


def test_what_comes_late_of_what_went_before_it_was_resumed_stops_it_no_second_time(desk: Desk) -> None:
    two_blasts_of_texts(desk)
    come_back(desk, "30007", range(1, 8))
    trip(desk)
    with desk.sessions.begin() as session:
        resume_blast(session, 1, actor="ana@example.org", now=datetime.now(UTC))

    come_back(desk, "30007", range(8, 13))

    assert trip(desk) == 0


def test_a_sender_that_is_not_registered_stops_what_else_waits_for_it(desk: Desk) -> None:
    two_blasts_of_texts(desk)
    with desk.sessions.begin() as session:
        session.execute(text("UPDATE batches SET state = 'queued' WHERE blast_id = 2"))

    come_back(desk, "30034", range(1, 8))

    assert trip(desk) == 2
    assert all("Register it with the provider" in why for why in stopped(desk).values())
