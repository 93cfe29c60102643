"""Questions about supporters and sign-ups."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from service.domain.channel import Channel
from service.store import Session
from service.store.tables.people import SignUp, Supporter
from service.store.tables.sending import Message


@dataclass(frozen=True, slots=True)
class Known:
    """A supporter, as the rooms see one."""

    id: int
    first_name: str
    email: str | None
    phone: str | None
    locale: str
    time_zone: str


def _known(row: Supporter | None) -> Known | None:
    if row is None:
        return None
    return Known(row.id, row.first_name, row.email, row.phone, row.locale, row.time_zone)


def by_id(session: Session, supporter_id: int) -> Known | None:
    """The supporter, unless erased."""
    found = select(Supporter).where(Supporter.id == supporter_id, Supporter.erased_at.is_(None))
    return _known(session.scalars(found).one_or_none())


def by_address(session: Session, channel: Channel, address: str) -> Known | None:
    """Whose address this is (uq_supporters_email, uq_supporters_phone)."""
    column = Supporter.email if channel is Channel.EMAIL else Supporter.phone
    return _known(session.scalars(select(Supporter).where(column == address)).one_or_none())


def add(
    session: Session,
    *,
    first_name: str,
    channel: Channel,
    address: str,
    address_hash: bytes,
    locale: str,
    time_zone: str,
    source: str,
    now: datetime,
) -> int:
    """A new supporter with one address; when two confirm the same address at once, both get the one supporter."""
    name = "email" if channel is Channel.EMAIL else "phone"
    row = upsert(Supporter).values(
        first_name=first_name,
        locale=locale,
        time_zone=time_zone,
        source=source,
        created_at=now,
        **{name: address, f"{name}_hash": address_hash},
    )
    kept = row.on_conflict_do_update(constraint=f"uq_supporters_{name}", set_={name: address})
    return session.scalars(kept.returning(Supporter.id)).one()


def attach(session: Session, supporter_id: int, *, channel: Channel, address: str, address_hash: bytes) -> bool:
    """Give a supporter an address they lack and nobody else has; False when that is not so."""
    name = "email" if channel is Channel.EMAIL else "phone"
    column = Supporter.email if channel is Channel.EMAIL else Supporter.phone
    if session.scalar(select(Supporter.id).where(column == address)) is not None:
        return False
    given = (
        update(Supporter)
        .where(Supporter.id == supporter_id, column.is_(None))
        .values(**{name: address, f"{name}_hash": address_hash})
    )
    return bool(session.execute(given.returning(Supporter.id)).all())


def keep_number(session: Session, supporter_id: int, number: str) -> None:
    """The number of ours this supporter hears from, unless they have one already."""
    keep = update(Supporter).where(Supporter.id == supporter_id, Supporter.sms_sender == "")
    session.execute(keep.values(sms_sender=number))


def change(session: Session, supporter_id: int, values: Mapping[str, str]) -> None:
    """Change what a supporter says of themselves: first name, locale, time zone."""
    if values:
        session.execute(update(Supporter).where(Supporter.id == supporter_id).values(**values))


_ADD_SIGN_UP = text("""
    INSERT INTO sign_ups (campaign_id, first_name, email, phone, wants_email, wants_sms, signs_petition, wordings, locale,
        time_zone, source, ip, created_at)
    VALUES (:campaign_id, :first_name, :email, :phone, :wants_email, :wants_sms, :signs_petition, :wordings, :locale,
        :time_zone, :source, :ip, :created_at)
    RETURNING id
""").bindparams(bindparam("wordings", type_=JSONB))


def add_sign_up(session: Session, values: Mapping[str, object]) -> int:
    """Write a sign-up down as it was typed."""
    return int(session.scalars(_ADD_SIGN_UP, values).one())


def sign_up(session: Session, sign_up_id: int) -> SignUp | None:
    """A sign-up, held while it is being confirmed."""
    return session.scalars(select(SignUp).where(SignUp.id == sign_up_id).with_for_update()).one_or_none()


def sign_up_email(session: Session, sign_up_id: int) -> str | None:
    """The email address of a sign-up; None where there is none, or it is forgotten."""
    found = session.scalar(select(SignUp.email).where(SignUp.id == sign_up_id))
    return found if found and "@" in found else None


def waiting_sign_up(session: Session, phone: str, *, since: datetime) -> SignUp | None:
    """The newest sign-up of this phone that waits for its text (ix_sign_ups_phone_created_at), held."""
    question = (
        select(SignUp)
        .where(SignUp.phone == phone, SignUp.wants_sms, SignUp.phone_confirmed_at.is_(None), SignUp.created_at > since)
        .order_by(SignUp.created_at.desc())
        .limit(1)
        .with_for_update()
    )
    return session.scalars(question).one_or_none()


@dataclass(frozen=True, slots=True)
class Standing:
    """What we know of an address that signs up. Counts are of notices to it, by kind."""

    supporter_id: int | None
    is_joined: bool
    confirm_today: int
    confirm_ever: int
    joined_today: int


# One question, for sign-ups come by the thousand in the minutes after the whistle. Served by uq_supporters_email or
# uq_supporters_phone, pk_permissions, pk_suppressions and ix_notices_to_address.
_STANDING = """
    SELECT s.id AS supporter_id, coalesce(p.supporter_id IS NOT NULL AND x.address_hash IS NULL, false) AS is_joined,
        n.confirm_today, n.confirm_ever, n.joined_today
    FROM (SELECT count(*) FILTER (WHERE kind = :confirm AND created_at > :since) AS confirm_today,
              count(*) FILTER (WHERE kind = :confirm) AS confirm_ever,
              count(*) FILTER (WHERE kind = :joined AND created_at > :since) AS joined_today
          FROM notices WHERE to_address = :address AND kind IN (:confirm, :joined)) n
    LEFT JOIN supporters s ON s.{address} = :address
    LEFT JOIN permissions p ON p.campaign_id = :campaign_id AND p.channel = :channel AND p.supporter_id = s.id
    LEFT JOIN suppressions x ON x.channel = :channel AND x.address_hash = s.{address}_hash
"""
_STANDINGS = {
    channel: text(_STANDING.format(address="email" if channel is Channel.EMAIL else "phone")) for channel in Channel
}


def standing(
    session: Session, channel: Channel, address: str, *, campaign_id: int, confirm: str, joined: str, since: datetime
) -> Standing:
    """How an address stands with a campaign, and how often it was asked to `confirm` or told that it has `joined`."""
    asked = {
        "channel": str(channel),
        "address": address,
        "campaign_id": campaign_id,
        "confirm": confirm,
        "joined": joined,
        "since": since,
    }
    return Standing(**session.execute(_STANDINGS[channel], asked).one()._mapping)


def note_left(session: Session, *, blast_id: int, channel: Channel, supporter_id: int, now: datetime) -> None:
    """Remember that this message was the one its reader left by."""
    session.execute(
        update(Message)
        .where(
            Message.blast_id == blast_id,
            Message.channel == channel,
            Message.supporter_id == supporter_id,
            Message.left_at.is_(None),
        )
        .values(left_at=now)
    )


def note_click(session: Session, *, blast_id: int, channel: Channel, supporter_id: int, now: datetime) -> None:
    """Remember the first click on a message."""
    session.execute(
        update(Message)
        .where(
            Message.blast_id == blast_id,
            Message.channel == channel,
            Message.supporter_id == supporter_id,
            Message.clicked_at.is_(None),
        )
        .values(clicked_at=now)
    )
