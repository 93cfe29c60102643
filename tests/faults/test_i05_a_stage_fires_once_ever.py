"""I5: a stage fires once at most, ever; a moved fixture re-times only what has not fired."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from service.domain.channel import Channel
from service.planning import fixtures
from service.planning.blasts import BlastRefused, resume_blast
from service.planning.releasing import look_at_release, release_stage
from service.planning.stage_changes import change_stage
from service.planning.stage_checks import Changer, NewLimits, StageChange
from service.planning.stages import CopyView, StageRefused
from service.sending.sweep import tick
from tests import make
from tests.faults.common import AT_ONCE, at_once
from tests.sending.conftest import URL, Desk

pytestmark = pytest.mark.at_any_hour


@pytest.fixture
def soon(desk: Desk) -> datetime:
    """A kick-off tomorrow, with a stage a day before it, due just now."""
    kick_off_at = datetime.now(UTC) + timedelta(hours=23, minutes=59)
    with desk.sessions.begin() as session:
        match = make.fixture(session, kick_off_at=kick_off_at)
        campaign = make.campaign(session, match=match)
        make.supporter(session, "Ana", campaign=campaign)
        make.stage(
            session, campaign, slug="day-before", offset=timedelta(days=-1), due_at=kick_off_at - timedelta(days=1)
        )
        make.stage(
            session, campaign, slug="hour-before", offset=timedelta(hours=-1), due_at=kick_off_at - timedelta(hours=1)
        )
    return kick_off_at


def _firings(desk: Desk) -> list[tuple[str, str]]:
    question = text("SELECT slug, outcome FROM stage_firings JOIN stages ON stages.id = stage_id ORDER BY slug")
    with desk.sessions() as session:
        return [(row.slug, row.outcome) for row in session.execute(question)]


def test_i05_fired_postponed_moved_back_and_ticked_again_it_has_fired_once(desk: Desk, soon: datetime) -> None:
    desk.tick(AT_ONCE)
    with desk.sessions.begin() as session:
        fixtures.postpone(session, 1, until=soon + timedelta(days=7), actor="Cora", now=datetime.now(UTC))
    desk.tick(AT_ONCE)
    with desk.sessions.begin() as session:
        fixtures.move_kick_off(session, 1, kick_off_at=soon, actor="Cora", now=datetime.now(UTC))
    desk.tick(AT_ONCE)

    assert _firings(desk) == [("day-before", "opened")]


def test_i05_brought_forward_past_its_hour_it_is_skipped_or_fired_once(desk: Desk, soon: datetime) -> None:
    now = datetime.now(UTC)
    with desk.sessions.begin() as session:
        fixtures.move_kick_off(session, 1, kick_off_at=now + timedelta(minutes=5), actor="Cora", now=now)

    for _ in range(3):
        desk.tick(AT_ONCE)

    assert _firings(desk) == [("day-before", "skipped_late"), ("hour-before", "opened")]


def test_i05_three_tickers_in_the_same_second_fire_it_once(desk: Desk, soon: datetime) -> None:
    at_once(*[lambda: tick(desk.sessions, public_url=URL, policy=AT_ONCE)] * 3)
    desk.tick(AT_ONCE)

    assert _firings(desk) == [("day-before", "opened")]
    with desk.sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM blasts")) == 1


def test_i05_released_by_two_while_three_tickers_come_by_it_fires_once(desk: Desk, soon: datetime) -> None:
    author, launcher = Changer("dev@example.org", may_launch=False), Changer("cora@example.org", may_launch=True)
    now = datetime.now(UTC)
    with desk.sessions.begin() as session:
        limited = StageChange(limits=NewLimits(None, 3))
        change_stage(session, 1, limited, by=author, public_url=URL, now=now)
    desk.tick(AT_ONCE)
    unreleased = _firings(desk)
    with desk.sessions() as session:
        seen = look_at_release(session, 1, now=now).seen
        session.rollback()

    def release() -> None:
        with desk.sessions() as session, suppress(StageRefused):
            release_stage(session, 1, seen=seen, by=launcher, now=now)
            session.commit()

    at_once(*[release] * 2, *[lambda: tick(desk.sessions, public_url=URL, policy=AT_ONCE)] * 3)
    desk.tick(AT_ONCE)

    assert unreleased == []
    assert _firings(desk) == [("day-before", "opened")]
    with desk.sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM blasts")) == 1
        released = "SELECT count(*) FROM audit_entries WHERE deed = 'stage released'"
        assert session.scalar(text(released)) == 1


def test_i05_paused_for_its_words_mended_and_resumed_it_goes_to_each_once(desk: Desk, soon: datetime) -> None:
    launcher, now = Changer("cora@example.org", may_launch=True), datetime.now(UTC)
    with desk.sessions.begin() as session:
        session.execute(text("UPDATE copies SET body = 'It is {score}' WHERE stage_id = 1"))
    desk.tick(AT_ONCE)
    mended = StageChange(
        copies=(
            CopyView(Channel.EMAIL, "en", "", "Mended", "", "Hello"),
            CopyView(Channel.SMS, "en", "", "", "", "Hello. STOP to end"),
        )
    )
    with desk.sessions.begin() as session:
        change_stage(session, 1, mended, by=launcher, public_url=URL, now=now)

    def resume() -> None:
        with desk.sessions() as session, suppress(BlastRefused):
            resume_blast(session, 1, actor="Cora", now=now)
            session.commit()

    at_once(*[resume] * 2, *[lambda: tick(desk.sessions, public_url=URL, policy=AT_ONCE)] * 3)
    for _ in range(2):
        desk.tick(AT_ONCE)
        at_once(*[desk.open] * 3)
        desk.deliver()

    assert _firings(desk) == [("day-before", "opened")]
    assert desk.states() == {"Ana": "accepted"}
    assert len(desk.email.refs) == 1
