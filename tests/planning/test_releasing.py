"""What an author changed does not go out before somebody who may launch has released it, as it was seen."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.channel import Channel
from service.domain.stage import Firing
from service.planning import fixtures
from service.planning.audit import read_audit
from service.planning.fixtures import Effect
from service.planning.releasing import look_at_release, reach_of, release_stage
from service.planning.stage_changes import LookFirst
from service.planning.stage_checks import NeedsLauncher, NewLimits, StageChange
from service.planning.stages import StageRefused, StageState, timeline
from service.sending.due import fire_due_stages
from service.store.tables.campaign import Stage, StageFiring
from tests import make
from tests.planning.changing import AUTHOR, LAUNCHER, URL, change, put_back, timing, words

NOW = make.KICK_OFF - timedelta(days=3)
DUE = make.KICK_OFF - timedelta(days=2)
REWORDED = StageChange(copies=(words("What the author wrote. STOP to end"),))
CHANGES = [REWORDED, timing(timedelta(days=-2, minutes=-1)), StageChange(limits=NewLimits(None, 3))]


def planned(session: Session, **how: object) -> Stage:
    campaign = make.campaign(session)
    make.supporter(session, "Ana", campaign=campaign, phone="+447700900001")
    return make.stage(session, campaign, channels=[Channel.SMS], **how)  # type: ignore[arg-type]  # as the builder takes


def fire(session: Session, at: object = DUE) -> list[Firing]:
    fired = fire_due_stages(session, public_url=URL, now=at)  # type: ignore[arg-type]  # a moment
    session.expire_all()
    return [one.outcome for one in fired]


def seen(session: Session, stage: Stage, now: object = NOW) -> str:
    saved = session.begin_nested()
    look = look_at_release(session, stage.id, now=now)  # type: ignore[arg-type]  # a moment
    saved.rollback()
    session.expire_all()
    return look.seen


@pytest.mark.parametrize("asked", CHANGES)
def test_what_an_author_changed_does_not_fire_until_it_is_released(session: Session, asked: StageChange) -> None:
    stage = planned(session)

    done = change(session, stage.id, asked, now=NOW, by=AUTHOR)
    before = fire(session)
    firings = session.scalars(select(StageFiring)).all()
    release_stage(session, stage.id, seen=seen(session, stage, DUE), by=LAUNCHER, now=DUE)
    after = fire(session)

    assert done.waits
    assert (before, firings) == ([], [])
    assert after == [Firing.OPENED]


def test_a_welcome_that_an_author_changed_waits_too(session: Session) -> None:
    stage = planned(session, anchor="sign_up", offset=timedelta(0))

    change(session, stage.id, REWORDED, now=NOW, by=AUTHOR)
    before = fire(session)
    release_stage(session, stage.id, seen=seen(session, stage), by=LAUNCHER, now=NOW)

    assert (before, fire(session)) == ([], [Firing.OPENED])


def test_what_a_launcher_changed_waits_for_nothing(session: Session) -> None:
    stage = planned(session)

    done = change(session, stage.id, REWORDED, now=NOW, by=LAUNCHER)

    assert not done.waits
    assert fire(session) == [Firing.OPENED]


def test_a_launcher_s_own_change_does_not_release_another_s(session: Session) -> None:
    stage = planned(session)
    change(session, stage.id, REWORDED, now=NOW, by=AUTHOR)

    change(session, stage.id, timing(timedelta(days=-2)), now=NOW, by=LAUNCHER)

    assert fire(session) == []


def test_an_author_does_not_undo_what_a_launcher_corrected_meanwhile(session: Session) -> None:
    stage = planned(session)
    change(session, stage.id, REWORDED, now=NOW, by=LAUNCHER)
    change(session, stage.id, timing(timedelta(days=-2, minutes=-1)), now=NOW, by=AUTHOR)
    change(session, stage.id, StageChange(copies=(words("Corrected. STOP to end"),)), now=NOW, by=LAUNCHER)

    change(session, stage.id, REWORDED, now=NOW, by=AUTHOR)
    done = change(session, stage.id, timing(timedelta(days=-2)), now=NOW, by=AUTHOR)
    shown = look_at_release(session, stage.id, now=NOW).changed

    assert done.waits
    assert [(each.before, each.after) for each in shown] == [
        ("Corrected. STOP to end", "What the author wrote. STOP to end")
    ]


def test_a_stage_of_which_nothing_is_an_author_s_any_more_waits_for_nothing(session: Session) -> None:
    stage = planned(session)
    change(session, stage.id, REWORDED, now=NOW, by=AUTHOR)

    done = change(session, stage.id, StageChange(copies=(words("Corrected. STOP to end"),)), now=NOW, by=LAUNCHER)

    assert not done.waits
    assert fire(session) == [Firing.OPENED]


def test_an_author_s_stage_that_is_as_it_was_released_waits_for_nothing(session: Session) -> None:
    stage = planned(session)
    change(session, stage.id, timing(timedelta(days=-1)), now=NOW, by=AUTHOR)

    done = change(session, stage.id, timing(timedelta(days=-2)), now=NOW, by=AUTHOR)

    assert not done.waits
    assert fire(session) == [Firing.OPENED]


def test_a_look_shows_old_and_new_and_to_how_many(session: Session) -> None:
    stage = planned(session)
    change(session, stage.id, timing(timedelta(days=-2, hours=-1)), now=NOW, by=AUTHOR)
    change(session, stage.id, REWORDED, now=NOW, by=AUTHOR)

    look = look_at_release(session, stage.id, now=NOW)
    reach = reach_of(session, stage.id, key=b"a key", public_url=URL)

    assert [(each.name, each.after) for each in look.changed] == [
        ("due", "2 days 1 hour before kick-off"),
        ("sms, en: text", "What the author wrote. STOP to end"),
    ]
    assert [(each.channel, each.reckoned.people) for each in reach.channels] == [(Channel.SMS, 1)]


def reword(session: Session, stage: Stage) -> None:
    change(session, stage.id, StageChange(copies=(words("Other words. STOP to end"),)), now=NOW, by=AUTHOR)


def retime(session: Session, stage: Stage) -> None:
    change(session, stage.id, timing(timedelta(hours=-7)), now=NOW, by=LAUNCHER)


def limit(session: Session, stage: Stage) -> None:
    change(session, stage.id, StageChange(limits=NewLimits(None, 1)), now=NOW, by=AUTHOR)


def move_the_match(session: Session, stage: Stage) -> None:
    match = session.get_one(make.Campaign, stage.campaign_id).fixture_id
    fixtures.move_kick_off(session, match, kick_off_at=make.KICK_OFF + timedelta(days=1), actor="Cora", now=NOW)


def go_to_others(session: Session, stage: Stage) -> None:
    stage.audience = [{"signed": True}]
    session.flush()


@pytest.mark.parametrize("meanwhile", [reword, retime, limit, move_the_match, go_to_others])
def test_a_release_is_of_exactly_what_was_seen(session: Session, meanwhile: Callable[[Session, Stage], None]) -> None:
    stage = planned(session)
    change(session, stage.id, REWORDED, now=NOW, by=AUTHOR)
    what = seen(session, stage)

    meanwhile(session, stage)

    with pytest.raises(LookFirst):
        release_stage(session, stage.id, seen=what, by=LAUNCHER, now=NOW)


def test_a_release_seen_before_it_was_due_is_looked_at_anew_once_it_is(session: Session) -> None:
    stage = planned(session)
    change(session, stage.id, REWORDED, now=NOW, by=AUTHOR)

    with pytest.raises(LookFirst):
        release_stage(session, stage.id, seen=seen(session, stage), by=LAUNCHER, now=DUE)


def test_an_author_releases_nothing_and_nothing_is_released_twice(session: Session) -> None:
    stage = planned(session)
    change(session, stage.id, REWORDED, now=NOW, by=AUTHOR)
    what = seen(session, stage)

    with pytest.raises(NeedsLauncher):
        release_stage(session, stage.id, seen=what, by=AUTHOR, now=NOW)
    release_stage(session, stage.id, seen=what, by=LAUNCHER, now=NOW)
    with pytest.raises(StageRefused, match="perhaps somebody else released it"):
        release_stage(session, stage.id, seen=what, by=LAUNCHER, now=NOW)

    (entry, *_) = read_audit(session).entries
    assert (entry.deed, entry.actor) == ("stage released", LAUNCHER.name)
    assert entry.details["sms, en: text"].endswith("→ What the author wrote. STOP to end")


def test_waiting_too_long_it_is_skipped_for_that_reason_and_comes_back_still_unreleased(session: Session) -> None:
    stage = planned(session)
    change(session, stage.id, REWORDED, now=NOW, by=AUTHOR)
    too_late = DUE + timedelta(hours=12)

    skipped = fire(session, too_late)
    shown = [view.state for view in timeline(session, stage.campaign_id)]
    with pytest.raises(StageRefused, match="nothing of this stage waits"), session.begin_nested():
        look_at_release(session, stage.id, now=too_late)
    with pytest.raises(StageRefused, match="too late"), session.begin_nested():
        put_back(session, stage.id, now=too_late)
    back = StageChange(timing=timing(timedelta(hours=-3)).timing, puts_back=True)
    change(session, stage.id, back, now=too_late)
    still = fire(session, make.KICK_OFF - timedelta(hours=3))

    assert (skipped, shown) == ([Firing.SKIPPED_LATE], [StageState.SKIPPED_UNRELEASED])
    assert still == []


def test_a_whistle_says_that_what_it_makes_due_waits_for_a_release(session: Session) -> None:
    campaign = make.campaign(session)
    stage = make.stage(session, campaign, offset=timedelta(minutes=-5), channels=[Channel.SMS])
    change(session, stage.id, REWORDED, now=NOW, by=AUTHOR)

    moved = fixtures.press_kick_off(session, campaign.fixture_id, actor="Cora", now=make.KICK_OFF - timedelta(hours=1))

    assert [one.effect for one in moved.stages] == [Effect.AWAITS_RELEASE]
