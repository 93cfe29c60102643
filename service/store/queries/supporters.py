"""Questions about supporters."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.domain.channel import Channel
from service.store import Session
from service.store.tables.people import Supporter
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
    # The name as it stands on petitions; '' where none was given.
    full_name: str = ""


def _known(row: Supporter | None) -> Known | None:
    if row is None:
        return None
    return Known(row.id, row.first_name, row.email, row.phone, row.locale, row.time_zone, row.full_name)


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
    referred_by: int | None = None,
    now: datetime,
    full_name: str = "",
) -> int:
    """A new supporter with one address; when two confirm the same address at once, both get the one supporter."""
    name = "email" if channel is Channel.EMAIL else "phone"
    row = upsert(Supporter).values(
        first_name=first_name,
        full_name=full_name,
        locale=locale,
        time_zone=time_zone,
        source=source,
        referred_by=referred_by,
        created_at=now,
        **{name: address, f"{name}_hash": address_hash},
    )
    kept = row.on_conflict_do_update(constraint=f"uq_supporters_{name}", set_={name: address})
    return session.scalars(kept.returning(Supporter.id)).one()


def attach(session: Session, supporter_id: int, *, channel: Channel, address: str, address_hash: bytes) -> bool:
    """Give a supporter an address they lack and nobody else has; False when that is not so, or they were forgotten."""
    name = "email" if channel is Channel.EMAIL else "phone"
    column = Supporter.email if channel is Channel.EMAIL else Supporter.phone
    if session.scalar(select(Supporter.id).where(column == address)) is not None:
        return False
    given = (
        update(Supporter)
        .where(Supporter.id == supporter_id, column.is_(None), Supporter.erased_at.is_(None))
        .values(**{name: address, f"{name}_hash": address_hash})
    )
    return bool(session.execute(given.returning(Supporter.id)).all())


def keep_number(session: Session, supporter_id: int, number: str) -> None:
    """The number of ours this supporter hears from, unless they have one already."""
    keep = update(Supporter).where(Supporter.id == supporter_id, Supporter.sms_sender == "")
    session.execute(keep.values(sms_sender=number))


def sender_of(session: Session, supporter_id: int) -> str:
    """The number of ours this supporter's texts come from; empty where they have none yet (pk_supporters)."""
    return session.scalar(select(Supporter.sms_sender).where(Supporter.id == supporter_id)) or ""


def is_erased(session: Session, supporter_id: int) -> bool:
    """Whether this was somebody whom we have forgotten (pk_supporters)."""
    gone = select(Supporter.id).where(Supporter.id == supporter_id, Supporter.erased_at.is_not(None))
    return session.scalar(gone) is not None


def brought_by(session: Session, supporter_id: int, *, most: int = 100) -> int:
    """How many have come by this supporter's link, counted up to `most` (ix_supporters_referred_by)."""
    friends = select(Supporter.id).where(Supporter.referred_by == supporter_id).limit(most)
    return session.scalar(select(func.count()).select_from(friends.subquery())) or 0


def change(session: Session, supporter_id: int, values: Mapping[str, str]) -> None:
    """Change what a supporter says of themselves: first name, full name, locale, time zone."""
    if values:
        session.execute(update(Supporter).where(Supporter.id == supporter_id).values(**values))


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
