"""Two wordings tried on a part, a local hour for each, silent readers asked again, the unknown sent by hand."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import text

from service.domain.channel import Channel
from service.domain.message import MessageRef
from service.domain.receipt import Receipt, ReceiptKind
from service.domain.wording_test import Arm, Metric, Standing, better
from service.domain.zones import next_at
from service.planning.asking_again import AskedAgain, ask_silent_again, count_silent
from service.planning.blast_checks import BlastRefused
from service.planning.steering import choose_wording, send_unknown_again, wording_standings
from service.providers.ports import EmailOutcome, Outcome
from service.sending.receipts import apply_receipts
from service.sending.wording_tests import decide_due_tests
from service.store.tables.blasts import Blast
from service.store.tables.people import Supporter
from tests import make
from tests.sending.conftest import Desk

Blasting = Callable[..., list[Supporter]]
PEOPLE = 60


@pytest.fixture
def tested(desk: Desk) -> int:
    """A blast to sixty people whose two subjects are tried on half of them; its id."""
    with desk.sessions.begin() as session:
        campaign = make.campaign(session)
        for place in range(PEOPLE):
            make.supporter(session, f"Fan{place}", campaign=campaign)
        made = make.blast(session, campaign, channels=(Channel.EMAIL,), subject="The match is near")
        made.test_draft = {"en": {"email": {"subject": "Will you sign?"}}}
        made.test_share, made.test_metric = 50, str(Metric.CLICKS)
        blast_id = made.id
    desk.open()
    desk.deliver()
    return blast_id


def subjects(desk: Desk) -> Counter[str]:
    said: Counter[str] = Counter()
    for batch in desk.email.batches:
        said[batch.subject] += len(batch.recipients)
    return said


def click(desk: Desk, supporter_ids: list[int]) -> None:
    given = [
        Receipt(f"c{one}", str(MessageRef(1, Channel.EMAIL, one)), None, ReceiptKind.CLICKED, datetime.now(UTC))
        for one in supporter_ids
    ]
    with desk.sessions.begin() as session:
        apply_receipts(session, "notebook", given, now=datetime.now(UTC))


def got(desk: Desk, subject: str) -> list[int]:
    return [
        int(recipient.ref.rpartition(".")[2])
        for batch in desk.email.batches
        if batch.subject == subject
        for recipient in batch.recipients
    ]


def test_a_part_gets_each_wording_and_the_rest_wait(desk: Desk, tested: int) -> None:
    said = subjects(desk)

    assert set(said) == {"The match is near", "Will you sign?"}
    assert all(5 <= count <= 25 for count in said.values())
    assert Counter(desk.states().values())["queued"] == PEOPLE - said.total()


def test_a_manager_chooses_and_the_rest_get_the_chosen_words_once(desk: Desk, tested: int) -> None:
    tried = subjects(desk).total()

    with desk.sessions.begin() as session:
        let_go = choose_wording(session, tested, Arm.B, actor="ana@example.org", now=datetime.now(UTC))
    desk.deliver()

    assert let_go == PEOPLE - tried
    assert len(desk.email.refs) == len(set(desk.email.refs)) == PEOPLE
    assert desk.email.batches[-1].subject == "Will you sign?"
    with desk.sessions.begin() as session, pytest.raises(BlastRefused, match="already"):
        choose_wording(session, tested, Arm.A, actor="ana@example.org", now=datetime.now(UTC))


def test_the_house_chooses_by_clicks_when_the_time_is_over(desk: Desk, tested: int) -> None:
    click(desk, got(desk, "Will you sign?")[:4] + got(desk, "The match is near")[:1])
    with desk.sessions.begin() as session:
        session.execute(text("UPDATE blasts SET test_lasts = interval '1 hour'"))
        assert decide_due_tests(session, now=datetime.now(UTC)) == 0
    with desk.sessions.begin() as session:
        standings = wording_standings(session, tested)
        assert decide_due_tests(session, now=datetime.now(UTC) + timedelta(hours=1)) == 1
        assert decide_due_tests(session, now=datetime.now(UTC) + timedelta(hours=2)) == 0
    with desk.sessions.begin() as session:
        session.execute(text("UPDATE batches SET not_before = now() WHERE state = 'queued'"))
    desk.deliver()

    assert [standing.clicked for standing in standings] == [1, 4]
    assert len(desk.email.refs) == len(set(desk.email.refs)) == PEOPLE
    assert desk.email.batches[-1].subject == "Will you sign?"


def test_the_better_wording_has_the_higher_share_not_the_higher_count() -> None:
    a, b = Standing(Arm.A, sent=100, clicked=20, signed=3), Standing(Arm.B, sent=10, clicked=5, signed=0)

    assert better([a, b], Metric.CLICKS) is Arm.B
    assert better([a, b], Metric.SIGNATURES) is Arm.A
    assert better([], Metric.CLICKS) is Arm.A
    # Nobody has signed yet: clicks are the next best evidence.
    assert better([Standing(Arm.A, 10, 1), Standing(Arm.B, 10, 2)], Metric.SIGNATURES) is Arm.B


def test_each_supporter_gets_it_at_nine_where_they_are(desk: Desk) -> None:
    opens_at = datetime(2026, 1, 20, 12, 0, tzinfo=UTC)
    # For as long as this test may be run.
    worth = timedelta(days=100 * 365)
    with desk.sessions.begin() as session:
        campaign = make.campaign(session)
        for name, zone in (("Ana", "Europe/London"), ("Bilal", "Asia/Baku"), ("Cora", "America/New_York")):
            make.supporter(session, name, campaign=campaign, time_zone=zone)
        made = make.blast(session, campaign, channels=(Channel.EMAIL,), opens_at=opens_at)
        made.local_time, made.expires_at = time(9, 0), opens_at + worth
    desk.open()

    with desk.sessions() as session:
        rows = session.execute(text("SELECT time_zone, not_before, expires_at - not_before AS worth FROM batches"))
        at = {row.time_zone: (row.not_before, row.worth) for row in rows}
    assert at == {
        "Europe/London": (datetime(2026, 1, 21, 9, 0, tzinfo=UTC), worth),
        "Asia/Baku": (datetime(2026, 1, 21, 5, 0, tzinfo=UTC), worth),
        "America/New_York": (datetime(2026, 1, 20, 14, 0, tzinfo=UTC), worth),
    }


@pytest.mark.parametrize(
    ("local", "after", "at"),
    [
        # Clocks in London go forward at 01:00 UTC: 01:30 does not come, so it is an hour later.
        (time(1, 30), datetime(2027, 3, 28, 0, 0, tzinfo=UTC), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        # They go back at 01:00 UTC: 01:30 comes twice, and the first is meant.
        (time(1, 30), datetime(2026, 10, 25, 0, 0, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (time(9, 0), datetime(2026, 11, 20, 9, 0, tzinfo=UTC), datetime(2026, 11, 20, 9, 0, tzinfo=UTC)),
        (time(9, 0), datetime(2026, 11, 20, 9, 1, tzinfo=UTC), datetime(2026, 11, 21, 9, 0, tzinfo=UTC)),
    ],
)
def test_a_local_hour_comes_once_a_day_whatever_the_clocks_do(local: time, after: datetime, at: datetime) -> None:
    assert next_at(local, "Europe/London", after=after) == at


def test_only_those_who_got_it_and_did_not_open_it_are_asked_again(desk: Desk, blast_to: Blasting) -> None:
    people = blast_to("Ana", "Bilal", "Cora")
    desk.deliver()
    opened = Receipt("o1", str(MessageRef(1, Channel.EMAIL, people[0].id)), None, ReceiptKind.OPENED, datetime.now(UTC))
    bounced = Receipt(
        "b1", str(MessageRef(1, Channel.EMAIL, people[1].id)), None, ReceiptKind.BOUNCED, datetime.now(UTC)
    )
    with desk.sessions.begin() as session:
        apply_receipts(session, "notebook", [opened, bounced], now=datetime.now(UTC))
        session.execute(text("UPDATE blasts SET state = 'done', finished_at = now()"))
    with desk.sessions.begin() as session:
        again = ask_silent_again(
            session,
            1,
            AskedAgain("Did you see this?", stale_after=timedelta(hours=12), cap_count=3),
            public_url="http://localhost",
            actor="ana@example.org",
            now=datetime.now(UTC),
            take_back=timedelta(0),
        ).id
    desk.open()
    desk.email.batches.clear()
    desk.deliver()

    assert desk.email.addresses == ["cora@example.org"]
    assert desk.email.batches[0].subject == "Did you see this?"
    for blast_id, why in ((1, "already"), (again, "second asking")):
        with desk.sessions.begin() as session, pytest.raises(BlastRefused, match=why):
            ask_silent_again(
                session,
                blast_id,
                AskedAgain("Again"),
                public_url="http://localhost",
                actor="ana@example.org",
                now=datetime.now(UTC),
            )


def test_an_audience_that_takes_long_to_read_holds_up_neither_the_blast_nor_the_asking(
    desk: Desk, blast_to: Blasting
) -> None:
    blast_to("Ana", "Bilal")
    desk.deliver()

    with desk.sessions.begin() as other, desk.sessions.begin() as session:
        other.execute(text("LOCK TABLE permissions IN ACCESS EXCLUSIVE MODE"))
        session.execute(text("SET LOCAL statement_timeout = '200ms'"))
        counted = count_silent(session, 1)
        made = ask_silent_again(
            session,
            1,
            AskedAgain("Did you see this?"),
            public_url="http://localhost",
            actor="ana@example.org",
            now=datetime.now(UTC),
        )

    assert (counted, made.is_new) == (None, True)


def test_a_manager_may_send_the_unknown_again_and_only_those(desk: Desk, blast_to: Blasting) -> None:
    people = blast_to("Ana", "Bilal")
    desk.email.answer = lambda _: EmailOutcome(Outcome.IN_DOUBT, detail="reset")
    desk.deliver()
    delivered = Receipt(
        "d1", str(MessageRef(1, Channel.EMAIL, people[0].id)), None, ReceiptKind.DELIVERED, datetime.now(UTC)
    )
    with desk.sessions.begin() as session:
        apply_receipts(session, "notebook", [delivered], now=datetime.now(UTC))
        session.execute(text("UPDATE batches SET state = 'unknown', finished_at = now()"))
        session.execute(text("UPDATE blasts SET state = 'done', finished_at = now()"))
    desk.email.batches.clear()
    desk.email.answer = lambda _: EmailOutcome(Outcome.ACCEPTED, provider_ref="E1")

    with desk.sessions.begin() as session:
        count = send_unknown_again(session, 1, actor="ana@example.org", now=datetime.now(UTC))
    desk.deliver()

    assert count == 1
    assert desk.email.addresses == ["bilal@example.org"]
    with desk.sessions() as session:
        assert session.get_one(Blast, 1).state == "running"
    with desk.sessions.begin() as session, pytest.raises(BlastRefused, match="nothing"):
        send_unknown_again(session, 1, actor="ana@example.org", now=datetime.now(UTC))
