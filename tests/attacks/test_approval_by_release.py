"""A release by a second person is an approval: of what was seen, and of no more people and cost."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.channel import Channel
from service.domain.stage import Firing
from service.planning.releasing import look_at_release, reach_of, release_stage
from service.planning.stage_changes import LookFirst, StageLook
from service.planning.stage_checks import StageChange
from service.store.tables.approvals import Approval
from service.store.tables.campaign import Campaign, Stage
from tests import make
from tests.attacks.approving import ANA, DEV, NOW, URL, fire, stage_of
from tests.planning.changing import change, timing, words


def test_a_release_by_a_second_person_is_an_approval(session: Session, campaign: Campaign) -> None:
    stage = stage_of(session, campaign)
    told = StageChange(copies=(words("Other words. {petition_link}", channel=Channel.EMAIL, subject="Other"),))
    change(session, stage.id, told, now=NOW, by=DEV)
    seen = _look(session, stage)

    reach = reach_of(session, stage.id, key=b"a key", public_url=URL)
    release_stage(session, stage.id, seen=reach.seen_with(seen), by=ANA, now=NOW, reach=reach)
    session.expire_all()

    assert fire(session) == [Firing.OPENED]
    assert session.query(Approval).one().said_by == ANA.name


def test_a_release_approves_no_more_people_and_cost_than_were_seen(session: Session, campaign: Campaign) -> None:
    for number in range(7):
        make.supporter(session, f"Supporter{number}", campaign=campaign)
    stage = stage_of(session, campaign)
    told = StageChange(copies=(words("Other words. {petition_link}", channel=Channel.EMAIL, subject="Other"),))
    change(session, stage.id, told, now=NOW, by=DEV)
    look = _look(session, stage)
    seen = reach_of(session, stage.id, key=b"a key", public_url=URL).seen_with(look)

    make.supporter(session, "Joiner", campaign=campaign)
    with_one_more = _release(session, stage, seen)
    make.supporter(session, "Another", campaign=campaign)
    with_two_more = _release(session, stage, seen)

    assert with_one_more == [11]
    assert with_two_more == "looks first"
    assert [_release(session, stage, seen.rpartition(".")[0] + ".0"), _release(session, stage, look.seen)] == [
        "looks first",
        "looks first",
    ]


def _look(session: Session, stage: Stage) -> StageLook:
    """What a person sees who looks at releasing it."""
    with session.begin_nested() as saved:
        seen = look_at_release(session, stage.id, now=NOW)
        saved.rollback()
    session.expire_all()
    return seen


def _release(session: Session, stage: Stage, seen: str) -> list[int] | str:
    """Release it as a person who saw that, and take it back: for how many that was an approval."""
    saved = session.begin_nested()
    reach = reach_of(session, stage.id, key=b"a key", public_url=URL)
    try:
        release_stage(session, stage.id, seen=seen, by=ANA, now=NOW, reach=reach)
        return list(session.scalars(select(Approval.people)))
    except LookFirst:
        return "looks first"
    finally:
        saved.rollback()
        session.expire_all()


def test_a_release_by_whoever_changed_it_last_is_none(session: Session, campaign: Campaign) -> None:
    stage = stage_of(session, campaign)
    change(session, stage.id, timing(timedelta(days=-2, minutes=-1)), now=NOW, by=DEV)
    told = StageChange(copies=(words("Other words. {petition_link}", channel=Channel.EMAIL, subject="Other"),))
    change(session, stage.id, told, now=NOW, by=ANA)
    seen = _look(session, stage)

    reach = reach_of(session, stage.id, key=b"a key", public_url=URL)
    release_stage(session, stage.id, seen=reach.seen_with(seen), by=ANA, now=NOW, reach=reach)
    session.expire_all()

    assert fire(session) == []
