"""Questions about what was done to a match, and about taking it back."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update

from service.domain.message import BlastState
from service.store import Session
from service.store.tables.blasts import Blast
from service.store.tables.campaign import Campaign, FixtureChange, Stage, StageFiring
from service.store.tables.sending import Batch

# Handed over, or on its way there, or perhaps: whatever a supporter may have seen something of.
_PERHAPS_GONE = ("sending", "in_doubt", "unknown", "accepted", "delivered", "bounced", "failed")


def add(session: Session, values: Mapping[str, object]) -> None:
    """Write down what was done to a match."""
    session.add(FixtureChange(**values))


def last(session: Session, fixture_id: int) -> FixtureChange | None:
    """What was done to a match last and has not been taken back (ix_fixture_changes_last)."""
    question = select(FixtureChange).where(FixtureChange.fixture_id == fixture_id, FixtureChange.undone_at.is_(None))
    return session.scalars(question.order_by(FixtureChange.id.desc()).limit(1)).one_or_none()


def fired_since(session: Session, fixture_id: int, since: datetime) -> Sequence[tuple[Stage, StageFiring]]:
    """The stages around a match that fired since a moment, held."""
    question = (
        select(Stage, StageFiring)
        .join(StageFiring, StageFiring.stage_id == Stage.id)
        .join(Campaign, Campaign.id == Stage.campaign_id)
        .where(Campaign.fixture_id == fixture_id, Stage.removed_at.is_(None), StageFiring.fired_at >= since)
        .order_by(Stage.id)
        .with_for_update(of=Stage)
    )
    return [(stage, firing) for stage, firing in session.execute(question)]


def blast_of(session: Session, stage_id: int) -> int | None:
    """The blast a stage opened (uq_blasts_stage_id)."""
    return session.scalar(select(Blast.id).where(Blast.stage_id == stage_id))


def perhaps_gone(session: Session, blast_id: int) -> dict[str, int]:
    """How many messages of a blast were given to a provider, by channel (ix_batches_blast_id_state).

    Ask it while the blast is held: what has no intent by then gets none.
    """
    question = (
        select(Batch.channel, func.sum(Batch.size))
        .where(Batch.blast_id == blast_id, Batch.state.in_(_PERHAPS_GONE))
        .group_by(Batch.channel)
        .order_by(Batch.channel)
    )
    return {channel: int(count) for channel, count in session.execute(question)}


def unfire(session: Session, stage_id: int) -> None:
    """Take back a firing of which nothing has gone: the stage may fire again."""
    session.execute(delete(StageFiring).where(StageFiring.stage_id == stage_id))
    session.execute(update(Stage).where(Stage.id == stage_id).values(fired_at=None))


def under_way(session: Session, fixture_id: int) -> Sequence[tuple[int, str, str]]:
    """Blasts around a match that are going out now, by id, campaign and title (ix_blasts_working)."""
    question = (
        select(Blast.id, Campaign.slug, Blast.title)
        .join(Campaign, Campaign.id == Blast.campaign_id)
        .where(
            Campaign.fixture_id == fixture_id,
            Blast.state.in_([BlastState.OPENING, BlastState.RUNNING]),
            Blast.is_rolling.is_(False),
        )
        .order_by(Blast.id)
    )
    return [(blast_id, slug, title) for blast_id, slug, title in session.execute(question)]


def stages_named(session: Session, ids: Sequence[int]) -> Sequence[Stage]:
    """These stages, in the order of the plan."""
    return session.scalars(select(Stage).where(Stage.id.in_(ids)).order_by(Stage.position, Stage.id)).all()


def campaigns_with_stage(session: Session, fixture_id: int, slug: str) -> Sequence[str]:
    """The campaigns around a match that have a stage of this name (uq_stages_campaign_id_slug)."""
    question = (
        select(Campaign.slug)
        .join(Stage, Stage.campaign_id == Campaign.id)
        .where(Campaign.fixture_id == fixture_id, Stage.slug == slug, Stage.removed_at.is_(None))
    )
    return session.scalars(question.order_by(Campaign.slug)).all()


def forget_going_on(session: Session, fixture_id: int) -> None:
    """A match with a new date is abandoned no more: nothing needs a word of its own to go out."""
    around = select(Campaign.id).where(Campaign.fixture_id == fixture_id)
    held = update(Stage).where(Stage.campaign_id.in_(around), Stage.goes_on_at.is_not(None))
    session.execute(held.values(goes_on_at=None))
