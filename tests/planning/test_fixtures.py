"""When the match moves, everything unsent moves with it; what was sent stays sent."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.fixture import FixtureMoveRefused, FixtureState, Result, Score
from service.domain.stage import Firing
from service.planning import fixtures
from service.planning.fixtures import Effect, FixtureUnknown, KickOffPassed
from service.store.queries import opening
from service.store.tables.campaign import Stage
from service.store.tables.house import AuditEntry
from tests import make

NOW = make.KICK_OFF - timedelta(days=1)
LATER = make.KICK_OFF + timedelta(days=3)


def test_every_unsent_stage_moves_with_the_kick_off(session: Session) -> None:
    campaign = make.campaign(session)
    make.stage(session, campaign, slug="sent", offset=timedelta(days=-2))
    make.stage(session, campaign, slug="to-come", offset=timedelta(hours=-3))
    opening.fire(
        session, session.scalars(select(Stage).where(Stage.slug == "sent")).one(), outcome=Firing.OPENED, now=NOW
    )

    moved = fixtures.move_kick_off(session, campaign.fixture_id, kick_off_at=LATER, actor="Dev", now=NOW)

    assert [(each.title, each.after, each.effect) for each in moved.stages] == [
        ("To come", LATER - timedelta(hours=3), Effect.WAITS)
    ]
    due = dict(session.execute(select(Stage.slug, Stage.due_at)).all())
    assert due == {"sent": make.KICK_OFF - timedelta(days=2), "to-come": LATER - timedelta(hours=3)}


def test_stages_of_every_campaign_of_the_match_move(session: Session) -> None:
    match = make.fixture(session)
    for slug in ("one", "two"):
        make.stage(session, make.campaign(session, slug=slug, match=match), offset=timedelta(hours=-3))

    moved = fixtures.move_kick_off(session, match.id, kick_off_at=LATER, actor="Dev", now=NOW)

    assert len(moved.stages) == 2


@pytest.mark.parametrize(
    ("stale_after", "effect"), [(timedelta(hours=12), Effect.FIRES_NOW), (timedelta(hours=1), Effect.TOO_LATE)]
)
def test_a_stage_moved_into_the_past_is_told_of_beforehand(
    session: Session, stale_after: timedelta, effect: Effect
) -> None:
    campaign = make.campaign(session)
    make.stage(session, campaign, offset=timedelta(hours=-3), stale_after=stale_after)

    moved = fixtures.move_kick_off(
        session, campaign.fixture_id, kick_off_at=NOW + timedelta(hours=1), actor="Dev", now=NOW
    )

    assert [each.effect for each in moved.stages] == [effect]


def test_a_postponed_match_holds_its_stages_until_there_is_a_date(session: Session) -> None:
    campaign = make.campaign(session)
    make.stage(session, campaign, offset=timedelta(hours=-3))

    held = fixtures.postpone(session, campaign.fixture_id, until=None, actor="Dev", now=NOW)
    dated = fixtures.move_kick_off(session, campaign.fixture_id, kick_off_at=LATER, actor="Dev", now=NOW)

    assert [(each.after, each.effect) for each in held.stages] == [(None, Effect.HELD)]
    assert [each.after for each in dated.stages] == [LATER - timedelta(hours=3)]
    assert dated.fixture.state is FixtureState.SCHEDULED


def test_kick_off_pressed_late_moves_what_follows_it(session: Session) -> None:
    campaign = make.campaign(session)
    make.stage(session, campaign, offset=timedelta(minutes=10))
    pressed_at = make.KICK_OFF + timedelta(minutes=7)

    moved = fixtures.press_kick_off(session, campaign.fixture_id, actor="Dev", now=pressed_at)

    assert [each.after for each in moved.stages] == [pressed_at + timedelta(minutes=10)]
    assert moved.fixture.score == Score(0, 0)


def test_half_time_and_full_time_wake_the_stages_that_waited_for_them(session: Session) -> None:
    campaign = make.campaign(session)
    make.stage(session, campaign, slug="half", anchor="half_time", offset=timedelta(0))
    make.stage(session, campaign, slug="full", anchor="full_time", offset=timedelta(minutes=5))
    match = campaign.fixture_id
    half_at, full_at = make.KICK_OFF + timedelta(minutes=47), make.KICK_OFF + timedelta(minutes=112)

    fixtures.press_kick_off(session, match, actor="Dev", now=make.KICK_OFF)
    half = fixtures.press_half_time(session, match, score=Score(0, 1), actor="Dev", now=half_at)
    fixtures.press_second_half(session, match, actor="Dev", now=half_at + timedelta(minutes=15))
    full = fixtures.press_full_time(session, match, score=Score(0, 1), actor="Dev", now=full_at)

    assert [(each.title, each.before, each.after) for each in half.stages] == [("Half", None, half_at)]
    assert [each.after for each in full.stages if each.title == "Full"] == [full_at + timedelta(minutes=5)]
    assert full.fixture.result is Result.AWAY_WIN


def test_a_score_stands_through_the_second_half(session: Session) -> None:
    match = make.campaign(session).fixture_id
    fixtures.press_kick_off(session, match, actor="Dev", now=make.KICK_OFF)
    fixtures.press_half_time(session, match, score=Score(1, 0), actor="Dev", now=make.KICK_OFF)

    on_again = fixtures.press_second_half(session, match, actor="Dev", now=make.KICK_OFF)

    assert on_again.fixture.score == Score(1, 0)


def test_a_mistyped_result_can_be_put_right(session: Session) -> None:
    match = make.campaign(session).fixture_id
    fixtures.press_kick_off(session, match, actor="Dev", now=make.KICK_OFF)
    fixtures.press_full_time(session, match, score=Score(1, 0), actor="Dev", now=make.KICK_OFF)

    corrected = fixtures.correct_score(session, match, score=Score(0, 1), actor="Dev", now=make.KICK_OFF)

    assert corrected.fixture.result is Result.AWAY_WIN


def test_there_is_no_score_to_put_right_before_kick_off(session: Session) -> None:
    match = make.campaign(session).fixture_id

    with pytest.raises(FixtureMoveRefused, match="scheduled has no score to put right"):
        fixtures.correct_score(session, match, score=Score(0, 1), actor="Dev", now=NOW)


@pytest.mark.parametrize("by_way_of_no_date", [True, False])
def test_an_abandoned_match_played_again_begins_anew(session: Session, by_way_of_no_date: bool) -> None:
    campaign = make.campaign(session)
    match = campaign.fixture_id
    make.stage(session, campaign, anchor="half_time", offset=timedelta(0))
    fixtures.press_kick_off(session, match, actor="Dev", now=make.KICK_OFF)
    fixtures.press_half_time(session, match, score=Score(1, 0), actor="Dev", now=make.KICK_OFF)
    fixtures.abandon(session, match, actor="Dev", now=make.KICK_OFF)

    if by_way_of_no_date:
        fixtures.postpone(session, match, until=None, actor="Dev", now=make.KICK_OFF)
    again = fixtures.postpone(session, match, until=LATER, actor="Dev", now=make.KICK_OFF)

    assert (again.fixture.state, again.fixture.score) == (FixtureState.SCHEDULED, None)
    assert session.scalars(select(Stage.due_at)).all() == [None]


def test_a_match_that_has_begun_has_a_kick_off_that_stays(session: Session) -> None:
    match = make.campaign(session).fixture_id
    fixtures.press_kick_off(session, match, actor="Dev", now=make.KICK_OFF)

    with pytest.raises(KickOffPassed):
        fixtures.move_kick_off(session, match, kick_off_at=LATER, actor="Dev", now=make.KICK_OFF)


def test_half_time_does_not_come_before_kick_off(session: Session) -> None:
    match = make.campaign(session).fixture_id

    with pytest.raises(FixtureMoveRefused, match="the match has not begun, so it cannot be at half time"):
        fixtures.press_half_time(session, match, score=Score(0, 0), actor="Dev", now=NOW)


def test_an_abandoned_match_holds_what_hangs_on_its_kick_off(session: Session) -> None:
    campaign = make.campaign(session)
    make.stage(session, campaign, offset=timedelta(hours=3))
    fixtures.press_kick_off(session, campaign.fixture_id, actor="Dev", now=make.KICK_OFF)

    ended = fixtures.abandon(session, campaign.fixture_id, actor="Dev", now=make.KICK_OFF)

    assert [each.effect for each in ended.stages] == [Effect.HELD]


def test_who_moved_the_match_is_remembered(session: Session) -> None:
    match = make.campaign(session).fixture_id

    fixtures.move_kick_off(session, match, kick_off_at=LATER, actor="Dev", now=NOW)

    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.actor, entry.deed, entry.details["after"]) == ("Dev", "kick-off moved", LATER.isoformat())


def test_a_match_nobody_knows_is_said_to_be_unknown(session: Session) -> None:
    with pytest.raises(FixtureUnknown):
        fixtures.press_kick_off(session, 404, actor="Dev", now=NOW)
