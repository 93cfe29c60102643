"""Planned messages that go to many: approved by a second person as they stand, whatever makes them due."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from service.domain.channel import Channel
from service.domain.fixture import Score
from service.domain.stage import Firing
from service.planning import fixtures
from service.planning.approving import (
    NotTheSame,
)
from service.planning.blasts import resume_blast
from service.planning.exporting import export_campaign
from service.planning.loading import load_campaign
from service.planning.stage_checks import StageChange
from service.planning.stages import StageState, cancel_stage, timeline
from service.sending.approving_notices import ask_for_approvals, look_ahead
from service.store.tables.blasts import Blast
from service.store.tables.campaign import Campaign, Stage
from service.wording.campaign_reader import read_campaign
from service.wording.campaign_writer import write_campaign
from tests import make
from tests.attacks.approving import (
    ANA,
    BILAL,
    DUE,
    NOW,
    URL,
    WAITS,
    fire,
    fresh,
    open_due,
    stage_look,
    stage_of,
    yes,
)
from tests.planning.changing import change, put_back, timing, words


def test_a_planned_message_waits_and_fires_once_approved_at_the_cost_approved(
    session: Session, campaign: Campaign
) -> None:
    stage = stage_of(session, campaign)

    planned = [view.approval for view in timeline(session, campaign.id)]
    before = fire(session)
    yes(session, stage_look(session, stage))
    after = fire(session)

    assert planned == [WAITS]
    assert (before, after) == ([], [Firing.OPENED])
    assert session.query(Blast).one().spend_cap == 27


def change_words(session: Session, stage: Stage) -> None:
    told = StageChange(copies=(words("Other words. {petition_link}", channel=Channel.EMAIL, subject="Other"),))
    change(session, stage.id, told, now=NOW, by=ANA)


def change_words_in_database(session: Session, stage: Stage) -> None:
    session.execute(text("UPDATE copies SET body = body || ' More.'"))


def change_audience(session: Session, stage: Stage) -> None:
    stage.audience = [{"signed": False}]


def change_time(session: Session, stage: Stage) -> None:
    stage.offset_span = timedelta(days=-2, minutes=-1)


def allow_late_joiners(session: Session, stage: Stage) -> None:
    stage.catch_up = "send"


def change_limit_of_campaign(session: Session, stage: Stage) -> None:
    session.get_one(Campaign, stage.campaign_id).cap_count = 9


@pytest.mark.parametrize(
    "meanwhile",
    [
        change_limit_of_campaign,
        change_words,
        change_words_in_database,
        change_audience,
        change_time,
        allow_late_joiners,
    ],
)
def test_a_planned_message_that_was_changed_since_does_not_fire(
    session: Session, campaign: Campaign, meanwhile: Callable[[Session, Stage], None]
) -> None:
    stage = stage_of(session, campaign)
    yes(session, stage_look(session, stage))

    meanwhile(session, stage)
    session.flush()
    fired = fire(session)

    assert fired == []
    (view,) = timeline(session, campaign.id)
    assert view.approval == f"{WAITS}: it was changed after bilal@example.org had approved it"


def test_whoever_may_approve_is_told_the_day_before_it_comes_once(session: Session, campaign: Campaign) -> None:
    stage = stage_of(session, campaign)
    before = DUE - timedelta(days=1)

    too_early = look_ahead(session, now=before - timedelta(minutes=1))
    found = [look_ahead(session, now=before + timedelta(minutes=each)) for each in (0, 11)]
    told = [ask_for_approvals(session, public_url=URL, now=before) for _ in range(2)]
    session.expire_all()
    yes(session, stage_look(session, stage))

    assert (too_early, found, told) == (0, [1, 0], [2, 0])
    assert look_ahead(session, now=DUE) == 0
    assert fire(session) == [Firing.OPENED]


def test_whoever_changed_a_planned_message_last_does_not_approve_it(session: Session, campaign: Campaign) -> None:
    stage = stage_of(session, campaign)
    change_words(session, stage)

    with pytest.raises(NotTheSame):
        yes(session, stage_look(session, stage), by=ANA)
    yes(session, stage_look(session, stage), by=BILAL)

    assert fire(session) == [Firing.OPENED]


def test_a_match_that_moves_takes_its_approved_messages_with_it(session: Session, campaign: Campaign) -> None:
    stage = stage_of(session, campaign)
    yes(session, stage_look(session, stage))

    later = make.KICK_OFF + timedelta(days=1)
    fixtures.move_kick_off(session, campaign.fixture_id, kick_off_at=later, actor="Cora", now=NOW)
    before = fire(session, now=DUE)

    assert before == []
    assert fire(session, now=DUE + timedelta(days=1)) == [Firing.OPENED]


def test_what_a_whistle_makes_due_waits_too(session: Session, campaign: Campaign) -> None:
    stage = stage_of(session, campaign, anchor="half_time", offset=timedelta(0))
    half_time = make.KICK_OFF + timedelta(minutes=46)
    fixtures.press_kick_off(session, campaign.fixture_id, actor="Cora", now=make.KICK_OFF)

    fixtures.press_half_time(session, campaign.fixture_id, score=Score(0, 0), actor="Cora", now=half_time)
    before = fire(session, now=half_time)
    yes(session, stage_look(session, stage))

    assert (before, fire(session, now=half_time)) == ([], [Firing.OPENED])


def test_a_planned_message_that_is_put_back_is_as_it_was_approved_or_waits(
    session: Session, campaign: Campaign
) -> None:
    stage = stage_of(session, campaign)
    cancel_stage(session, stage.id, actor=ANA.name, now=NOW)

    put_back(session, stage.id, now=NOW)
    unapproved = fire(session)
    yes(session, stage_look(session, stage))
    cancel_stage(session, stage.id, actor=ANA.name, now=NOW)
    put_back(session, stage.id, now=NOW)

    assert (unapproved, fire(session)) == ([], [Firing.OPENED])


def test_waiting_too_long_it_is_left_out_for_that_reason(session: Session, campaign: Campaign) -> None:
    stage = stage_of(session, campaign)
    fire(session)

    skipped = fire(session, now=DUE + timedelta(hours=12))

    assert skipped == [Firing.SKIPPED_LATE]
    (view,) = timeline(session, campaign.id)
    assert (view.state, view.may_be_put_back) == (StageState.SKIPPED_UNAPPROVED, True)
    change(session, stage.id, StageChange(timing(timedelta(hours=-3)).timing, puts_back=True), now=NOW, by=ANA)
    assert fire(session, now=make.KICK_OFF - timedelta(hours=3)) == []


def test_a_message_whose_words_were_mended_after_it_fired_waits_again(session: Session, campaign: Campaign) -> None:
    stage = stage_of(session, campaign, email=("Score", "It is {score}. {petition_link}"))
    yes(session, stage_look(session, stage))
    fire(session)
    (blast,) = session.query(Blast).all()
    paused = blast.paused_reason

    told = StageChange(copies=(words("Mended. {petition_link}", channel=Channel.EMAIL, subject="Mended"),))
    change(session, stage.id, told, now=DUE, by=ANA)
    resume_blast(session, blast.id, actor=ANA.name, now=DUE)
    before = open_due(session, now=DUE)
    said = fresh(session, blast.id).paused_reason
    yes(session, stage_look(session, stage))

    assert "cannot be filled in" in paused
    assert (before, said) == ([], f"{WAITS}: it was changed after bilal@example.org had approved it")
    assert open_due(session, now=DUE) == [blast.id]


def test_the_blast_of_a_message_goes_to_whom_the_message_was_approved_for(session: Session, campaign: Campaign) -> None:
    stage = stage_of(session, campaign, email=("Score", "It is {score}. {petition_link}"), audience=[{"signed": False}])
    yes(session, stage_look(session, stage))
    fire(session)
    session.execute(text("UPDATE copies SET body = 'Sign. {petition_link}'"))
    session.execute(text("UPDATE blasts SET state = 'scheduled', audience = '[]'"))
    (blast,) = session.query(Blast).all()

    yes(session, stage_look(session, stage))
    session.execute(text("UPDATE blasts SET audience = '[{\"signed\": false}]'"))
    with_another = open_due(session, now=DUE)
    session.execute(text("UPDATE blasts SET audience = '[]'"))

    assert with_another == []
    assert open_due(session, now=DUE) == [blast.id]


def test_files_that_say_other_words_void_an_approval(
    session: Session, campaign: Campaign, tmp_path_factory: pytest.TempPathFactory
) -> None:
    campaign.privacy_url, campaign.approval_above = "https://example.org/privacy", 1
    stage = stage_of(session, campaign)
    folder = tmp_path_factory.mktemp("files") / campaign.slug
    write_campaign(export_campaign(session, campaign.slug), folder)
    yes(session, stage_look(session, stage))

    load_campaign(session, read_campaign(folder), now=NOW)
    session.expire_all()
    as_it_was = [view.approval for view in timeline(session, campaign.id)]
    (letter,) = folder.glob("email/find-out-more*.md")
    letter.write_text(letter.read_text() + "\nMore.\n")
    load_campaign(session, read_campaign(folder), now=NOW)
    session.expire_all()

    assert as_it_was == [""]
    assert fire(session) == []
    assert session.get_one(Campaign, campaign.id).approval_above == 1
