"""Whoever a file says must be left alone is left alone, and no intent and no STOP waits for it longer than it must."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session, sessionmaker

from service.consenting.consent import Evidence, suppress_address, withdraw_consent
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.planning.files.reading import Reading
from service.planning.files.sheet import SheetRow
from service.planning.importing import Importing, bring_chunk
from service.planning.leaving import leave_all_alone
from service.store.queries.consents import lock_for_intent
from service.store.queries.leaving import AT_ONCE, Leaving
from service.store.tables.people import Consent, Permission, Supporter, Suppression
from tests import make
from tests.waiting import once_at, until_it_waits

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
EARLIER = NOW - timedelta(days=30)
PROOF = {"consent_wording": "I agree", "consent_at": "2026-10-01T12:00+00:00"}


@pytest.fixture
def campaign_id(sessions: sessionmaker[Session]) -> int:
    with sessions.begin() as session:
        return make.campaign(session).id


def rows(*people: dict[str, str]) -> list[SheetRow]:
    return [SheetRow(number, number, typed) for number, typed in enumerate(people, start=2)]


def leaving(number: int, reason: Suppressed = Suppressed.LEFT, at: datetime | None = EARLIER) -> Leaving:
    address = f"p{number}@example.org"
    return Leaving(Channel.EMAIL, address, make.KEY.hash(Channel.EMAIL, address), reason, "fair", at)


def reasons(sessions: sessionmaker[Session]) -> list[tuple[str, datetime]]:
    with sessions() as session:
        return [(row.reason, row.at) for row in session.scalars(select(Suppression))]


def test_of_a_thousand_who_left_a_hundred_at_most_are_left_alone_while_others_wait(
    sessions: sessionmaker[Session],
) -> None:
    held: list[list[str]] = []

    @contextmanager
    def transaction() -> Iterator[Session]:
        said: list[str] = []
        with sessions.begin() as session:
            event.listen(session.connection(), "before_cursor_execute", lambda _, __, words, *___: said.append(words))
            yield session
        place = next(number for number, words in enumerate(said) if "pg_advisory_xact_lock" in words)
        held.append(said[place + 1 :])

    count = leave_all_alone(transaction, [leaving(number) for number in range(1_000)], now=NOW)

    assert count == len(reasons(sessions)) == 1_000
    assert len(held) == 1_000 / AT_ONCE
    assert all(len(statements) == 2 for statements in held)
    assert AT_ONCE <= 100


def test_who_is_left_alone_already_and_people_who_come_wait_for_no_intent(
    sessions: sessionmaker[Session], campaign_id: int
) -> None:
    with sessions.begin() as session:
        make.supporter(session, "Bilal", campaign=session.get_one(make.Campaign, campaign_id))
        suppress_address(
            session,
            channel=Channel.EMAIL,
            address="p1@example.org",
            key=make.KEY,
            reason=Suppressed.COMPLAINT,
            now=EARLIER,
        )
    chunk = rows(
        {"email": "p1@example.org", "left_email": "yes"},
        {"email": "ana@example.org", "consent_email": "yes", **PROOF},
        {"email": "bilal@example.org", "tags": "stall"},
    )

    with sessions() as intent:
        lock_for_intent(intent)
        done = bring_chunk(chunk, Importing(sessions.begin, campaign_id, Reading(make.KEY, "fair", NOW)))

    assert (done.new, done.permitted, done.known) == (1, 1, 1)
    assert reasons(sessions) == [("complaint", EARLIER)]


def test_a_stop_that_comes_while_a_file_comes_in_is_obeyed_and_neither_is_run_again(
    sessions: sessionmaker[Session], campaign_id: int
) -> None:
    with sessions.begin() as session:
        campaign = session.get_one(make.Campaign, campaign_id)
        ana = make.supporter(session, "Ana", campaign=campaign, phone="+447700900123").id
        # The consent that stands is for a number she had before, so that the file's is given in its place.
        standing = select(Permission).where(Permission.supporter_id == ana, Permission.channel == "sms")
        session.scalars(standing).one().address_hash = make.KEY.hash(Channel.SMS, "+447700900199")
    stopping: list[Future[None]] = []
    brought: list[str] = []

    def stop() -> None:
        with sessions.begin() as session:
            withdraw_consent(
                session,
                supporter_id=ana,
                channel=Channel.SMS,
                reason=Suppressed.STOP,
                evidence=Evidence(wording="STOP", source="text"),
                now=NOW,
            )

    def meanwhile() -> None:
        stopping.append(pool.submit(stop))
        until_it_waits(sessions, stopping[0])

    @contextmanager
    def transaction() -> Iterator[Session]:
        with sessions.begin() as session:
            if not stopping:
                once_at(session.connection(), "INSERT INTO actions", "before", meanwhile)
            once_at(session.connection(), "UPDATE incoming SET gone", "before", lambda: brought.append("once"))
            yield session

    chunk = rows(
        {"phone": "+447700900123", "consent_sms": "yes", **PROOF}, {"phone": "+447700900124", "left_sms": "yes"}
    )
    with ThreadPoolExecutor(1) as pool:
        done = bring_chunk(chunk, Importing(transaction, campaign_id, Reading(make.KEY, "fair", NOW)))
        stopping[0].result()

    assert (done.permitted, done.left, brought) == (1, 1, ["once"])
    assert sorted(reason for reason, _ in reasons(sessions)) == ["left", "stop"]
    with sessions() as session:
        assert session.scalars(standing).all() == []


def test_a_consent_in_a_file_that_also_says_they_left_lets_nothing_through(
    sessions: sessionmaker[Session], campaign_id: int
) -> None:
    chunk = rows(
        {"email": "ana@example.org", "consent_email": "yes", **PROOF},
        {"email": "ana@example.org", "left_email": "yes"},
    )

    done = bring_chunk(chunk, Importing(sessions.begin, campaign_id, Reading(make.KEY, "fair", NOW)))

    assert (done.new, done.permitted, done.suppressed, done.left) == (1, 0, 1, 1)
    with sessions() as session:
        assert session.scalars(select(Permission)).all() == []
        assert session.scalars(select(Consent)).all() == []
        assert session.scalars(select(Supporter.email)).all() == ["ana@example.org"]


@pytest.mark.parametrize(
    ("reason", "at", "stands"),
    [
        (Suppressed.LEFT, None, ("left", EARLIER)),
        (Suppressed.LEFT, EARLIER - timedelta(days=1), ("left", EARLIER)),
        (Suppressed.LEFT, NOW, ("left", NOW)),
        (Suppressed.COMPLAINT, EARLIER, ("complaint", EARLIER)),
        (Suppressed.INVALID, NOW, ("left", EARLIER)),
    ],
)
def test_what_a_file_says_of_leaving_moves_what_stands_only_where_it_says_more(
    sessions: sessionmaker[Session], reason: Suppressed, at: datetime | None, stands: tuple[str, datetime]
) -> None:
    leave_all_alone(sessions.begin, [leaving(1)], now=NOW)

    leave_all_alone(sessions.begin, [leaving(1, reason, at)], now=NOW)

    assert reasons(sessions) == [stands]


def test_a_wish_to_leave_takes_back_what_was_given_though_the_address_is_dead(
    sessions: sessionmaker[Session], campaign_id: int
) -> None:
    with sessions.begin() as session:
        ana = make.supporter(session, "Ana", campaign=session.get_one(make.Campaign, campaign_id))
        assert ana.email is not None
        hashed = make.KEY.hash(Channel.EMAIL, ana.email)
        session.add(Suppression(channel="email", address_hash=hashed, reason="complaint", at=EARLIER))
    wish = Leaving(Channel.EMAIL, "ana@example.org", hashed, Suppressed.LEFT, "fair", None)

    leave_all_alone(sessions.begin, [wish], now=NOW)

    with sessions() as session:
        assert session.scalars(select(Permission)).all() == []
        assert session.scalars(select(Consent.act).order_by(Consent.id)).all() == ["given", "withdrawn"]
