"""Questions of opening: what has come due, and the writing of a blast's messages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, case, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.domain.channel import Channel
from service.domain.message import BlastState
from service.domain.stage import Anchor, CatchUp, Firing
from service.store import Session, locks
from service.store.locks import BlastLock
from service.store.queries.holds import IS_FREE
from service.store.tables.blasts import Blast, Rendering
from service.store.tables.campaign import Campaign, Fixture, Petition, Stage, StageFiring
from service.store.tables.people import Supporter
from service.store.tables.sending import Batch

BATCH_SIZES = {Channel.EMAIL: 1000, Channel.SMS: 50}


@dataclass(frozen=True, slots=True)
class DueStage:
    """A stage that has come due, with its rows held until the transaction ends."""

    stage: Stage
    campaign: Campaign
    fixture: Fixture


def due_stages(session: Session, *, now: datetime, limit: int = 20) -> list[DueStage]:
    """Stages due at or before now and not fired (ix_stages_due_at), and sign-up stages that have not begun.

    One that waits for a release comes only once it is too late, to be left out.

    The fixture is held still first, as whoever moves a kick-off holds it first: a kick-off moved in the same second
    comes before or after, and neither waits for the other in a circle. One being moved now is looked at next time.
    """
    is_due = _is_due(now)
    around = select(Campaign.fixture_id).join(Stage, Stage.campaign_id == Campaign.id).where(*is_due)
    still = select(Fixture.id).where(Fixture.id.in_(around)).order_by(Fixture.id)
    held = session.scalars(still.with_for_update(read=True, skip_locked=True)).all()
    if not held:
        return []
    question = (
        select(Stage, Campaign, Fixture)
        .join(Campaign, Campaign.id == Stage.campaign_id)
        .join(Fixture, Fixture.id == Campaign.fixture_id)
        .where(*is_due, Fixture.id.in_(held))
        # What waits for a second person keeps nothing behind it.
        .order_by(Stage.approval_wanted_at.is_not(None), Stage.due_at, Stage.position)
        .limit(limit)
        .with_for_update(of=Stage, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return [DueStage(stage, campaign, fixture) for stage, campaign, fixture in session.execute(question)]


def look_at_due_stages(session: Session, *, now: datetime, limit: int = 20) -> Sequence[Stage]:
    """The same stages, held by nobody: for questions that take their time."""
    due = select(Stage).where(*_is_due(now)).order_by(Stage.approval_wanted_at.is_not(None), Stage.due_at)
    return session.scalars(due.limit(limit)).all()


def _is_due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Stage.fired_at.is_(None),
        Stage.removed_at.is_(None),
        (Stage.due_at <= now) | (Stage.anchor == Anchor.SIGN_UP),
        Stage.unreleased_at.is_(None) | (Stage.due_at + Stage.stale_after <= now),
    )


@dataclass(frozen=True, slots=True)
class RollingBlast:
    """A blast that goes to each supporter as they join, and what its words are about."""

    blast_id: int
    stage_id: int
    channels: Sequence[str]
    campaign: Campaign
    fixture: Fixture
    has_closed: bool


def rolling_blasts(session: Session) -> list[RollingBlast]:
    """Every blast that goes to joiners now (ix_blasts_working): one or two for each campaign."""
    question = (
        select(Blast, Campaign, Fixture, Petition.closed_at)
        .join(Campaign, Campaign.id == Blast.campaign_id)
        .join(Fixture, Fixture.id == Campaign.fixture_id)
        .join(Petition, Petition.campaign_id == Campaign.id, isouter=True)
        .where(Blast.state == BlastState.RUNNING, Blast.is_rolling)
        .order_by(Blast.id)
    )
    return [
        RollingBlast(blast.id, blast.stage_id, blast.channels, campaign, fixture, has_closed=closed_at is not None)
        for blast, campaign, fixture, closed_at in session.execute(question)
        if blast.stage_id is not None
    ]


def fire(session: Session, stage: Stage, *, outcome: Firing, now: datetime) -> bool:
    """Write down what became of a stage; False when that was already written, by anyone, ever."""
    row = upsert(StageFiring).values(stage_id=stage.id, outcome=outcome, due_at=stage.due_at, fired_at=now)
    fired = session.execute(row.on_conflict_do_nothing().returning(StageFiring.stage_id)).one_or_none()
    session.execute(update(Stage).where(Stage.id == stage.id).values(fired_at=now))
    return fired is not None


def blast_from_stage(
    session: Session,
    due: DueStage,
    *,
    variant: str,
    facts: Mapping[str, str],
    expires_at: datetime,
    opens_upto: int,
    spend_cap: int | None = None,
    now: datetime,
) -> int:
    """The one blast of a stage, about to be written. `spend_cap`: the most it may cost, where that was approved."""
    is_rolling = due.stage.anchor == Anchor.SIGN_UP
    row = insert(Blast).values(
        campaign_id=due.campaign.id,
        stage_id=due.stage.id,
        title=due.stage.title,
        state=BlastState.RUNNING if is_rolling else BlastState.OPENING,
        channels=due.stage.channels,
        audience=due.stage.audience,
        facts=dict(facts),
        variant=variant,
        quiet_hours=due.stage.quiet_hours,
        local_time=due.stage.local_time,
        cap_count=due.stage.cap_count,
        spend_cap=spend_cap,
        opens_at=due.stage.due_at or now,
        expires_at=expires_at,
        opens_upto=opens_upto,
        is_rolling=is_rolling,
        created_at=now,
        opened_at=now,
    )
    return session.scalars(row.returning(Blast.id)).one()


def last_supporter_id(session: Session) -> int:
    """Where a blast that opens now ends."""
    return session.scalar(select(func.coalesce(func.max(Supporter.id), 0))) or 0


def hold_scheduled(session: Session, *, now: datetime) -> list[Blast]:
    """Managers' blasts whose time has come (ix_blasts_working), held."""
    held = _due_blasts(now).with_for_update(skip_locked=True, key_share=True)
    return list(session.scalars(held.execution_options(populate_existing=True)))


def look_at_scheduled(session: Session, *, now: datetime) -> Sequence[Blast]:
    """The same blasts, held by nobody: for questions that take their time."""
    return session.scalars(_due_blasts(now)).all()


def _due_blasts(now: datetime) -> Select[Blast]:
    due = select(Blast).where(Blast.state == BlastState.SCHEDULED, Blast.opens_at <= now)
    # What waits for a second person keeps nothing behind it.
    return due.order_by(Blast.approval_wanted_at.is_not(None), Blast.opens_at).limit(20)


def hold_opening(session: Session) -> Blast | None:
    """One blast whose messages are to be written, by nobody else meanwhile; None when others have them all."""
    is_opening = select(Blast.id).where(Blast.state == BlastState.OPENING, text(IS_FREE))
    question = is_opening.order_by(Blast.opens_at, Blast.id).limit(20)
    for blast_id in session.scalars(question).all():
        if not locks.try_blast(session, BlastLock.WRITING, blast_id):
            continue
        # It may have come further while the pen was another's.
        fresh = select(Blast).where(Blast.id == blast_id, Blast.state == BlastState.OPENING)
        blast = session.scalars(fresh.execution_options(populate_existing=True)).one_or_none()
        if blast is not None:
            return blast
    return None


def renderings_of(session: Session, blast_id: int) -> Sequence[Rendering]:
    """The frozen words of a blast."""
    return session.scalars(select(Rendering).where(Rendering.blast_id == blast_id).order_by(Rendering.id)).all()


def advance(session: Session, blast_id: int, *, through: int, written: int, done: bool) -> None:
    """Note how far opening has come; when it is done the blast runs."""
    values: dict[str, object] = {"opened_through": through, "audience_count": Blast.audience_count + written}
    if done:
        # One that was paused meanwhile stays so.
        values["state"] = case((Blast.state == BlastState.OPENING, str(BlastState.RUNNING)), else_=Blast.state)
    session.execute(update(Blast).where(Blast.id == blast_id).values(**values))


def finish_blasts(session: Session, *, now: datetime, settled_for: timedelta = timedelta(0)) -> int:
    """Call done every blast with nothing left to hand over, paused or not; how many.

    A paused one that whoever joins would still get stays paused: nobody has said that they may have it.
    """
    waiting = select(Batch.id).where(
        Batch.blast_id == Blast.id, Batch.state.in_(["queued", "claimed", "sending", "in_doubt"])
    )
    catches_up = select(Stage.id).where(Stage.id == Blast.stage_id, Stage.catch_up == CatchUp.SEND)
    is_written = Blast.opened_through >= func.coalesce(Blast.opens_upto, 0)
    goes_to_nobody = is_written & ((Blast.expires_at <= now) | ~catches_up.exists())
    done = (
        update(Blast)
        .where(
            (Blast.state == BlastState.RUNNING) | ((Blast.state == BlastState.PAUSED) & goes_to_nobody),
            Blast.is_rolling.is_(False),
            Blast.opened_at <= now - settled_for,
            ~waiting.exists(),
        )
        .values(state=BlastState.DONE, finished_at=now, paused_reason="")
    )
    return session.connection().execute(done).rowcount


_REOPEN = text("""
    UPDATE blasts SET state = 'running', finished_at = NULL
    WHERE state = 'done' AND finished_at > clock_timestamp() - interval '30 days'
      AND EXISTS (SELECT FROM batches b WHERE b.blast_id = blasts.id AND b.state = 'queued')
""")


def reopen_blasts(session: Session) -> None:
    """Go on with a blast that was called done in the moment in which somebody joined it (ix_batches_blast_id_state)."""
    session.execute(_REOPEN)


def set_work_mem(session: Session) -> None:
    """Room for sorting a span of an audience without touching the disk."""
    session.execute(text("SET LOCAL work_mem = '64MB'"))


def is_opening(session: Session) -> bool:
    """Whether any blast's messages are being written (ix_blasts_working)."""
    return session.scalar(select(Blast.id).where(Blast.state == BlastState.OPENING).limit(1)) is not None


def message_count(session: Session, blast_id: int, channel: str) -> int:
    """How many messages a blast has on a channel (ix_batches_blast_id_state)."""
    held = select(func.coalesce(func.sum(Batch.size), 0)).where(Batch.blast_id == blast_id, Batch.channel == channel)
    return int(session.scalar(held) or 0)
