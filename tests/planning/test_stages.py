"""The timeline shows what each stage is for and how it stands; what has fired cannot be changed."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.channel import Channel
from service.domain.fixture import Score
from service.domain.stage import Firing
from service.planning import fixtures, stages
from service.planning.blasts import CopyRefused
from service.planning.stages import CopyView, StageRefused, StageState
from service.sending.due import fire_due_stages
from service.store.queries import opening
from service.store.tables.campaign import Stage
from tests import make

URL = "https://example.org"
NOW = make.KICK_OFF - timedelta(days=1)


def words(body: str, *, channel: Channel = Channel.SMS, subject: str = "") -> CopyView:
    return CopyView(channel, "en", "", subject, "", body)


def test_the_timeline_runs_from_the_welcome_to_full_time(session: Session) -> None:
    campaign = make.campaign(session)
    make.stage(session, campaign, slug="full", anchor="full_time", offset=timedelta(minutes=5))
    make.stage(session, campaign, slug="half", anchor="half_time", offset=timedelta(0))
    make.stage(session, campaign, slug="early", offset=timedelta(days=-2))
    make.stage(session, campaign, slug="second-half", offset=timedelta(minutes=65))
    make.stage(session, campaign, slug="welcome", anchor="sign_up", offset=timedelta(0), catch_up="send")

    views = stages.timeline(session, campaign.id)

    assert [view.slug for view in views] == ["welcome", "early", "half", "second-half", "full"]
    assert [view.state for view in views] == [
        StageState.PLANNED,
        StageState.PLANNED,
        StageState.WAITING,
        StageState.PLANNED,
        StageState.WAITING,
    ]


def test_a_planned_stage_shows_whom_it_would_reach_now(session: Session) -> None:
    campaign = make.campaign(session)
    make.stage(session, campaign)
    make.supporter(session, "Ana", campaign=campaign, phone="+447700900001")
    make.supporter(session, "Bilal", campaign=campaign)

    (view,) = stages.timeline(session, campaign.id)

    assert view.audience == {Channel.EMAIL: 2, Channel.SMS: 1}


def test_a_stage_that_fired_shows_its_blast(session: Session) -> None:
    campaign = make.campaign(session)
    make.stage(session, campaign)

    fire_due_stages(session, public_url=URL, now=make.KICK_OFF - timedelta(days=2))
    (view,) = stages.timeline(session, campaign.id)

    assert (view.state, view.blast_state) == (StageState.OPEN, "opening")


def test_a_skipped_stage_says_why(session: Session) -> None:
    campaign = make.campaign(session)
    make.stage(session, campaign, stale_after=timedelta(hours=1))

    fire_due_stages(session, public_url=URL, now=NOW)

    assert [view.state for view in stages.timeline(session, campaign.id)] == [StageState.SKIPPED_LATE]


def test_stages_of_a_postponed_match_are_held(session: Session) -> None:
    campaign = make.campaign(session)
    make.stage(session, campaign)

    fixtures.postpone(session, campaign.fixture_id, until=None, actor="Dev", now=NOW)

    assert [view.state for view in stages.timeline(session, campaign.id)] == [StageState.HELD]


def test_a_cancelled_stage_is_never_sent_unless_it_is_put_back(session: Session) -> None:
    campaign = make.campaign(session)
    stage = make.stage(session, campaign)
    due_at = make.KICK_OFF - timedelta(days=2)

    stages.cancel_stage(session, stage.id, actor="Dev", now=due_at)
    while_cancelled = fire_due_stages(session, public_url=URL, now=due_at)
    stages.restore_stage(session, stage.id, actor="Dev", now=due_at)
    once_restored = fire_due_stages(session, public_url=URL, now=due_at)

    assert (while_cancelled, [one.outcome for one in once_restored]) == ([], [Firing.OPENED])


def test_a_stage_put_back_after_the_match_moved_is_due_at_its_new_time(session: Session) -> None:
    campaign = make.campaign(session)
    stage = make.stage(session, campaign)
    later = make.KICK_OFF + timedelta(days=3)

    stages.cancel_stage(session, stage.id, actor="Dev", now=NOW)
    fixtures.move_kick_off(session, campaign.fixture_id, kick_off_at=later, actor="Dev", now=NOW)
    stages.restore_stage(session, stage.id, actor="Dev", now=NOW)

    assert [view.due_at for view in stages.timeline(session, campaign.id)] == [later - timedelta(days=2)]


def test_a_stage_skipped_as_too_late_comes_back_once_the_match_has_moved(session: Session) -> None:
    campaign = make.campaign(session)
    stage = make.stage(session, campaign, stale_after=timedelta(hours=1))
    fire_due_stages(session, public_url=URL, now=NOW)
    session.expire_all()

    with pytest.raises(StageRefused, match="too late"), session.begin_nested():
        stages.restore_stage(session, stage.id, actor="Dev", now=NOW)
    fixtures.move_kick_off(
        session, campaign.fixture_id, kick_off_at=make.KICK_OFF + timedelta(days=3), actor="Dev", now=NOW
    )
    stages.restore_stage(session, stage.id, actor="Dev", now=NOW)

    assert [view.state for view in stages.timeline(session, campaign.id)] == [StageState.PLANNED]


def test_after_a_score_is_put_right_the_stage_for_the_true_result_can_go_out(session: Session) -> None:
    campaign = make.campaign(session)
    match, at_the_end = campaign.fixture_id, make.KICK_OFF + timedelta(hours=2)
    away = make.stage(session, campaign, anchor="full_time", offset=timedelta(0), only_result="away_win")
    fixtures.press_kick_off(session, match, actor="Dev", now=make.KICK_OFF)
    fixtures.press_full_time(session, match, score=Score(1, 0), actor="Dev", now=at_the_end)
    skipped = fire_due_stages(session, public_url=URL, now=at_the_end)
    session.expire_all()

    with pytest.raises(StageRefused, match="another result"), session.begin_nested():
        stages.restore_stage(session, away.id, actor="Dev", now=at_the_end)
    fixtures.correct_score(session, match, score=Score(0, 1), actor="Dev", now=at_the_end)
    stages.restore_stage(session, away.id, actor="Dev", now=at_the_end)
    opened = fire_due_stages(session, public_url=URL, now=at_the_end)

    assert [one.outcome for one in (*skipped, *opened)] == [Firing.SKIPPED_RESULT, Firing.OPENED]


def test_an_unfired_stage_can_be_moved_against_the_kick_off(session: Session) -> None:
    campaign = make.campaign(session)
    stage = make.stage(session, campaign)

    stages.change_timing(
        session, stage.id, offset=timedelta(hours=-1), stale_after=timedelta(minutes=50), actor="Dev", now=NOW
    )

    assert session.scalars(select(Stage.due_at)).one() == make.KICK_OFF - timedelta(hours=1)


def test_a_stage_that_fired_cannot_be_changed(session: Session) -> None:
    campaign = make.campaign(session)
    stage = make.stage(session, campaign)
    opening.fire(session, stage, outcome=Firing.OPENED, now=NOW)
    session.expire_all()

    with pytest.raises(StageRefused):
        stages.cancel_stage(session, stage.id, actor="Dev", now=NOW)
    with pytest.raises(StageRefused):
        stages.change_copies(session, stage.id, [words("New")], public_url=URL, actor="Dev", now=NOW)
    with pytest.raises(StageRefused):
        stages.change_timing(
            session, stage.id, offset=timedelta(0), stale_after=timedelta(hours=1), actor="Dev", now=NOW
        )
    with pytest.raises(StageRefused):
        stages.restore_stage(session, stage.id, actor="Dev", now=NOW)


def test_a_stage_says_its_new_words(session: Session) -> None:
    campaign = make.campaign(session)
    stage = make.stage(session, campaign, channels=[Channel.SMS])

    stages.change_copies(session, stage.id, [words("Sign {petition_link}")], public_url=URL, actor="Dev", now=NOW)

    assert [copy.body for copy in stages.copies_of_stage(session, stage.id)] == ["Sign {petition_link}"]


def test_only_a_stage_that_waits_for_the_referee_may_name_a_score(session: Session) -> None:
    campaign = make.campaign(session)
    before = make.stage(session, campaign, slug="before", channels=[Channel.SMS])
    half = make.stage(session, campaign, slug="half", anchor="half_time", offset=timedelta(0), channels=[Channel.SMS])

    stages.change_copies(session, half.id, [words("It is {score}")], public_url=URL, actor="Dev", now=NOW)

    with pytest.raises(CopyRefused, match="score"):
        stages.change_copies(session, before.id, [words("It is {score}")], public_url=URL, actor="Dev", now=NOW)
