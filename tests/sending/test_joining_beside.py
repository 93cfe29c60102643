"""Who confirms, clicks or signs waits for nobody else who does, nor for a blast that is being written."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, text
from sqlalchemy.orm import Session, sessionmaker

from service.domain.channel import Channel, Pace
from service.domain.doubt import STANDARD
from service.planning.blasts import cancel_blast
from service.sending.due import fire_due_stages
from service.sending.joiners import add_joiner
from service.sending.write import write_next_span
from service.store.queries.renderings import link_to
from service.store.tables.blasts import Blast
from service.store.tables.campaign import Campaign, Link
from service.store.tables.people import Action, Supporter
from tests import make
from tests.sending.conftest import URL, Desk
from tests.waiting import until_it_waits

NOW = datetime.now(UTC)
SMS = (Channel.SMS,)


@contextmanager
def impatient(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """A transaction that waits for nothing."""
    with sessions.begin() as session:
        session.execute(text("SET LOCAL lock_timeout = '50ms'"))
        yield session


@pytest.fixture
def town(desk: Desk) -> Desk:
    """A welcome that is open, and one briefing that catches up and is about to be written, for twenty people."""
    with desk.sessions.begin() as session:
        campaign = make.campaign(session, match=make.fixture(session, kick_off_at=NOW + timedelta(days=1)))
        make.stage(session, campaign, slug="welcome", anchor="sign_up", channels=SMS)
        worth = timedelta(days=7)
        make.stage(
            session,
            campaign,
            slug="briefing",
            channels=SMS,
            catch_up="send",
            stale_after=worth,
            due_at=NOW - timedelta(days=1),
        )
        for place in range(20):
            make.supporter(session, f"Ana{place}", campaign=campaign, phone=f"+4477009001{place:02}")
    with desk.sessions.begin() as session:
        fire_due_stages(session, public_url=URL, now=NOW)
    return desk


def join(session: Session, number: int) -> Supporter:
    """Somebody confirms their mobile."""
    campaign = session.get_one(Campaign, 1)
    who = make.supporter(session, f"New{number}", campaign=campaign, phone=f"+44770090020{number}")
    add_joiner(session, campaign_id=1, supporter_id=who.id, channel=Channel.SMS, now=NOW)
    return who


def got(desk: Desk, name: str) -> list[str]:
    """The stages somebody has a message of."""
    asked = """SELECT b.title FROM messages m JOIN blasts b ON b.id = m.blast_id JOIN supporters s ON s.id = m.supporter_id
        WHERE s.first_name = :name ORDER BY m.blast_id"""
    with desk.sessions() as session:
        return list(session.scalars(text(asked), {"name": name}))


def titles(desk: Desk) -> list[str]:
    with desk.sessions() as session:
        return list(session.scalars(text("SELECT title FROM blasts ORDER BY id")))


def test_two_confirm_and_one_clicks_without_waiting_for_each_other(town: Desk) -> None:
    town.open()

    with town.sessions.begin() as first:
        join(first, 1)
        with impatient(town.sessions) as second:
            join(second, 2)
        with impatient(town.sessions) as clicking:
            click = {"campaign_id": 1, "supporter_id": 1, "blast_id": 1, "kind": "click", "at": NOW}
            clicking.execute(insert(Action).values(**click))

    assert got(town, "New1") == got(town, "New2") == titles(town)


def test_who_confirms_while_a_span_is_being_written_gets_theirs_with_the_last(town: Desk) -> None:
    with town.sessions.begin() as writing:
        write_next_span(writing, span=5)
        with impatient(town.sessions) as confirming:
            join(confirming, 1)
    assert len(got(town, "New1")) == 1

    town.open()

    assert got(town, "New1") == titles(town)
    with town.sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM late_joiners")) == 0
        assert session.scalar(text("SELECT sum(size) FROM batches")) == session.scalar(
            text("SELECT count(*) FROM messages")
        )


def test_the_last_span_waits_for_who_confirms_at_that_moment(town: Desk) -> None:
    with ThreadPoolExecutor(1) as pool, town.sessions.begin() as confirming:
        join(confirming, 1)
        writing = pool.submit(town.open)
        until_it_waits(town.sessions, writing)
        assert not writing.done()
        confirming.commit()
        writing.result()

    assert got(town, "New1") == titles(town)


def test_one_person_who_confirms_twice_at_once_has_one_message(town: Desk) -> None:
    town.open()
    with town.sessions.begin() as session:
        who = make.supporter(session, "Twice", campaign=session.get_one(Campaign, 1), phone="+447700900299").id

    def confirm() -> None:
        with town.sessions.begin() as session:
            add_joiner(session, campaign_id=1, supporter_id=who, channel=Channel.SMS, now=NOW)

    with ThreadPoolExecutor(4) as pool:
        for each in [pool.submit(confirm) for _ in range(4)]:
            each.result()

    assert got(town, "Twice") == titles(town)


def test_who_joins_in_the_moment_a_blast_is_called_done_still_gets_it(town: Desk) -> None:
    town.open()
    with town.sessions.begin() as joining:
        join(joining, 1)
        with impatient(town.sessions) as ticking:
            ticking.execute(text("UPDATE blasts SET state = 'done', finished_at = now() WHERE NOT is_rolling"))

    town.tick(STANDARD)
    town.deliver(Channel.SMS, Pace.PROMPT)

    assert sorted(each.to for each in town.sms.texts) == ["+447700900201"] * 2


def test_who_joins_while_a_blast_is_cancelled_gets_nothing_of_it(town: Desk) -> None:
    town.open()
    with town.sessions.begin() as session:
        briefing = session.query(Blast).filter(~Blast.is_rolling).one().id

    with town.sessions.begin() as joining:
        join(joining, 1)
        with impatient(town.sessions) as cancelling:
            cancel_blast(cancelling, briefing, actor="Cora", now=NOW)
    town.tick(STANDARD)
    town.deliver(Channel.SMS, Pace.PROMPT)

    assert [each.to for each in town.sms.texts] == ["+447700900201"]
    with town.sessions() as session:
        left = text("SELECT count(*) FROM batches WHERE blast_id = :id AND state = 'queued'")
        assert session.scalar(left, {"id": briefing}) == 0


def test_a_link_that_is_known_is_read_and_not_written(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        campaign_id = make.campaign(session).id
        first = link_to(session, campaign_id, "https://example.org/read")
    with desk.sessions.begin() as session:
        version = session.scalar(text("SELECT ctid::text || xmax::text FROM links WHERE id = :id"), {"id": first})

    with desk.sessions.begin() as session:
        session.get_one(Link, first, with_for_update=True)
        with impatient(desk.sessions) as other:
            assert link_to(other, campaign_id, "https://example.org/read") == first
    with desk.sessions() as session:
        now = session.scalar(text("SELECT ctid::text FROM links WHERE id = :id"), {"id": first})
    assert str(version).startswith(str(now))
