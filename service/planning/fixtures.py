"""What happens to a match, and with it to everything planned around it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.domain.fixture import Fixture, FixtureMoveRefused, FixtureState, Score, check_fixture_move
from service.domain.stage import Anchor
from service.sending.due import fixture_of, timing_of
from service.store import Session
from service.store.queries import loading
from service.store.queries.house import write_audit
from service.store.tables import campaign as rows

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
    TOO_LATE = "too late: will be skipped"
    HELD = "held until there is a date"


@dataclass(frozen=True, slots=True)
class MovedStage:
    """An unsent stage, and when it was and is now due."""

    stage_id: int
    title: str
    before: datetime | None
    after: datetime | None
    effect: Effect


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of the fixture and of every unsent stage that moved with it."""

    fixture: Fixture
    stages: tuple[MovedStage, ...]


def move_kick_off(session: Session, fixture_id: int, *, kick_off_at: datetime, actor: str, now: datetime) -> Moved:
    """Move the kick-off, or give a postponed or abandoned match its new date; every unsent stage moves with it.

    For a preview, roll the session back. Raises KickOffPassed once the match has begun.
    """
    row = _hold(session, fixture_id)
    state = FixtureState(row.state)
    if state not in {FixtureState.SCHEDULED, FixtureState.POSTPONED, FixtureState.ABANDONED}:
        raise KickOffPassed(f"the match is {state.replace('_', ' ')}; its kick-off cannot be moved")
    details = {"before": row.kick_off_at.isoformat(), "after": kick_off_at.isoformat()}
    _begin_anew(row)
    row.kick_off_at, row.state = kick_off_at, str(FixtureState.SCHEDULED)
    return _moved(session, row, deed="kick-off moved", details=details, actor=actor, now=now)


def postpone(session: Session, fixture_id: int, *, until: datetime | None, actor: str, now: datetime) -> Moved:
    """Postpone the match, to a date or without one; without one, what is measured from kick-off is held."""
    if until is not None:
        return move_kick_off(session, fixture_id, kick_off_at=until, actor=actor, now=now)
    return _go(session, fixture_id, FixtureState.POSTPONED, {}, actor=actor, now=now)


def press_kick_off(session: Session, fixture_id: int, *, actor: str, now: datetime) -> Moved:
    """The match has begun. What is still to come after kick-off is measured from this moment."""
    return _go(session, fixture_id, FixtureState.LIVE, {"kick_off_at": now}, actor=actor, now=now, score=Score(0, 0))


def press_half_time(session: Session, fixture_id: int, *, score: Score, actor: str, now: datetime) -> Moved:
    """Half time, with the score."""
    return _go(session, fixture_id, FixtureState.HALF_TIME, {"half_time_at": now}, actor=actor, now=now, score=score)


def press_second_half(session: Session, fixture_id: int, *, actor: str, now: datetime) -> Moved:
    """Play goes on."""
    return _go(session, fixture_id, FixtureState.LIVE, {}, actor=actor, now=now)


def press_full_time(session: Session, fixture_id: int, *, score: Score, actor: str, now: datetime) -> Moved:
    """Full time, with the result."""
    return _go(session, fixture_id, FixtureState.FULL_TIME, {"full_time_at": now}, actor=actor, now=now, score=score)


def abandon(session: Session, fixture_id: int, *, actor: str, now: datetime) -> Moved:
    """The match will not be played to its end; what is measured from kick-off is held."""
    return _go(session, fixture_id, FixtureState.ABANDONED, {}, actor=actor, now=now)


def correct_score(session: Session, fixture_id: int, *, score: Score, actor: str, now: datetime) -> Moved:
    """Put a mistyped score right; what has gone out cannot be called back. Raises NoScoreYet."""
    row = _hold(session, fixture_id)
    if row.state not in _PLAYED:
        raise NoScoreYet(FixtureState(row.state))
    row.home_score, row.away_score = score.home, score.away
    return _moved(session, row, deed="score corrected", details={"score": str(score)}, actor=actor, now=now)


def _go(
    session: Session,
    fixture_id: int,
    state: FixtureState,
    moments: Mapping[str, datetime],
    *,
    actor: str,
    now: datetime,
    score: Score | None = None,
) -> Moved:
    row = _hold(session, fixture_id)
    check_fixture_move(FixtureState(row.state), state)
    # Back from half time the score stands as it was.
    if score is not None:
        row.home_score, row.away_score = score.home, score.away
    if state is FixtureState.POSTPONED:
        _begin_anew(row)
    row.state = str(state)
    for name, moment in moments.items():
        setattr(row, name, moment)
    details = {"score": str(score)} if score else {}
    return _moved(session, row, deed=f"fixture {state.replace('_', ' ')}", details=details, actor=actor, now=now)


def _begin_anew(row: rows.Fixture) -> None:
    """An abandoned match that is played again has neither a half time nor a score yet."""
    row.half_time_at = row.full_time_at = row.home_score = row.away_score = None


def _hold(session: Session, fixture_id: int) -> rows.Fixture:
    row = loading.hold_fixture(session, fixture_id)
    if row is None:
        raise FixtureUnknown(f"no fixture {fixture_id}")
    return row


def _moved(
    session: Session, row: rows.Fixture, *, deed: str, details: Mapping[str, str], actor: str, now: datetime
) -> Moved:
    fixture = fixture_of(row)
    moved = []
    for stage in loading.unfired_stages(session, row.id):
        timing = timing_of(stage)
        before, after = stage.due_at, timing.due_at(fixture)
        if before == after:
            continue
        stage.due_at = after
        moved.append(MovedStage(stage.id, stage.title, before, after, _effect(stage, after, now=now)))
    write_audit(session, at=now, actor=actor, deed=deed, subject=f"fixture {row.id}", details=details)
    session.flush()
    return Moved(fixture, tuple(moved))


def _effect(stage: rows.Stage, due_at: datetime | None, *, now: datetime) -> Effect:
    if due_at is None:
        return Effect.HELD
    if due_at > now:
        return Effect.WAITS
    late = now >= due_at + stage.stale_after and stage.anchor != Anchor.SIGN_UP
    return Effect.TOO_LATE if late else Effect.FIRES_NOW
