"""A kick-off moved in the very second a stage comes due: neither waits for the other, and nothing goes out early."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from service.planning.fixtures import Moved, move_kick_off
from service.planning.releasing import look_at_release, release_stage
from service.planning.stage_changes import LookFirst, change_stage
from service.planning.stages import StageRefused
from service.sending.due import Fired, fire_due_stages
from service.store.queries import loading
from service.store.tables.campaign import Stage
from tests import make
from tests.planning.changing import AUTHOR, LAUNCHER, timing

URL = "https://example.org"
DUE = make.KICK_OFF - timedelta(days=2)
EARLIER = DUE - timedelta(days=1)
LATER = make.KICK_OFF + timedelta(days=3)


def planned(sessions: sessionmaker[Session]) -> int:
    with sessions() as session:
        campaign = make.campaign(session)
        make.stage(session, campaign)
        session.commit()
        return campaign.fixture_id


def fire_slowly(sessions: sessionmaker[Session], has_fired: Event) -> list[Fired]:
    with sessions() as session:
        fired = fire_due_stages(session, public_url=URL, now=DUE)
        has_fired.set()
        # Long enough for whoever wants the stage to come and stand behind it.
        session.connection().exec_driver_sql("SELECT pg_sleep(0.3)")
        session.commit()
        return fired


def test_a_stage_of_a_match_that_is_being_moved_waits_for_the_next_look(sessions: sessionmaker[Session]) -> None:
    fixture_id = planned(sessions)

    with sessions() as moving, sessions() as firing:
        loading.hold_fixture(moving, fixture_id)
        fired = fire_due_stages(firing, public_url=URL, now=DUE)
        firing.commit()
        move_kick_off(moving, fixture_id, kick_off_at=LATER, actor="Dev", now=DUE)
        moving.commit()
        fired_later = fire_due_stages(firing, public_url=URL, now=DUE)

    assert (fired, fired_later) == ([], [])


def test_a_move_waits_for_a_stage_that_is_firing_and_leaves_it_sent(sessions: sessionmaker[Session]) -> None:
    fixture_id = planned(sessions)
    has_fired = Event()

    def move() -> Moved:
        has_fired.wait(60)
        with sessions() as session:
            moved = move_kick_off(session, fixture_id, kick_off_at=LATER, actor="Dev", now=DUE)
            session.commit()
            return moved

    with ThreadPoolExecutor(2) as pool:
        firing, moving = pool.submit(fire_slowly, sessions, has_fired), pool.submit(move)
        fired, moved = firing.result(60), moving.result(60)

    assert (len(fired), moved.stages) == (1, ())
    with sessions() as session:
        assert session.scalars(select(Stage.due_at)).one() == DUE


def test_a_stage_that_an_author_is_changing_does_not_fire_then_nor_afterwards(sessions: sessionmaker[Session]) -> None:
    planned(sessions)

    with sessions() as changing, sessions() as firing:
        change_stage(changing, 1, timing(timedelta(days=-2, minutes=1)), by=AUTHOR, public_url=URL, now=EARLIER)
        fired = fire_due_stages(firing, public_url=URL, now=DUE)
        firing.commit()
        changing.commit()
        fired_later = fire_due_stages(firing, public_url=URL, now=DUE + timedelta(hours=1))

    assert (fired, fired_later) == ([], [])


def test_an_author_waits_for_a_stage_that_is_firing_and_is_told(sessions: sessionmaker[Session]) -> None:
    planned(sessions)
    has_fired = Event()

    def change() -> str:
        has_fired.wait(60)
        with sessions() as session, pytest.raises(StageRefused) as refused:
            change_stage(session, 1, timing(timedelta(days=-1)), by=AUTHOR, public_url=URL, now=EARLIER)
        return str(refused.value)

    with ThreadPoolExecutor() as pool:
        firing, changing = pool.submit(fire_slowly, sessions, has_fired), pool.submit(change)
        fired, said = firing.result(60), changing.result(60)

    assert len(fired) == 1
    assert said == "this stage has fired; it cannot be changed"


def test_a_release_waits_for_an_author_who_is_changing_it_and_is_looked_at_anew(
    sessions: sessionmaker[Session],
) -> None:
    planned(sessions)
    with sessions.begin() as session:
        change_stage(session, 1, timing(timedelta(days=-1)), by=AUTHOR, public_url=URL, now=EARLIER)
    with sessions() as session:
        seen = look_at_release(session, 1, now=EARLIER).seen
        session.rollback()
    is_changing = Event()

    def change() -> None:
        with sessions.begin() as session:
            change_stage(session, 1, timing(timedelta(hours=-9)), by=AUTHOR, public_url=URL, now=EARLIER)
            is_changing.set()
            # Long enough for the release to come and stand behind it.
            session.connection().exec_driver_sql("SELECT pg_sleep(0.3)")

    def release() -> bool:
        is_changing.wait(60)
        with sessions() as session, pytest.raises(LookFirst):
            release_stage(session, 1, seen=seen, by=LAUNCHER, now=EARLIER)
        return True

    with ThreadPoolExecutor() as pool:
        changing, releasing = pool.submit(change), pool.submit(release)
        changing.result(60)
        refused = releasing.result(60)

    assert refused
    with sessions() as session:
        assert session.scalars(select(Stage.unreleased_by)).one() == AUTHOR.name
