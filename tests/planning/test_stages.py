"""The timeline shows what each stage is for and how it stands; what has fired cannot be changed."""

from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from service.domain.channel import Channel
from service.domain.fixture import Score
from service.domain.stage import Firing
from service.planning import fixtures, stages
from service.planning.blasts import cancel_blast
from service.planning.stages import StageRefused, StageState
from service.sending.due import fire_due_stages
from service.store.queries import opening
from tests import make
from tests.planning.changing import put_back

URL = "https://example.org"
NOW = make.KICK_OFF - timedelta(days=1)


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
    put_back(session, stage.id, now=due_at)
    once_restored = fire_due_stages(session, public_url=URL, now=due_at)

    assert (while_cancelled, [one.outcome for one in once_restored]) == ([], [Firing.OPENED])


def test_a_stage_whose_blast_was_cancelled_is_not_put_back(session: Session) -> None:
    campaign = make.campaign(session)
    stage = make.stage(session, campaign)
    due_at = make.KICK_OFF - timedelta(days=2)
    (fired,) = fire_due_stages(session, public_url=URL, now=due_at)
    cancel_blast(session, fired.blast_id or 0, actor="Dev", now=due_at)
    session.expire_all()

    (view,) = stages.timeline(session, campaign.id)
    with pytest.raises(StageRefused, match="this one has opened"), session.begin_nested():
        put_back(session, stage.id, now=due_at)

    assert (view.state, view.may_be_put_back) == (StageState.CANCELLED, False)


def test_a_stage_put_back_after_the_match_moved_is_due_at_its_new_time(session: Session) -> None:
    campaign = make.campaign(session)
    stage = make.stage(session, campaign)
    later = make.KICK_OFF + timedelta(days=3)

    stages.cancel_stage(session, stage.id, actor="Dev", now=NOW)
    fixtures.move_kick_off(session, campaign.fixture_id, kick_off_at=later, actor="Dev", now=NOW)
    put_back(session, stage.id, now=NOW)

    assert [view.due_at for view in stages.timeline(session, campaign.id)] == [later - timedelta(days=2)]


def test_a_stage_skipped_as_too_late_comes_back_once_the_match_has_moved(session: Session) -> None:
    campaign = make.campaign(session)
    stage = make.stage(session, campaign, stale_after=timedelta(hours=1))
    fire_due_stages(session, public_url=URL, now=NOW)
    session.expire_all()

    with pytest.raises(StageRefused, match="too late"), session.begin_nested():
        put_back(session, stage.id, now=NOW)
    fixtures.move_kick_off(
        session, campaign.fixture_id, kick_off_at=make.KICK_OFF + timedelta(days=3), actor="Dev", now=NOW
    )
    put_back(session, stage.id, now=NOW)

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
        put_back(session, away.id, now=at_the_end)
    fixtures.correct_score(session, match, score=Score(0, 1), actor="Dev", now=at_the_end)
    put_back(session, away.id, now=at_the_end)
    opened = fire_due_stages(session, public_url=URL, now=at_the_end)

    assert [one.outcome for one in (*skipped, *opened)] == [Firing.SKIPPED_RESULT, Firing.OPENED]


def test_a_stage_that_fired_cannot_be_cancelled(session: Session) -> None:
    campaign = make.campaign(session)
    stage = make.stage(session, campaign)
    opening.fire(session, stage, outcome=Firing.OPENED, now=NOW)
    session.expire_all()

    with pytest.raises(StageRefused):
        stages.cancel_stage(session, stage.id, actor="Dev", now=NOW)


def test_one_stage_is_found_without_counting_any_audience(session: Session) -> None:
    campaign = make.campaign(session)
    make.supporter(session, "Ana", campaign=campaign)
    for number in range(20):
        make.stage(session, campaign, slug=f"stage-{number}")
    session.flush()
    said: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda _, __, words, *___: said.append(words))

    found = stages.find_stage(session, campaign.id, "stage-7")
    many = len(said)

    assert found is not None
    assert (found.title, found.audience, many) == ("Stage 7", {}, 2)
    assert not [words for words in said if "permissions" in words]
    assert stages.with_audience(session, campaign.id, found).audience == {Channel.EMAIL: 1, Channel.SMS: 0}
    assert stages.find_stage(session, campaign.id, "nosuch") is None
