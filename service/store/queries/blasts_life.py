"""Questions about a blast's own life: opening, ending, what it is about."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select, update

from service.domain.message import BlastState
from service.store import Session
from service.store.tables.campaign import Campaign, Fixture
from service.store.tables.sending import Blast


def campaign_and_fixture(session: Session, campaign_id: int) -> tuple[Campaign, Fixture]:
    """The campaign a blast belongs to, and its match."""
    question = select(Campaign, Fixture).join(Fixture, Fixture.id == Campaign.fixture_id)
    return session.execute(question.where(Campaign.id == campaign_id)).one()


def begin_opening(session: Session, blast_id: int, *, opens_upto: int, now: datetime) -> None:
    """From here on its messages are being written."""
    values = {"state": BlastState.OPENING, "opens_upto": opens_upto, "opened_at": now}
    session.execute(update(Blast).where(Blast.id == blast_id).values(**values))


def end(session: Session, blast_id: int, *, state: BlastState, reason: str, now: datetime) -> None:
    """A blast that goes no further, and why."""
    values = {"state": state, "paused_reason": reason, "finished_at": now}
    session.execute(update(Blast).where(Blast.id == blast_id).values(**values))


def pause(session: Session, blast_id: int, *, reason: str) -> bool:
    """Hold a blast that is under way because of what came of it, for managers to be told; False when it was not."""
    held = update(Blast).where(Blast.id == blast_id, Blast.state.in_([BlastState.OPENING, BlastState.RUNNING]))
    values = {"state": BlastState.PAUSED, "paused_reason": reason, "stopped_at": func.clock_timestamp()}
    return bool(session.execute(held.values(values).returning(Blast.id)).all())


def keep_facts(session: Session, blast_id: int, facts: Mapping[str, str]) -> None:
    """What was true when it opened."""
    session.execute(update(Blast).where(Blast.id == blast_id).values(facts=dict(facts)))
