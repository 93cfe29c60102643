"""Messages of a match that was abandoned: none of them goes out until a person says so."""

from datetime import datetime

from service.domain.fixture import FixtureState
from service.planning.fixtures import hold
from service.planning.stages import StageRefused
from service.sending.due import fixture_of, timing_of
from service.store import Session
from service.store.queries import blasts, blasts_life
from service.store.queries.house import write_audit


def let_go_on(session: Session, stage_id: int, *, actor: str, now: datetime) -> datetime:
    """Let a held message of an abandoned match go out at its time all the same; when that is. Raises StageRefused."""
    known = blasts.stage(session, stage_id)
    if known is None:
        raise StageRefused("there is no such stage")
    # The match first, as whoever moves it does.
    _, match = blasts_life.campaign_and_fixture(session, known.campaign_id)
    fixture = fixture_of(hold(session, match.id))
    stage = blasts.hold_stage(session, stage_id)
    if stage is None or stage.fired_at is not None or fixture.state is not FixtureState.ABANDONED:
        raise StageRefused("only a message held because its match was abandoned can be let go on")
    stage.goes_on_at = now
    timing = timing_of(stage)
    due_at = timing.due_at(fixture)
    if due_at is None:
        raise StageRefused("it is measured from a whistle that never came; send it as a blast of its own")
    if timing.is_stale(fixture, now=now):
        raise StageRefused("it is too late for this message")
    stage.due_at = due_at
    write_audit(session, at=now, actor=actor, deed="stage goes on", subject=f"stage {stage_id}")
    session.flush()
    return due_at
