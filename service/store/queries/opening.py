"""Questions of opening: what has come due, and the writing of a blast's messages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, case, func, insert, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.domain.audience import Audience, parse_rules
from service.domain.channel import Channel, Pace
from service.domain.message import BlastState
from service.domain.stage import Anchor, Firing
from service.store import Session
from service.store.queries.audiences import audience_select
from service.store.tables.campaign import Campaign, Fixture, Stage, StageFiring
from service.store.tables.people import Supporter
from service.store.tables.sending import Batch, Blast, Message, Rendering

BATCH_SIZES = {Channel.EMAIL: 1000, Channel.SMS: 50}


@dataclass(frozen=True, slots=True)
class DueStage:
    """A stage that has come due, with its rows held until the transaction ends."""

    stage: Stage
    campaign: Campaign
    fixture: Fixture


def due_stages(session: Session, *, now: datetime, limit: int = 20) -> list[DueStage]:
    """Stages due at or before now and not fired (ix_stages_due_at), and sign-up stages that have not begun.

    The fixture is held still first, as whoever moves a kick-off holds it first: a kick-off moved in the same second
    comes before or after, and neither waits for the other in a circle. One being moved now is looked at next time.
    """
    is_due = (
        Stage.fired_at.is_(None),
        Stage.removed_at.is_(None),
        (Stage.due_at <= now) | (Stage.anchor == Anchor.SIGN_UP),
    )
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
        .order_by(Stage.due_at, Stage.position)
        .limit(limit)
        .with_for_update(of=Stage, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return [DueStage(stage, campaign, fixture) for stage, campaign, fixture in session.execute(question)]


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
    now: datetime,
) -> int:
    """The one blast of a stage, about to be written."""
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
    question = (
        select(Blast)
        .where(Blast.state == BlastState.SCHEDULED, Blast.opens_at <= now)
        .order_by(Blast.opens_at)
        .limit(20)
        .with_for_update(skip_locked=True)
    )
    return list(session.scalars(question))


def hold_opening(session: Session) -> Blast | None:
    """One blast whose messages are being written, held; None when another worker has them all."""
    question = (
        select(Blast)
        .where(Blast.state == BlastState.OPENING)
        .order_by(Blast.opens_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return session.scalars(question).one_or_none()


def renderings_of(session: Session, blast_id: int) -> Sequence[Rendering]:
    """The frozen words of a blast."""
    return session.scalars(select(Rendering).where(Rendering.blast_id == blast_id).order_by(Rendering.id)).all()


def write_messages(
    session: Session,
    blast: Blast,
    channel: Channel,
    renderings: Mapping[str, int],
    *,
    default_language: str,
    by_time_zone: bool,
    after: int,
    upto: int,
    batch_size: int,
) -> int:
    """Write the messages and batches for the supporters in one span of ids; how many messages.

    `renderings`: language to rendering. One statement: a crash leaves all of the span or none of it. Whoever already
    has a message of this blast is left out, so a span may be written again.
    """
    audience = _audience_of(blast, channel, after=after, upto=upto).subquery("audience")
    language = func.split_part(Supporter.locale, "-", 1)
    default = renderings.get(default_language) or next(iter(renderings.values()))
    chosen = case({code: literal(rendering) for code, rendering in renderings.items()}, value=language, else_=default)
    zone = Supporter.time_zone if by_time_zone else literal("")
    people = (
        select(Supporter.id.label("supporter_id"), chosen.label("rendering_id"), zone.label("time_zone"))
        .join(audience, audience.c.id == Supporter.id)
        .where(
            ~select(Message.supporter_id)
            .where(Message.blast_id == blast.id, Message.channel == channel, Message.supporter_id == Supporter.id)
            .exists()
        )
        .cte("people")
    )
    place = func.row_number().over(
        partition_by=(people.c.rendering_id, people.c.time_zone), order_by=people.c.supporter_id
    )
    numbered = select(people, ((place - 1) // literal(batch_size)).label("nth")).subquery("numbered")
    # Each row knows the first of its batch, so that rows meet their batches by equality, not by comparing spans.
    first = func.min(numbered.c.supporter_id).over(
        partition_by=(numbered.c.rendering_id, numbered.c.time_zone, numbered.c.nth)
    )
    placed = select(numbered, first.label("first_id")).cte("placed").prefix_with("MATERIALIZED")
    spans = (
        select(
            literal(blast.id),
            placed.c.rendering_id,
            literal(str(channel)),
            literal(str(Pace.BULK)),
            placed.c.time_zone,
            func.min(placed.c.supporter_id),
            func.max(placed.c.supporter_id),
            func.count(),
            literal(blast.opens_at),
            literal(blast.expires_at),
        )
        .group_by(placed.c.rendering_id, placed.c.time_zone, placed.c.nth)
        .order_by(func.min(placed.c.supporter_id))
    )
    batches = (
        insert(Batch)
        .from_select(
            [
                *("blast_id", "rendering_id", "channel", "pace", "time_zone", "first_supporter_id"),
                *("last_supporter_id", "size", "not_before", "expires_at"),
            ],
            spans,
        )
        .returning(Batch.id, Batch.first_supporter_id)
        .cte("new_batches")
    )
    # A supporter stands first in one batch only, so that alone tells which.
    rows = select(literal(blast.id), literal(str(channel)), placed.c.supporter_id, batches.c.id).join(
        batches, batches.c.first_supporter_id == placed.c.first_id
    )
    written = insert(Message).from_select(["blast_id", "channel", "supporter_id", "batch_id"], rows)
    return session.connection().execute(written, execution_options={"preserve_rowcount": True}).rowcount


def _audience_of(blast: Blast, channel: Channel, *, after: int, upto: int) -> Select[int]:
    audience: Audience = parse_rules(blast.audience)
    chosen = audience_select(blast.campaign_id, channel, audience)
    return chosen.where(Supporter.id > after, Supporter.id <= upto)


def advance(session: Session, blast_id: int, *, through: int, written: int, done: bool) -> None:
    """Note how far opening has come; when it is done the blast runs."""
    values: dict[str, object] = {"opened_through": through, "audience_count": Blast.audience_count + written}
    if done:
        values["state"] = BlastState.RUNNING
    session.execute(update(Blast).where(Blast.id == blast_id).values(**values))


def finish_blasts(session: Session, *, now: datetime, settled_for: timedelta = timedelta(0)) -> int:
    """Call done every running blast with nothing left to hand over; how many."""
    waiting = select(Batch.id).where(
        Batch.blast_id == Blast.id, Batch.state.in_(["queued", "claimed", "sending", "in_doubt"])
    )
    done = (
        update(Blast)
        .where(
            Blast.state == BlastState.RUNNING,
            Blast.is_rolling.is_(False),
            Blast.opened_at <= now - settled_for,
            ~waiting.exists(),
        )
        .values(state=BlastState.DONE, finished_at=now)
    )
    return session.connection().execute(done).rowcount


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
