"""A change to a stage shows first what it does at once; only what was shown is done, and by who may launch."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.channel import Channel
from service.domain.stage import Firing
from service.planning import fixtures
from service.planning.audit import read_audit
from service.planning.blasts import CopyRefused
from service.planning.fixtures import Effect
from service.planning.stage_changes import ChangedByOther, LookFirst
from service.planning.stage_checks import NeedsLauncher, NewLimits, NewTiming, StageChange
from service.planning.stage_facts import Part, stage_digest
from service.planning.stages import StageRefused, StageState, copies_of_stage, timeline
from service.planning.whistles import firing_now
from service.sending.due import fire_due_stages
from service.store.queries import opening
from service.store.tables.campaign import Stage, StageFiring
from tests import make
from tests.planning.changing import AUTHOR, LAUNCHER, URL, change, look, put_back, timing, words

# The stage of the tests is due a day from here.
NOW = make.KICK_OFF - timedelta(days=3)
DUE_NOW = timing(timedelta(days=-3))
TOO_LATE = timing(timedelta(days=-30))


def due_at(session: Session) -> object:
    return session.scalars(select(Stage.due_at)).one()


def test_a_stage_is_moved_against_the_kick_off_without_a_question(session: Session) -> None:
    stage = make.stage(session, make.campaign(session))

    done = change(session, stage.id, timing(timedelta(hours=-1), timedelta(minutes=50)), now=NOW, seen="")

    assert (done.asks, done.effect) == (False, Effect.WAITS)
    assert due_at(session) == make.KICK_OFF - timedelta(hours=1)


@pytest.mark.parametrize(("asked", "effect"), [(DUE_NOW, Effect.FIRES_NOW), (TOO_LATE, Effect.TOO_LATE)])
@pytest.mark.parametrize("seen", ["", "what somebody saw yesterday"])
def test_a_time_that_sends_it_or_leaves_it_out_is_done_only_as_it_was_shown(
    session: Session, asked: StageChange, effect: Effect, seen: str
) -> None:
    stage = make.stage(session, make.campaign(session))
    before = stage.due_at

    shown = look(session, stage.id, asked, now=NOW)
    with pytest.raises(LookFirst), session.begin_nested():
        change(session, stage.id, asked, now=NOW, seen=seen)
    untouched = due_at(session)
    done = change(session, stage.id, asked, now=NOW, seen=shown.seen)

    assert (shown.asks, shown.effect) == (True, effect)
    assert untouched == before
    assert done.effect is effect
    assert due_at(session) != before


def test_what_was_seen_is_not_done_once_it_would_do_something_else(session: Session) -> None:
    stage = make.stage(session, make.campaign(session))

    shown = look(session, stage.id, DUE_NOW, now=NOW)

    with pytest.raises(LookFirst):
        change(session, stage.id, DUE_NOW, now=NOW + timedelta(hours=13), seen=shown.seen)


def test_the_look_says_to_how_many_at_what_cost_with_the_words_it_would_have(session: Session) -> None:
    campaign = make.campaign(session)
    stage = make.stage(session, campaign, channels=[Channel.SMS])
    make.supporter(session, "Ana", campaign=campaign, phone="+447700900001")
    asked = replace(DUE_NOW, copies=(words("x" * 200),))

    shown = look(session, stage.id, asked, now=NOW)
    said = {stage.id: asked.copies or ()}
    (one,) = firing_now(session, shown.moved, key=b"a key", public_url=URL, said=said)

    assert [(each.channel, each.reckoned.people, each.reckoned.price) for each in one.channels] == [
        (Channel.SMS, 1, 800)
    ]


@pytest.mark.parametrize("asked", [DUE_NOW, TOO_LATE])
def test_an_author_sends_and_skips_nothing_by_a_time(session: Session, asked: StageChange) -> None:
    stage = make.stage(session, make.campaign(session))

    with pytest.raises(NeedsLauncher, match="takes somebody who may launch"):
        change(session, stage.id, asked, now=NOW, by=AUTHOR)


def test_an_author_puts_nothing_back(session: Session) -> None:
    stage = make.stage(session, make.campaign(session))
    opening.fire(session, stage, outcome=Firing.CANCELLED, now=NOW)

    with pytest.raises(NeedsLauncher):
        change(session, stage.id, StageChange(puts_back=True), now=NOW, by=AUTHOR)


def test_a_stage_that_opened_is_neither_changed_nor_put_back(session: Session) -> None:
    stage = make.stage(session, make.campaign(session), channels=[Channel.SMS])
    opening.fire(session, stage, outcome=Firing.OPENED, now=NOW)

    for asked in (
        timing(timedelta(0)),
        StageChange(copies=(words("New"),)),
        StageChange(limits=NewLimits(None, 3)),
        StageChange(puts_back=True),
    ):
        with pytest.raises(StageRefused), session.begin_nested():
            change(session, stage.id, asked, now=NOW)


def test_a_stage_lost_to_a_typo_is_mended_and_put_back_in_one_go(session: Session) -> None:
    campaign = make.campaign(session)
    stage = make.stage(session, campaign, channels=[Channel.SMS])
    change(session, stage.id, TOO_LATE, now=NOW)
    skipped = fire_due_stages(session, public_url=URL, now=NOW)
    session.expire_all()
    mended = replace(timing(timedelta(hours=-30)), puts_back=True, copies=(words("Sign {petition_link}"),))

    with pytest.raises(StageRefused, match="too late for this stage; give it another time"), session.begin_nested():
        put_back(session, stage.id, now=NOW)
    done = change(session, stage.id, mended, now=NOW)
    fired = fire_due_stages(session, public_url=URL, now=make.KICK_OFF - timedelta(hours=30))

    assert [one.outcome for one in (*skipped, *fired)] == [Firing.SKIPPED_LATE, Firing.OPENED]
    assert done.effect is Effect.WAITS
    assert [copy.body for copy in copies_of_stage(session, stage.id)] == ["Sign {petition_link}"]


def test_putting_back_what_would_go_out_at_once_asks(session: Session) -> None:
    stage = make.stage(session, make.campaign(session))
    opening.fire(session, stage, outcome=Firing.CANCELLED, now=NOW)
    back_now = replace(DUE_NOW, puts_back=True)

    with pytest.raises(LookFirst), session.begin_nested():
        change(session, stage.id, back_now, now=NOW, seen="")
    done = change(session, stage.id, back_now, now=NOW)

    assert done.effect is Effect.FIRES_NOW
    assert session.scalars(select(StageFiring)).all() == []


def test_a_change_to_a_stage_whose_moment_is_a_fixed_one_moves_that(session: Session) -> None:
    at = NOW + timedelta(days=1)
    stage = make.stage(session, make.campaign(session))
    stage.anchor, stage.at, stage.offset_span, stage.due_at = "absolute", at, timedelta(0), at
    later = at + timedelta(hours=2)

    change(session, stage.id, StageChange(timing=NewTiming(timedelta(0), timedelta(hours=1), at=later)), now=NOW)

    assert due_at(session) == later


def test_two_people_at_one_stage_the_later_is_told(session: Session) -> None:
    stage = make.stage(session, make.campaign(session), channels=[Channel.SMS])
    opened = stage_digest(session, stage.id, Part.WORDS)
    first = StageChange(copies=(words("The first text"),), opened_with=opened)
    second = StageChange(copies=(words("The second text"),), opened_with=opened)

    change(session, stage.id, first, now=NOW)
    with pytest.raises(ChangedByOther) as other, session.begin_nested():
        change(session, stage.id, second, now=NOW)
    # Somebody else's timing is no reason to ask about words.
    change(session, stage.id, timing(timedelta(hours=-5)), now=NOW)
    change(session, stage.id, replace(second, opened_with=stage_digest(session, stage.id, Part.WORDS)), now=NOW)

    assert other.value.now[Part.WORDS] == {"sms, en: text": "The first text"}
    assert [copy.body for copy in copies_of_stage(session, stage.id)] == ["The second text"]


def test_a_change_stays_true_to_a_match_that_moved_meanwhile(session: Session) -> None:
    campaign = make.campaign(session)
    stage = make.stage(session, campaign)
    later = make.KICK_OFF + timedelta(days=3)
    fixtures.move_kick_off(session, campaign.fixture_id, kick_off_at=later, actor="Dev", now=NOW)

    change(session, stage.id, timing(timedelta(hours=-1)), now=NOW)

    assert due_at(session) == later - timedelta(hours=1)


def test_the_audit_says_what_a_stage_was_and_what_it_became(session: Session) -> None:
    stage = make.stage(session, make.campaign(session), channels=[Channel.SMS], sms="One\nTwo\nThree")

    change(session, stage.id, timing(timedelta(hours=-1)), now=NOW)
    change(session, stage.id, StageChange(copies=(words("One\n2\nThree"),)), now=NOW, by=AUTHOR)
    change(session, stage.id, StageChange(limits=NewLimits(None, 3)), now=NOW)
    limited, reworded, moved = read_audit(session).entries

    assert moved.details == {"due": "2 days before kick-off → 1 hour before kick-off", "then": "waits"}
    assert (reworded.actor, reworded.details["sms, en: text"]) == (AUTHOR.name, "Two → 2")
    assert limited.details["messages to one supporter"] == "as the campaign → 3"


def test_a_stage_says_its_new_words(session: Session) -> None:
    stage = make.stage(session, make.campaign(session), channels=[Channel.SMS])

    change(session, stage.id, StageChange(copies=(words("Sign {petition_link}"),)), now=NOW)

    assert [copy.body for copy in copies_of_stage(session, stage.id)] == ["Sign {petition_link}"]


def test_only_a_stage_that_waits_for_the_referee_may_name_a_score(session: Session) -> None:
    campaign = make.campaign(session)
    before = make.stage(session, campaign, slug="before", channels=[Channel.SMS])
    half = make.stage(session, campaign, slug="half", anchor="half_time", offset=timedelta(0), channels=[Channel.SMS])
    scored = StageChange(copies=(words("It is {score}"),))

    change(session, half.id, scored, now=NOW)

    with pytest.raises(CopyRefused, match="score"):
        change(session, before.id, scored, now=NOW)


@pytest.mark.parametrize(
    "asked",
    [
        timing(timedelta(days=4_000)),
        timing(timedelta(0), timedelta(0)),
        timing(timedelta(0), timedelta(days=4_000)),
        StageChange(limits=NewLimits(None, 0)),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(session: Session, asked: StageChange) -> None:
    campaign = make.campaign(session)
    stage = make.stage(session, campaign)

    with pytest.raises(StageRefused):
        change(session, stage.id, asked, now=NOW, by=LAUNCHER)

    assert [view.state for view in timeline(session, campaign.id)] == [StageState.PLANNED]
