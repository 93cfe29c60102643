"""The timeline shows what each stage is for and how it stands; what has fired cannot be changed."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.channel import Channel
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

    stages.cancel_stage(session, stage.id, actor="Dev", now=NOW)
    while_cancelled = fire_due_stages(session, public_url=URL, now=make.KICK_OFF - timedelta(days=2))
    stages.restore_stage(session, stage.id, actor="Dev", now=NOW)
    once_restored = fire_due_stages(session, public_url=URL, now=make.KICK_OFF - timedelta(days=2))

    assert (while_cancelled, [one.outcome for one in once_restored]) == ([], [Firing.OPENED])


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
