"""Questions about supporters who join after a stage has fired."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, case, delete, exists, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.domain.audience import parse_rules
from service.domain.channel import Channel, Pace
from service.domain.message import BlastState
from service.domain.sender import sender_name
from service.domain.stage import CatchUp
from service.store import Session, locks
from service.store.locks import BlastLock
from service.store.queries import audiences
from service.store.queries.audiences import audience_select
from service.store.tables.blasts import Blast, LateJoiner, Rendering
from service.store.tables.campaign import Campaign, Stage
from service.store.tables.people import Supporter
from service.store.tables.sending import Batch, Message


def open_to_joiners(session: Session, *, campaign_id: int, channel: Channel, now: datetime) -> Sequence[Blast]:
    """Blasts a supporter who joins now still gets. Holds none of them: joiners and clicks share their rows."""
    question = (
        select(Blast)
        .join(Stage, Stage.id == Blast.stage_id)
        .where(
            Blast.campaign_id == campaign_id,
            Blast.channels.contains([str(channel)]),
            Blast.expires_at > now,
            Blast.state.in_([BlastState.OPENING, BlastState.RUNNING, BlastState.DONE, BlastState.PAUSED])
            | ((Blast.state == BlastState.SCHEDULED) & Blast.is_rolling),
            Blast.is_rolling | (Stage.catch_up == CatchUp.SEND),
        )
        .order_by(Blast.id)
    )
    return session.scalars(question.execution_options(populate_existing=True)).all()


def comes_late(session: Session, blast: Blast, *, channel: Channel, supporter_id: int) -> bool:
    """Whether the blast's messages are being written just now; then its last span writes this supporter's too.

    So it is where a welcome has no words for the channel yet: they get theirs once it has (take_welcomed).
    """
    if not _is_being_written(session, blast, channel):
        return False
    locks.share_blast(session, BlastLock.JOINING, blast.id)
    # Its last span may have been written before the lock was had.
    session.refresh(blast)
    if not _is_being_written(session, blast, channel):
        return False
    late = upsert(LateJoiner).values(blast_id=blast.id, channel=channel, supporter_id=supporter_id)
    session.execute(late.on_conflict_do_nothing())
    return True


def _is_being_written(session: Session, blast: Blast, channel: Channel) -> bool:
    if not blast.is_rolling:
        return blast.opened_through < (blast.opens_upto or 0)
    # Served by uq_renderings_blast_id_channel_language_arm.
    words = exists().where(Rendering.blast_id == blast.id, Rendering.channel == channel)
    return not session.scalar(select(words))


def take_late_joiners(session: Session, blast_id: int) -> Sequence[tuple[Channel, int]]:
    """Who joined while a blast was being written, taken off the list; nobody joins it late any more when this commits."""
    locks.take_blast(session, BlastLock.JOINING, blast_id)
    taken = delete(LateJoiner).where(LateJoiner.blast_id == blast_id)
    rows = session.execute(taken.returning(LateJoiner.channel, LateJoiner.supporter_id)).all()
    return [(Channel(row.channel), row.supporter_id) for row in rows]


def take_welcomed(session: Session, *, limit: int) -> Sequence[tuple[Blast, Channel, int]]:
    """Who joined before a welcome had words for their channel, taken off the list now that it has; by nobody twice.

    The list has few rows but while a blast is being written (ix_blasts_working, pk_late_joiners).
    """
    has_words = exists().where(Rendering.blast_id == LateJoiner.blast_id, Rendering.channel == LateJoiner.channel)
    waiting = (
        select(LateJoiner, Blast)
        .join(Blast, Blast.id == LateJoiner.blast_id)
        .where(Blast.state == BlastState.RUNNING, Blast.is_rolling, has_words)
        .limit(limit)
        .with_for_update(of=LateJoiner, skip_locked=True)
    )
    taken = [(late, blast) for late, blast in session.execute(waiting)]
    for late, _ in taken:
        session.delete(late)
    session.flush()
    return [(blast, Channel(late.channel), late.supporter_id) for late, blast in taken]


def is_in_audience(session: Session, blast: Blast, *, channel: Channel, supporter_id: int) -> bool:
    """Whether the blast is for this supporter, on this channel."""
    chosen = audience_select(blast.campaign_id, channel, parse_rules(blast.audience))
    return bool(session.scalar(select(exists(chosen.where(Supporter.id == supporter_id).subquery().select()))))


def write_one(
    session: Session, blast: Blast, *, channel: Channel, supporter_id: int, arms: Sequence[str], now: datetime
) -> int:
    """One message in a batch of its own, at prompt pace; 0 when the supporter has it already. `arms`: best first."""
    already = select(
        exists().where(Message.blast_id == blast.id, Message.channel == channel, Message.supporter_id == supporter_id)
    )
    campaign, who = session.get_one(Campaign, blast.campaign_id), session.get_one(Supporter, supporter_id)
    rendering_id = session.scalar(_rendering_for(blast, channel, supporter_id, arms))
    if session.scalar(already) or rendering_id is None:
        return 0
    batch = (
        insert(Batch)
        .values(
            blast_id=blast.id,
            rendering_id=rendering_id,
            channel=channel,
            pace=Pace.PROMPT,
            time_zone="",
            sender=sender_name(channel, campaign.sender_email, who.sms_sender),
            first_supporter_id=supporter_id,
            last_supporter_id=supporter_id,
            size=1,
            not_before=now,
            expires_at=blast.expires_at,
        )
        .returning(Batch.id)
    )
    batch_id = session.scalars(batch).one()
    row = upsert(Message).values(blast_id=blast.id, channel=channel, supporter_id=supporter_id, batch_id=batch_id)
    written = row.on_conflict_do_nothing().returning(Message.supporter_id)
    if session.scalar(written) is None:
        # Two confirmations at once: the other has written it.
        session.execute(delete(Batch).where(Batch.id == batch_id))
        return 0
    # One that had been called done goes on. Only then is its row written: all who join share it.
    done = update(Blast).where(Blast.id == blast.id, Blast.state == BlastState.DONE)
    session.execute(done.values(state=BlastState.RUNNING, finished_at=None))
    return 1


def has_signed(session: Session, campaign_id: int, supporter_id: int) -> bool:
    """Whether this supporter has signed the campaign's petition (pk_signatures)."""
    asked = select(Supporter.id).where(Supporter.id == supporter_id, audiences.has_signed(campaign_id))
    return session.scalar(asked) is not None


def _rendering_for(blast: Blast, channel: Channel, supporter_id: int, arms: Sequence[str]) -> Select[int]:
    """The rendering in the supporter's language, else in the campaign's, else any; of these arms, best first.

    Where none of them is frozen yet, the one that was frozen last for everybody.
    """
    language = select(func.split_part(Supporter.locale, "-", 1)).where(Supporter.id == supporter_id).scalar_subquery()
    default = select(Campaign.language).where(Campaign.id == blast.campaign_id).scalar_subquery()
    place = case({arm: number for number, arm in enumerate(arms)}, value=Rendering.arm, else_=len(arms))
    return (
        select(Rendering.id)
        .where(
            Rendering.blast_id == blast.id,
            Rendering.channel == channel,
            Rendering.arm.in_(arms) | ~Rendering.arm.endswith("signed"),
        )
        .order_by(
            (place < len(arms)).desc(),
            (Rendering.language == language).desc(),
            (Rendering.language == default).desc(),
            place,
            Rendering.id.desc() if blast.is_rolling else Rendering.id,
        )
        .limit(1)
    )
