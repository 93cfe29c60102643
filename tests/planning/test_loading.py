"""The same files load to the same campaign, and what has gone out is never rewritten."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from service.domain.stage import Anchor, Firing
from service.planning import fixtures
from service.planning.blasts import resume_blast
from service.planning.exporting import CampaignMissing, export_campaign
from service.planning.loading import LoadReport, load_campaign
from service.planning.mending import stage_waits_for_words
from service.planning.stage_checks import StageChange
from service.sending.due import fire_due_stages
from service.store.queries import loading, opening
from service.store.tables.campaign import Campaign, Copy, Fixture, Stage
from service.wording.campaign_files import CampaignFiles
from service.wording.campaign_reader import read_campaign
from service.wording.campaign_writer import write_campaign
from tests import make
from tests.planning.changing import AUTHOR, change, timing
from tests.waiting import until_it_waits

SAMPLE = Path(__file__).parents[2] / "templates" / "campaigns" / "azerbaijan-england"
NOW = make.KICK_OFF - timedelta(days=10)


@pytest.fixture(scope="module")
def files() -> CampaignFiles:
    return read_campaign(SAMPLE)


def stage_named(session: Session, slug: str) -> Stage:
    return session.scalars(select(Stage).where(Stage.slug == slug)).one()


def test_the_sample_loads_whole_and_answers_at_the_front(session: Session, files: CampaignFiles) -> None:
    report = load_campaign(session, files, now=NOW, kick_off_at=make.KICK_OFF)

    stages = session.scalars(select(Stage).where(Stage.campaign_id == report.campaign_id)).all()
    assert {stage.slug for stage in stages} == {stage.slug for stage in files.stages}
    assert all(stage.due_at == make.KICK_OFF + stage.offset_span for stage in stages if stage.anchor == Anchor.KICK_OFF)
    assert all(stage.due_at is None for stage in stages if stage.anchor in {Anchor.HALF_TIME, Anchor.SIGN_UP})
    assert session.scalars(select(Campaign).where(Campaign.is_current)).one().slug == files.slug


def test_loading_again_changes_nothing(session: Session, files: CampaignFiles) -> None:
    load_campaign(session, files, now=NOW)

    again = load_campaign(session, files, now=NOW)

    assert again.changes == ()


def test_loading_says_all_of_a_stage_anew_so_that_no_change_waits_for_a_release(
    session: Session, files: CampaignFiles
) -> None:
    load_campaign(session, files, now=NOW, kick_off_at=make.KICK_OFF)
    pushed = stage_named(session, "petition-push")
    change(session, pushed.id, timing(timedelta(hours=-20)), now=NOW, by=AUTHOR)
    held = pushed.unreleased_by

    report = load_campaign(session, files, now=NOW)
    session.expire_all()

    told = f"stage petition-push, waits for a release: of {AUTHOR.name}'s change -> nothing"
    assert held == AUTHOR.name
    assert told in [str(each) for each in report.changes]
    assert stage_named(session, "petition-push").unreleased_at is None


def test_loading_leaves_a_message_that_goes_on_after_an_abandoned_match_to_its_time(
    session: Session, files: CampaignFiles
) -> None:
    load_campaign(session, files, now=NOW, kick_off_at=make.KICK_OFF)
    pushed = stage_named(session, "petition-push")
    fixtures.abandon(session, session.scalars(select(Fixture)).one().id, actor="Dev", now=NOW)
    change(session, pushed.id, StageChange(goes_on=True), now=NOW)
    session.expire_all()
    due_at = pushed.due_at

    report = load_campaign(session, files, now=NOW)
    session.expire_all()

    assert due_at is not None
    assert (report.changes, stage_named(session, "petition-push").due_at) == ((), due_at)


def test_loading_mends_words_for_which_a_blast_waits(session: Session, files: CampaignFiles) -> None:
    load_campaign(session, files, now=NOW, kick_off_at=make.KICK_OFF)
    pushed = stage_named(session, "petition-push")
    due_at = make.KICK_OFF + pushed.offset_span
    session.query(Copy).filter_by(stage_id=pushed.id).update({"body": "{score}"})
    fire_due_stages(session, public_url="https://example.org", now=due_at)
    session.expire_all()
    waited = stage_waits_for_words(session, pushed.id)

    report = load_campaign(session, files, now=due_at)

    assert waited
    assert "stage petition-push: has fired; its words are as in the files, resume its blast" in report.kept
    assert "{score}" not in [copy.body for copy in loading.copies_of(session, pushed.id)]


def test_a_load_that_comes_while_a_blast_is_resumed_leaves_its_words(
    sessions: sessionmaker[Session], files: CampaignFiles
) -> None:
    with sessions.begin() as session:
        load_campaign(session, files, now=NOW, kick_off_at=make.KICK_OFF)
        pushed = stage_named(session, "petition-push")
        due_at, stage_id = make.KICK_OFF + pushed.offset_span, pushed.id
        session.query(Copy).filter_by(stage_id=stage_id).update({"body": "{score}"})
    with sessions.begin() as session:
        fired = fire_due_stages(session, public_url="https://example.org", now=due_at)
        opened = {each.stage_id: each.blast_id for each in fired}

    def load() -> LoadReport:
        with sessions.begin() as session:
            return load_campaign(session, files, now=due_at)

    with ThreadPoolExecutor(1) as pool, sessions.begin() as resuming:
        resume_blast(resuming, opened[stage_id] or 0, actor="Cora", now=due_at)
        resuming.flush()
        loaded = pool.submit(load)
        until_it_waits(sessions, loaded)
        resuming.commit()
        report = loaded.result(60)

    assert "stage petition-push: has fired" in report.kept


def test_a_kick_off_that_a_manager_moved_survives_the_next_load(session: Session, files: CampaignFiles) -> None:
    load_campaign(session, files, now=NOW)
    match = session.scalars(select(Fixture)).one()
    match.kick_off_at = make.KICK_OFF
    session.flush()

    load_campaign(session, files, now=NOW)

    assert session.scalars(select(Fixture.kick_off_at)).one() == make.KICK_OFF


def test_what_changed_is_told_with_before_and_after(session: Session, files: CampaignFiles) -> None:
    load_campaign(session, files, now=NOW)
    renamed = replace(files, title="Another title")

    report = load_campaign(session, renamed, now=NOW)

    assert [str(change) for change in report.changes] == [
        f"campaign {files.slug}, title: {files.title} -> Another title"
    ]


def test_a_stage_gone_from_the_files_is_removed_and_comes_back_with_them(
    session: Session, files: CampaignFiles
) -> None:
    load_campaign(session, files, now=NOW)
    slug = files.stages[1].slug
    shorter = replace(files, stages=tuple(stage for stage in files.stages if stage.slug != slug))

    load_campaign(session, shorter, now=NOW)
    removed_at = stage_named(session, slug).removed_at
    load_campaign(session, files, now=NOW)
    session.expire_all()

    assert removed_at == NOW
    assert stage_named(session, slug).removed_at is None


def test_a_stage_that_has_fired_keeps_its_words_and_its_time(session: Session, files: CampaignFiles) -> None:
    load_campaign(session, files, now=NOW)
    fired = stage_named(session, "election")
    opening.fire(session, fired, outcome=Firing.OPENED, now=NOW)
    session.expire_all()
    said = [copy.body for copy in loading.copies_of(session, fired.id)]
    reworded = tuple(
        replace(stage, title="New", copies=tuple(replace(copy, body="New words") for copy in stage.copies))
        for stage in files.stages
    )

    report = load_campaign(session, replace(files, stages=reworded), now=NOW)

    assert report.kept == ("stage election: has fired",)
    assert [copy.body for copy in loading.copies_of(session, fired.id)] == said
    assert "New words" in session.scalars(select(Copy.body).where(Copy.stage_id != fired.id)).all()


def test_a_fired_stage_gone_from_the_files_is_not_removed(session: Session, files: CampaignFiles) -> None:
    load_campaign(session, files, now=NOW)
    opening.fire(session, stage_named(session, "election"), outcome=Firing.OPENED, now=NOW)
    session.expire_all()
    shorter = replace(files, stages=tuple(stage for stage in files.stages if stage.slug != "election"))

    load_campaign(session, shorter, now=NOW)

    session.expire_all()
    assert stage_named(session, "election").removed_at is None


def test_stages_whose_time_has_come_are_warned_of(session: Session, files: CampaignFiles) -> None:
    soon = NOW + timedelta(days=2, hours=12)

    report = load_campaign(session, files, now=NOW, kick_off_at=soon)

    assert report.warnings[0] == "stage election: due already, it goes out at once"
    late = load_campaign(session, files, now=NOW, kick_off_at=NOW - timedelta(days=30)).warnings
    assert all(warning.endswith("too late, it will be skipped") for warning in late)
    assert load_campaign(session, files, now=NOW, kick_off_at=make.KICK_OFF).warnings == ()


def test_another_campaign_around_the_same_match_moves_with_a_given_kick_off(
    session: Session, files: CampaignFiles
) -> None:
    match = make.fixture(session, slug=files.fixture.slug)
    make.stage(session, make.campaign(session, match=match), slug="neighbour", offset=timedelta(hours=-1))
    later = make.KICK_OFF + timedelta(days=1)

    load_campaign(session, files, now=NOW, kick_off_at=later)

    assert stage_named(session, "neighbour").due_at == later - timedelta(hours=1)


def test_a_rehearsal_at_speed_scales_every_span(session: Session, files: CampaignFiles) -> None:
    load_campaign(session, files, now=NOW, kick_off_at=make.KICK_OFF, time_scale=1 / 1440)

    election = stage_named(session, "election")
    assert election.offset_span == timedelta(minutes=-4)
    assert election.due_at == make.KICK_OFF - timedelta(minutes=4)
    assert election.stale_after == timedelta(minutes=3)


def test_a_campaign_written_out_and_read_back_is_the_same(
    session: Session, files: CampaignFiles, tmp_path: Path
) -> None:
    load_campaign(session, files, now=NOW)

    write_campaign(export_campaign(session, files.slug), tmp_path / files.slug)
    again = load_campaign(session, read_campaign(tmp_path / files.slug), now=NOW)

    assert again.changes == ()


def test_there_is_nothing_to_write_of_a_campaign_nobody_knows(session: Session) -> None:
    with pytest.raises(CampaignMissing, match="there is no campaign 'nobody'"):
        export_campaign(session, "nobody")
