"""Change a stage: what it would set off is shown first, and only what was shown is done."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from service.domain.channel import Channel
from service.domain.fixture import Fixture
from service.domain.stage import Anchor
from service.planning.blasts import check_copy
from service.planning.fixtures import Effect, Moved, MovedStage, effect_of, effect_on
from service.planning.stage_facts import (
    Difference,
    Part,
    StageFacts,
    audit_details,
    differences,
    digest_of,
    facts_of,
    read_facts,
)
from service.planning.stages import CopyView, StageRefused
from service.sending.due import fixture_of, timing_of
from service.sending.freeze import Words
from service.store import Session
from service.store.queries import blasts, blasts_life, loading
from service.store.queries.house import write_audit
from service.store.tables import campaign as rows

# What sends a stage or leaves it out as soon as the ticker comes by.
AT_ONCE = frozenset({Effect.FIRES_NOW, Effect.TOO_LATE, Effect.OTHER_RESULT})
_FARTHEST = timedelta(days=3_660)
_LONGEST_WORTH = timedelta(days=366)


class NeedsLauncher(StageRefused):
    """It would send a stage or leave it out at once, which takes somebody who may launch."""


class LookFirst(Exception):
    """It would send the stage or leave it out at once; it is done only as it was shown, so look at it first."""

    def __str__(self) -> str:
        return self.__doc__ or ""


class ChangedByOther(Exception):
    """Somebody else has changed the same part of the stage since the form was opened. `now`: how it stands."""

    def __init__(self, now: StageFacts) -> None:
        super().__init__("somebody else has changed it since you opened the form; look at both and choose")
        self.now = now


@dataclass(frozen=True, slots=True)
class Changer:
    """Who changes it, and whether they may launch."""

    name: str
    may_launch: bool


@dataclass(frozen=True, slots=True)
class NewTiming:
    """When a stage is to be due. `at` is for a stage at a fixed time, `offset` for all others."""

    offset: timedelta
    stale_after: timedelta
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewLimits:
    """The hour each supporter gets it at, and at most how many messages they may have had."""

    local_time: time | None
    cap_count: int | None


@dataclass(frozen=True, slots=True)
class StageChange:
    """What is to change about a stage; a part that is None stays.

    `puts_back`: it was cancelled or skipped, and comes back with the change. `opened_with`: the digest of the changed
    parts as the form showed them; '' where nobody is to be asked about another's change.
    """

    timing: NewTiming | None = None
    limits: NewLimits | None = None
    copies: tuple[CopyView, ...] | None = None
    puts_back: bool = False
    opened_with: str = ""

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of the stage that it changes."""
        given = {Part.TIMING: self.timing, Part.LIMITS: self.limits, Part.WORDS: self.copies}
        return tuple(part for part, value in given.items() if value is not None)


@dataclass(frozen=True, slots=True)
class StageLook:
    """What a change comes to: the stage's lot, what differs, whether it must be seen first, and a digest of it."""

    moved: Moved
    changed: tuple[Difference, ...]
    asks: bool
    seen: str
    # A change of somebody who may not launch: the stage does not go out before it is released.
    waits: bool = False
    under_way: tuple[()] = ()

    @property
    def effect(self) -> Effect:
        """What the stage will do."""
        return self.moved.stages[0].effect

    def titles(self, effect: Effect) -> tuple[str, ...]:
        """Its title where this is its lot."""
        return tuple(stage.title for stage in self.moved.stages if stage.effect is effect)


def look_at_change(
    session: Session, stage_id: int, change: StageChange, *, by: Changer, public_url: str, now: datetime
) -> StageLook:
    """Make the change, to see what it comes to; for seeing only, roll the session back.

    Raises StageRefused, NeedsLauncher, CopyRefused or ChangedByOther.
    """
    known = blasts.stage(session, stage_id)
    if known is None:
        raise StageRefused("there is no such stage")
    _check(session, known, change, by=by, public_url=public_url)
    # The match first, as whoever moves it does: a change must not miss a move that is being made.
    _, match = blasts_life.campaign_and_fixture(session, known.campaign_id)
    match = loading.hold_fixture(session, match.id) or match
    stage = blasts.hold_stage(session, stage_id) or known
    if change.puts_back and not blasts.unfire(session, stage_id):
        raise StageRefused("only a stage that was cancelled or skipped can be put back")
    mends = not change.puts_back and stage.fired_at is not None
    if mends:
        _check_mending(session, stage, change, by=by)
    before, was = facts_of(session, stage), lot_of(stage, fixture_of(match), now=now)
    if change.opened_with and change.opened_with != digest_of(before, *change.parts):
        raise ChangedByOther(before)
    _apply(session, stage, change)
    fixture = fixture_of(match)
    if mends:
        session.flush()
        after, lot = facts_of(session, stage), replace(was, effect=Effect.AWAITS_RESUMING)
        return StageLook(Moved(fixture, (lot,)), differences(before, after), asks=False, seen=digest_of(after))
    stage.due_at = timing_of(stage).due_at(fixture)
    if stage.due_at != was.before:
        stage.release_asked_at = None
    session.flush()
    _check_effect(effect_of(timing_of(stage), fixture, now=now), change, by=by)
    after = facts_of(session, stage)
    if not by.may_launch:
        _await_release(stage, before, after, by=by, now=now)
    lot = replace(lot_of(stage, fixture, now=now), before=was.before)
    # What comes to nothing else than it did is no news; what goes out at once always is.
    asks = by.may_launch and lot.effect in AT_ONCE
    asks = asks and (change.puts_back or lot.effect is Effect.FIRES_NOW or lot.effect is not was.effect)
    seen = digest_of(after, also=f"{lot.effect} {lot.after}")
    waits = stage.unreleased_at is not None
    return StageLook(Moved(fixture, (lot,)), differences(before, after), asks, seen, waits)


def lot_of(stage: rows.Stage, fixture: Fixture, *, now: datetime) -> MovedStage:
    """What a stage will do as it stands."""
    return MovedStage(stage.id, stage.title, stage.due_at, stage.due_at, effect_on(stage, fixture, now=now))


def _await_release(stage: rows.Stage, before: StageFacts, after: StageFacts, *, by: Changer, now: datetime) -> None:
    """Keep a stage from firing until its change is released; one that is as it was released again waits for nothing."""
    if not differences(before, after):
        return
    released = read_facts(stage.released_facts) if stage.released_facts else before
    if not differences(released, after):
        stage.unreleased_at, stage.unreleased_by, stage.released_facts = None, "", None
        return
    if stage.unreleased_at is None:
        stage.release_asked_at = None
    stage.unreleased_at, stage.unreleased_by = now, by.name
    stage.released_facts = {str(part): dict(facts) for part, facts in released.items()}


def change_stage(
    session: Session,
    stage_id: int,
    change: StageChange,
    *,
    by: Changer,
    public_url: str,
    now: datetime,
    seen: str = "",
) -> StageLook:
    """Make the change for good. Raises LookFirst where it does something at once and is not what was `seen`.

    Also raises StageRefused, NeedsLauncher, CopyRefused and ChangedByOther. Whatever it raises, roll the session back.
    """
    done = look_at_change(session, stage_id, change, by=by, public_url=public_url, now=now)
    if done.asks and seen != done.seen:
        raise LookFirst
    deed = "stage put back" if change.puts_back else "stage changed"
    then = str(Effect.AWAITS_RELEASE if done.waits else done.effect)
    details = {**audit_details(done.changed), "then": then}
    write_audit(session, at=now, actor=by.name, deed=deed, subject=f"stage {stage_id}", details=details)
    return done


def words_of(copies: Sequence[CopyView]) -> list[Words]:
    """What a stage says, as it is rendered."""
    return [
        Words(each.channel, each.language, each.variant, each.subject, each.preheader, each.body) for each in copies
    ]


def _check(session: Session, stage: rows.Stage, change: StageChange, *, by: Changer, public_url: str) -> None:
    """What can be said against a change before the stage is held."""
    if change.puts_back and not by.may_launch:
        raise NeedsLauncher("to put a stage back takes somebody who may launch")
    if (timing := change.timing) is not None:
        if not timedelta(0) < timing.stale_after <= _LONGEST_WORTH:
            raise StageRefused("the time after which it is too late must be longer than nothing, and a year at most")
        if abs(timing.offset) > _FARTHEST:
            raise StageRefused("that is more than ten years from its moment; look at the number and its unit")
    if (limits := change.limits) is not None:
        if limits.local_time is not None and stage.anchor == Anchor.SIGN_UP:
            raise StageRefused("a welcome goes out at once, not at a later hour")
        if limits.cap_count is not None and limits.cap_count < 1:
            raise StageRefused("a limit for each supporter is one message or more")
    if change.copies is not None:
        waits = stage.anchor in {Anchor.HALF_TIME, Anchor.FULL_TIME}
        channels = [Channel(channel) for channel in stage.channels]
        words = words_of(change.copies)
        check_copy(session, stage.campaign_id, words, channels, public_url=public_url, knows_score=waits)


def _check_mending(session: Session, stage: rows.Stage, change: StageChange, *, by: Changer) -> None:
    """A stage that has fired keeps everything, save words that could not be filled in: its blast waits for those."""
    if change.parts != (Part.WORDS,) or blasts_life.unopened_of_stage(session, stage.id) is None:
        raise StageRefused("this stage has fired; it cannot be changed")
    if not by.may_launch:
        raise NeedsLauncher("its blast has been opened and is paused; to mend its words takes somebody who may launch")


def _apply(session: Session, stage: rows.Stage, change: StageChange) -> None:
    if (timing := change.timing) is not None:
        stage.stale_after = timing.stale_after
        if stage.anchor != Anchor.ABSOLUTE:
            stage.offset_span = timing.offset
        elif timing.at is not None:
            stage.at, stage.offset_span = timing.at, timedelta(0)
    if (limits := change.limits) is not None:
        stage.local_time, stage.cap_count = limits.local_time, limits.cap_count
    if change.copies is not None:
        loading.put_copies(session, stage.id, [_kept(copy) for copy in change.copies])


def _kept(copy: CopyView) -> dict[str, object]:
    return {
        "channel": str(copy.channel),
        "language": copy.language,
        "variant": copy.variant,
        "subject": copy.subject,
        "preheader": copy.preheader,
        "body": copy.body,
    }


def _check_effect(effect: Effect, change: StageChange, *, by: Changer) -> None:
    if change.puts_back and effect is Effect.TOO_LATE:
        raise StageRefused("it is too late for this stage; give it another time, or move the match")
    if change.puts_back and effect is Effect.OTHER_RESULT:
        raise StageRefused("this stage is for another result than the one the match has")
    if effect in AT_ONCE and change.timing is not None and not by.may_launch:
        what = "go out at once" if effect is Effect.FIRES_NOW else f"be left out ({effect})"
        raise NeedsLauncher(f"with that time it would {what}, which takes somebody who may launch")
