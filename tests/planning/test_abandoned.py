"""Of an abandoned match nothing measured from a whistle goes out until somebody says so."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.fixture import Score
from service.domain.stage import Firing
from service.domain.whistle import Deed
from service.planning import fixtures
from service.planning.fixtures import Effect
from service.planning.stage_changes import LookFirst
from service.planning.stage_checks import NeedsLauncher, StageChange
from service.planning.stages import StageRefused, StageState, timeline
from service.planning.whistles import Wish, look
from service.store.tables.campaign import Campaign, Stage
from tests import make
from tests.planning.changing import AUTHOR, change
from tests.planning.test_whistles import HALF, fire, session

__all__ = ["session"]


def abandoned(session: Session) -> Campaign:
    """A match abandoned at half time, with a stage due minutes later and one after full time."""
    campaign = make.campaign(session)
    match = campaign.fixture_id
    make.stage(session, campaign, slug="second-half", anchor="half_time", offset=timedelta(minutes=10))
    make.stage(session, campaign, slug="full", anchor="full_time", offset=timedelta(0))
    make.stage(session, campaign, slug="thanks", offset=timedelta(hours=3))
    fixtures.press_kick_off(session, match, actor="Dev", now=make.KICK_OFF)
    fixtures.press_half_time(session, match, score=Score(1, 0), actor="Dev", now=HALF)
    fixtures.abandon(session, match, actor="Dev", now=HALF + timedelta(minutes=2))
    return campaign


def test_nothing_measured_from_a_whistle_goes_out_of_a_match_that_was_abandoned(session: Session) -> None:
    campaign = abandoned(session)

    assert fire(session, make.KICK_OFF + timedelta(hours=4)) == []
    assert {stage.slug: stage.state for stage in timeline(session, campaign.id)} == dict.fromkeys(
        ["second-half", "full", "thanks"], StageState.HELD
    )


def test_what_somebody_lets_go_on_goes_out_at_its_time(session: Session) -> None:
    campaign = abandoned(session)

    done = change(session, 3, StageChange(goes_on=True), now=HALF + timedelta(minutes=5))
    due_at = done.moved.stages[0].after

    assert due_at == make.KICK_OFF + timedelta(hours=3)
    assert fire(session, HALF + timedelta(minutes=12)) == []
    assert due_at is not None
    assert fire(session, due_at) == [Firing.OPENED]
    assert {stage.slug: stage.state for stage in timeline(session, campaign.id)}["second-half"] is StageState.HELD


@pytest.mark.parametrize(
    ("stage_id", "now", "why"),
    [
        (2, HALF, "whistle that never came"),
        (1, HALF + timedelta(days=2), "too late"),
        (404, HALF, "no such stage"),
    ],
)
def test_what_cannot_go_on_is_said(session: Session, stage_id: int, now: datetime, why: str) -> None:
    abandoned(session)

    with pytest.raises(StageRefused, match=why), session.begin_nested():
        change(session, stage_id, StageChange(goes_on=True), now=now)


def test_what_would_go_out_at_once_by_it_is_seen_first(session: Session) -> None:
    abandoned(session)
    now = make.KICK_OFF + timedelta(hours=3, minutes=5)

    with pytest.raises(LookFirst), session.begin_nested():
        change(session, 3, StageChange(goes_on=True), now=now, seen="")
    with pytest.raises(NeedsLauncher), session.begin_nested():
        change(session, 3, StageChange(goes_on=True), now=now, by=AUTHOR)
    done = change(session, 3, StageChange(goes_on=True), now=now)

    assert done.effect is Effect.FIRES_NOW
    assert fire(session, now) == [Firing.OPENED]


def test_a_new_date_takes_the_word_of_its_own_away(session: Session) -> None:
    campaign = abandoned(session)
    change(session, 3, StageChange(goes_on=True), now=HALF)
    later = make.KICK_OFF + timedelta(days=3)

    fixtures.move_kick_off(session, campaign.fixture_id, kick_off_at=later, actor="Dev", now=HALF)
    fixtures.abandon(session, campaign.fixture_id, actor="Dev", now=HALF)

    session.expire_all()
    assert set(session.scalars(select(Stage.due_at))) == {None}


def test_an_abandoning_says_what_is_going_out_and_goes_on(session: Session) -> None:
    campaign = make.campaign(session)
    make.stage(session, campaign, slug="push", offset=timedelta(hours=-3))
    fire(session, make.KICK_OFF - timedelta(hours=3))

    seen = look(session, campaign.fixture_id, Wish(Deed.ABANDON), actor="Dev", now=make.KICK_OFF)

    assert [(one.campaign_slug, one.title) for one in seen.under_way] == [("fair-trials", "Push")]
