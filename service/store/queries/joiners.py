"""Questions about supporters who join after a stage has fired."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, case, exists, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.domain.audience import parse_rules
from service.domain.channel import Channel, Pace
from service.domain.message import BlastState
from service.domain.sender import sender_name
from service.domain.stage import CatchUp
from service.store import Session
from service.store.queries import audiences
from service.store.queries.audiences import audience_select
from service.store.queries.opening import take_pen
from service.store.tables.campaign import Campaign, Stage
from service.store.tables.people import Supporter
from service.store.tables.sending import Batch, Blast, Message, Rendering


def open_to_joiners(session: Session, *, campaign_id: int, channel: Channel, now: datetime) -> Sequence[Blast]:
    """Blasts a supporter who joins now still gets; held, so that none is written or cancelled meanwhile.

    Whoever writes a span of a blast that is still opening holds its pen, so the joiner's copy is written by one or by
    the other, never by both.
    """
    begun = select(Blast.id).where(Blast.campaign_id == campaign_id, Blast.state == BlastState.OPENING)
    for blast_id in session.scalars(begun.order_by(Blast.id)).all():
        take_pen(session, blast_id)
    question = (
        select(Blast)
        .join(Stage, Stage.id == Blast.stage_id)
        .where(
            Blast.campaign_id == campaign_id,
            Blast.channels.contains([str(channel)]),
            Blast.expires_at > now,
            Blast.state.in_([BlastState.OPENING, BlastState.RUNNING, BlastState.DONE, BlastState.PAUSED]),
            Blast.is_rolling | (Stage.catch_up == CatchUp.SEND),
        )
        .order_by(Blast.id)
        .with_for_update(of=Blast)
    )
    return session.scalars(question).all()


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
    row = upsert(Message).values(
        blast_id=blast.id, channel=channel, supporter_id=supporter_id, batch_id=session.scalars(batch).one()
    )
    session.execute(row)
    counted = {
        "audience_count": Blast.audience_count + 1,
        "state": case((Blast.state == BlastState.DONE, literal(str(BlastState.RUNNING))), else_=Blast.state),
    }
    session.execute(update(Blast).where(Blast.id == blast.id).values(**counted))
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
