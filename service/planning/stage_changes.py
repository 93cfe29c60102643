"""Change a stage: what it would set off is shown first, and only what was shown is done."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.domain.fixture import Fixture, FixtureState
from service.domain.stage import Anchor
from service.planning.fixtures import Effect, Moved, MovedStage, effect_of, effect_on
from service.planning.stage_checks import AT_ONCE, Changer, StageChange, check_change, check_effect, check_mending
from service.planning.stage_facts import (
    Difference,
    StageFacts,
    audit_details,
    differences,
    digest_of,
    facts_of,
    read_facts,
    with_changes,
)
from service.planning.stages import CopyView, StageRefused
from service.sending.due import fixture_of, timing_of
from service.store import Session
from service.store.queries import blasts, blasts_life, loading
from service.store.queries.house import write_audit
from service.store.tables import campaign as rows


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
    check_change(session, known, change, by=by, public_url=public_url)
    stage, match = hold_with_match(session, known)
    if change.puts_back and not blasts.unfire(session, stage_id):
        instead = "; this one has opened, so send it as a blast of its own" if stage.fired_at else ""
        raise StageRefused(f"only a stage that was cancelled or skipped can be put back{instead}")
    mends = not change.puts_back and stage.fired_at is not None
    if mends:
        check_mending(session, stage, change, by=by)
    before, was = facts_of(session, stage), lot_of(stage, fixture_of(match), now=now)
    if change.opened_with and change.opened_with != digest_of(before, *change.parts):
        raise ChangedByOther(before)
    _apply(session, stage, change)
    session.flush()
    if change.goes_on or differences(before, facts_of(session, stage)):
        stage.changed_by, stage.approval_wanted_at, stage.approval_asked_at = by.name, None, None
    fixture = fixture_of(match)
    if mends:
        session.flush()
        after, lot = facts_of(session, stage), replace(was, effect=Effect.AWAITS_RESUMING)
        return StageLook(Moved(fixture, (lot,)), differences(before, after), asks=False, seen=digest_of(after))
    if change.goes_on:
        _let_go_on(stage, fixture, now=now)
    stage.due_at = timing_of(stage).due_at(fixture)
    if stage.due_at != was.before:
        stage.release_asked_at = None
    session.flush()
    check_effect(effect_of(timing_of(stage), fixture, now=now), change, by=by)
    after = facts_of(session, stage)
    _await_release(stage, before, after, by=by, now=now)
    lot = replace(lot_of(stage, fixture, now=now), before=was.before)
    # What comes to nothing else than it did is no news; what goes out at once always is.
    asks = by.may_launch and lot.effect in AT_ONCE
    asks = asks and (change.puts_back or lot.effect is Effect.FIRES_NOW or lot.effect is not was.effect)
    seen = digest_of(after, also=f"{lot.effect} {lot.after}")
    waits = stage.unreleased_at is not None
    return StageLook(Moved(fixture, (lot,)), differences(before, after), asks, seen, waits)


def hold_with_match(session: Session, known: rows.Stage) -> tuple[rows.Stage, rows.Fixture]:
    """A stage and its match, held until the transaction ends.

    The match first, as whoever moves it does: what is done to the stage must not miss a move that is being made.
    """
    _, match = blasts_life.campaign_and_fixture(session, known.campaign_id)
    match = loading.hold_fixture(session, match.id) or match
    return blasts.hold_stage(session, known.id) or known, match


def _let_go_on(stage: rows.Stage, fixture: Fixture, *, now: datetime) -> None:
    """Let a message of an abandoned match go out all the same."""
    if fixture.state is not FixtureState.ABANDONED:
        raise StageRefused("only a message held because its match was abandoned can be let go on")
    stage.goes_on_at = now
    if timing_of(stage).due_at(fixture) is None:
        raise StageRefused("it is measured from a whistle that never came; send it as a blast of its own")


def lot_of(stage: rows.Stage, fixture: Fixture, *, now: datetime) -> MovedStage:
    """What a stage will do as it stands."""
    return MovedStage(stage.id, stage.title, stage.due_at, stage.due_at, effect_on(stage, fixture, now=now))


def _await_release(stage: rows.Stage, before: StageFacts, after: StageFacts, *, by: Changer, now: datetime) -> None:
    """Keep a stage that an author changed from firing until that is released; as it was released it waits for nothing.

    What somebody who may launch changes meanwhile counts as released: an author cannot undo it without a release.
    """
    if not differences(before, after) or (by.may_launch and stage.unreleased_at is None):
        return
    released = read_facts(stage.released_facts) if stage.released_facts else before
    if by.may_launch:
        released = with_changes(released, before, after)
    if not differences(released, after):
        stage.unreleased_at, stage.unreleased_by, stage.released_facts = None, "", None
        return
    if stage.unreleased_at is None:
        stage.release_asked_at = None
    if not by.may_launch:
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
    deed = "stage put back" if change.puts_back else "stage goes on" if change.goes_on else "stage changed"
    then = str(Effect.AWAITS_RELEASE if done.waits else done.effect)
    details = {**audit_details(done.changed), "then": then}
    write_audit(session, at=now, actor=by.name, deed=deed, subject=f"stage {stage_id}", details=details)
    return done


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
