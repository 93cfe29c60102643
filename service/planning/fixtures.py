"""What happens to a match, and with it to everything planned around it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from service.domain.chain import was_becomes
from service.domain.fixture import Fixture, FixtureMoveRefused, FixtureState, Score, check_fixture_move
from service.domain.stage import Anchor, Timing
from service.domain.whistle import Deed
from service.sending.due import fixture_of, timing_of
from service.store import Session
from service.store.queries import fixture_changes, loading
from service.store.queries.house import write_audit
from service.store.tables import campaign as rows

# What is kept of a match before and after each deed.
Kept = dict[str, str | int | None]

_PLAYED = frozenset({FixtureState.LIVE, FixtureState.HALF_TIME, FixtureState.FULL_TIME})


class FixtureUnknown(Exception):
    """There is no such fixture."""


class KickOffPassed(Exception):
    """The match has begun; its kick-off cannot be moved."""


class NoScoreYet(FixtureMoveRefused):
    """There is no score to put right before the match has begun."""

    def __init__(self, state: FixtureState) -> None:
        Exception.__init__(self, f"a match that is {state.replace('_', ' ')} has no score to put right")
        self.state, self.asked = state, state


class Effect(StrEnum):
    """What a moved stage will do."""

    WAITS = "waits"
    FIRES_NOW = "fires now"
    AWAITS_RELEASE = "waits for a release"
    AWAITS_RESUMING = "waits until its blast is resumed"
    TOO_LATE = "too late: will be skipped"
    HELD = "held until there is a date"
    AWAITS_WHISTLE = "waits for the whistle"
    OTHER_RESULT = "for another result: will be skipped"


@dataclass(frozen=True, slots=True)
class MovedStage:
    """An unsent stage, and when it was and is now due."""

    stage_id: int
    title: str
    before: datetime | None
    after: datetime | None
    effect: Effect


class Recalled(StrEnum):
    """What taking a whistle back does to a blast that it opened."""

    TAKEN_BACK = "nothing had gone: it waits for its moment again"
    STOPPED = "the rest is stopped; it does not go out again"
    GONE = "all of it had gone"
    CANCELLED = "it was cancelled, and stays so"


@dataclass(frozen=True, slots=True)
class RecalledBlast:
    """A blast that the whistle had opened. `gone`: by channel, how many were handed over or were just being so."""

    blast_id: int
    stage_id: int
    title: str
    gone: Mapping[str, int]
    recalled: Recalled


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of the fixture, of every unsent stage that moved with it, and of blasts that were taken back."""

    fixture: Fixture
    stages: tuple[MovedStage, ...]
    recalled: tuple[RecalledBlast, ...] = ()


def move_kick_off(session: Session, fixture_id: int, *, kick_off_at: datetime, actor: str, now: datetime) -> Moved:
    """Move the kick-off, or give a postponed or abandoned match its new date; every unsent stage moves with it.

    For a preview, roll the session back. Raises KickOffPassed once the match has begun.
    """
    row = hold(session, fixture_id)
    state = FixtureState(row.state)
    if state not in {FixtureState.SCHEDULED, FixtureState.POSTPONED, FixtureState.ABANDONED}:
        raise KickOffPassed(f"the match is {state.replace('_', ' ')}; its kick-off cannot be moved")
    details = {"before": row.kick_off_at.isoformat(), "after": kick_off_at.isoformat()}
    before = fixture_of(row)
    _begin_anew(session, row)
    row.kick_off_at, row.state = kick_off_at, str(FixtureState.SCHEDULED)
    deed = Done(Deed.MOVE, "kick-off moved", details)
    return _moved(session, row, before, deed, actor=actor, now=now)


def postpone(session: Session, fixture_id: int, *, until: datetime | None, actor: str, now: datetime) -> Moved:
    """Postpone the match, to a date or without one; without one, what is measured from kick-off is held."""
    if until is not None:
        return move_kick_off(session, fixture_id, kick_off_at=until, actor=actor, now=now)
    return _go(session, fixture_id, Deed.POSTPONE, FixtureState.POSTPONED, {}, actor=actor, now=now)


def press_kick_off(session: Session, fixture_id: int, *, actor: str, now: datetime) -> Moved:
    """The match has begun. What is still to come after kick-off is measured from this moment."""
    return _go(
        session,
        fixture_id,
        Deed.KICK_OFF,
        FixtureState.LIVE,
        {"kick_off_at": now},
        actor=actor,
        now=now,
        score=Score(0, 0),
    )


def press_half_time(session: Session, fixture_id: int, *, score: Score, actor: str, now: datetime) -> Moved:
    """Half time, with the score."""
    return _go(
        session,
        fixture_id,
        Deed.HALF_TIME,
        FixtureState.HALF_TIME,
        {"half_time_at": now},
        actor=actor,
        now=now,
        score=score,
    )


def press_second_half(session: Session, fixture_id: int, *, actor: str, now: datetime) -> Moved:
    """Play goes on."""
    return _go(session, fixture_id, Deed.SECOND_HALF, FixtureState.LIVE, {}, actor=actor, now=now)


def press_full_time(session: Session, fixture_id: int, *, score: Score, actor: str, now: datetime) -> Moved:
    """Full time, with the result."""
    return _go(
        session,
        fixture_id,
        Deed.FULL_TIME,
        FixtureState.FULL_TIME,
        {"full_time_at": now},
        actor=actor,
        now=now,
        score=score,
    )


def abandon(session: Session, fixture_id: int, *, actor: str, now: datetime) -> Moved:
    """The match will not be played to its end; what is measured from kick-off is held."""
    return _go(session, fixture_id, Deed.ABANDON, FixtureState.ABANDONED, {}, actor=actor, now=now)


def correct_score(session: Session, fixture_id: int, *, score: Score, actor: str, now: datetime) -> Moved:
    """Put a mistyped score right; what has gone out cannot be called back. Raises NoScoreYet."""
    row = hold(session, fixture_id)
    if row.state not in _PLAYED:
        raise NoScoreYet(FixtureState(row.state))
    before = fixture_of(row)
    row.home_score, row.away_score = score.home, score.away
    deed = Done(Deed.CORRECT, "score corrected", {"score": str(score)})
    return _moved(session, row, before, deed, actor=actor, now=now)


@dataclass(frozen=True, slots=True)
class Done:
    """A deed, and how the audit tells of it."""

    deed: Deed
    told: str
    details: Mapping[str, str]


def _go(
    session: Session,
    fixture_id: int,
    deed: Deed,
    state: FixtureState,
    moments: Mapping[str, datetime],
    *,
    actor: str,
    now: datetime,
    score: Score | None = None,
) -> Moved:
    row = hold(session, fixture_id)
    check_fixture_move(FixtureState(row.state), state)
    before = fixture_of(row)
    # Back from half time the score stands as it was.
    if score is not None:
        row.home_score, row.away_score = score.home, score.away
    if state is FixtureState.POSTPONED:
        _begin_anew(session, row)
    row.state = str(state)
    for name, moment in moments.items():
        setattr(row, name, moment)
    told = Done(deed, f"fixture {state.replace('_', ' ')}", {"score": str(score)} if score else {})
    return _moved(session, row, before, told, actor=actor, now=now)


def _begin_anew(session: Session, row: rows.Fixture) -> None:
    """An abandoned match that is played again has neither a half time nor a score yet."""
    row.half_time_at = row.full_time_at = row.home_score = row.away_score = None
    fixture_changes.forget_going_on(session, row.id)


def hold(session: Session, fixture_id: int) -> rows.Fixture:
    """The match, held until the transaction ends. Raises FixtureUnknown."""
    row = loading.hold_fixture(session, fixture_id)
    if row is None:
        raise FixtureUnknown(f"no fixture {fixture_id}")
    return row


def kept(fixture: Fixture) -> Kept:
    """What is kept of a match, to be put back."""
    half, full, score = fixture.half_time_at, fixture.full_time_at, fixture.score
    return {
        "state": str(fixture.state),
        "kick_off_at": fixture.kick_off_at.astimezone(UTC).isoformat(),
        "half_time_at": half.astimezone(UTC).isoformat() if half else None,
        "full_time_at": full.astimezone(UTC).isoformat() if full else None,
        "home_score": score.home if score else None,
        "away_score": score.away if score else None,
    }


def changes_of(before: Fixture, after: Fixture) -> dict[str, str]:
    """What of a match differs, old and new, for the audit."""
    was, becomes = kept(before), kept(after)
    return {name: was_becomes(was[name], becomes[name]) for name in was if was[name] != becomes[name]}


def _moved(session: Session, row: rows.Fixture, before: Fixture, done: Done, *, actor: str, now: datetime) -> Moved:
    after = fixture_of(row)
    if kept(before) != kept(after):
        values = {"fixture_id": row.id, "deed": str(done.deed), "actor": actor, "at": now}
        fixture_changes.add(session, {**values, "before": kept(before), "after": kept(after)})
    stages = retime(session, before, after, now=now)
    details = {**done.details, **changes_of(before, after)}
    write_audit(session, at=now, actor=actor, deed=done.told, subject=f"fixture {row.id}", details=details)
    session.flush()
    return Moved(after, stages)


def retime(session: Session, before: Fixture, after: Fixture, *, now: datetime) -> tuple[MovedStage, ...]:
    """Bring every unsent stage to the time its match gives it now; those for which that changes anything."""
    moved = []
    for stage in loading.unfired_stages(session, after.id):
        was_due, due = stage.due_at, timing_of(stage).due_at(after)
        effect = effect_on(stage, after, now=now)
        stage.due_at = due
        if was_due != due:
            stage.release_asked_at = None
        if was_due != due or effect is not effect_on(stage, before, now=now):
            moved.append(MovedStage(stage.id, stage.title, was_due, due, effect))
    return tuple(moved)


def effect_on(stage: rows.Stage, fixture: Fixture, *, now: datetime) -> Effect:
    """What an unsent stage will do as its match stands: one that is due and has a change unreleased waits for that."""
    effect = effect_of(timing_of(stage), fixture, now=now)
    return Effect.AWAITS_RELEASE if effect is Effect.FIRES_NOW and stage.unreleased_at is not None else effect


def effect_of(timing: Timing, fixture: Fixture, *, now: datetime) -> Effect:
    """What a stage that has not fired will do, as its match stands."""
    due_at = timing.due_at(fixture)
    if due_at is None:
        is_held = fixture.state in {FixtureState.POSTPONED, FixtureState.ABANDONED} or timing.anchor is Anchor.SIGN_UP
        return Effect.HELD if is_held else Effect.AWAITS_WHISTLE
    if timing.is_stale(fixture, now=now):
        return Effect.TOO_LATE
    if timing.only_result and fixture.result and timing.only_result is not fixture.result:
        return Effect.OTHER_RESULT
    return Effect.WAITS if due_at > now else Effect.FIRES_NOW
