"""Questions about a blast's own life: opening, ending, what it is about."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select, update

from service.domain.message import BlastState
from service.store import Session
from service.store.tables.blasts import Blast
from service.store.tables.campaign import Campaign, Fixture


def campaign_and_fixture(session: Session, campaign_id: int) -> tuple[Campaign, Fixture]:
    """The campaign a blast belongs to, and its match."""
    question = select(Campaign, Fixture).join(Fixture, Fixture.id == Campaign.fixture_id)
    return session.execute(question.where(Campaign.id == campaign_id)).one()


def begin_opening(session: Session, blast_id: int, *, opens_upto: int, now: datetime, is_rolling: bool = False) -> None:
    """From here on its messages are being written; one that is rolling has its people as they join."""
    state = BlastState.RUNNING if is_rolling else BlastState.OPENING
    values = {
        "state": state,
        "opens_upto": opens_upto,
        "opened_at": now,
        "approval_wanted_at": None,
        "paused_reason": "",
    }
    session.execute(update(Blast).where(Blast.id == blast_id).values(**values))


def end(session: Session, blast_id: int, *, state: BlastState, reason: str, now: datetime) -> None:
    """A blast that goes no further, and why."""
    values = {"state": state, "paused_reason": reason, "finished_at": now}
    session.execute(update(Blast).where(Blast.id == blast_id).values(**values))


def pause(session: Session, blast_id: int, *, reason: str) -> bool:
    """Hold a blast that is under way or about to be, for managers to be told why; False when it was neither."""
    under_way = [BlastState.SCHEDULED, BlastState.OPENING, BlastState.RUNNING]
    held = update(Blast).where(Blast.id == blast_id, Blast.state.in_(under_way))
    values = {"state": BlastState.PAUSED, "paused_reason": reason, "stopped_at": func.clock_timestamp()}
    return bool(session.execute(held.values(values).returning(Blast.id)).all())


def pause_unopened(session: Session, blast_id: int, *, reason: str) -> None:
    """Hold a blast whose words cannot be frozen: it has not opened, though its stage has fired."""
    pause(session, blast_id, reason=reason)
    session.execute(update(Blast).where(Blast.id == blast_id).values(opened_at=None))


def unopened_of_stage(session: Session, stage_id: int) -> int | None:
    """The blast of a stage that was paused before it opened (uq_blasts_stage_id); None where there is none."""
    paused = select(Blast.id).where(Blast.stage_id == stage_id, Blast.state == BlastState.PAUSED)
    return session.scalar(paused.where(Blast.opened_at.is_(None)))


def keep_variant(session: Session, blast_id: int, variant: str) -> None:
    """For which result a stage's blast speaks."""
    session.execute(update(Blast).where(Blast.id == blast_id).values(variant=variant))


def keep_facts(session: Session, blast_id: int, facts: Mapping[str, str]) -> None:
    """What was true when it opened."""
    session.execute(update(Blast).where(Blast.id == blast_id).values(facts=dict(facts)))
