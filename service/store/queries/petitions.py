"""Questions about petitions and signatures."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.store import Session
from service.store.tables.campaign import Petition
from service.store.tables.people import Signature


@dataclass(frozen=True, slots=True)
class PetitionView:
    """A petition as a page shows it."""

    id: int
    campaign_id: int
    title: str
    body: str
    addressee: str
    goal: int
    count: int
    is_closed: bool


def petition_of(session: Session, campaign_id: int, language: str) -> PetitionView | None:
    """A campaign's petition in a language, with its count of signatures."""
    row = session.scalars(select(Petition).where(Petition.campaign_id == campaign_id)).one_or_none()
    if row is None:
        return None
    wording = row.wordings.get(language) or next(iter(row.wordings.values()), {})
    return PetitionView(
        id=row.id,
        campaign_id=campaign_id,
        title=wording.get("title", ""),
        body=wording.get("body", ""),
        addressee=row.addressee,
        goal=row.goal,
        count=count(session, row.id),
        is_closed=row.closed_at is not None,
    )


def count(session: Session, petition_id: int) -> int:
    """How many supporters have signed (pk_signatures)."""
    return session.scalar(select(func.count()).where(Signature.petition_id == petition_id)) or 0


def sign(
    session: Session,
    *,
    campaign_id: int,
    supporter_id: int,
    name: str,
    source: str,
    now: datetime,
    blast_id: int | None = None,
) -> bool:
    """Sign the campaign's open petition; False when there is none, or the supporter has signed already."""
    open_petition = select(
        Petition.id,
        literal(supporter_id),
        literal(name),
        literal(source),
        literal(blast_id, type_=Signature.blast_id.type),
        literal(now),
    ).where(Petition.campaign_id == campaign_id, Petition.closed_at.is_(None))
    row = upsert(Signature).from_select(
        ["petition_id", "supporter_id", "name", "source", "blast_id", "signed_at"], open_petition
    )
    signed = row.on_conflict_do_nothing().returning(Signature.supporter_id)
    return session.execute(signed).one_or_none() is not None


def has_signed(session: Session, *, petition_id: int, supporter_id: int) -> bool:
    """Whether a supporter has signed."""
    found = select(Signature.supporter_id).where(
        Signature.petition_id == petition_id, Signature.supporter_id == supporter_id
    )
    return session.scalar(found) is not None


def signatures(session: Session, petition_id: int) -> list[tuple[str, datetime]]:
    """Every name and when it was signed, for the addressee; erased names are left out but counted."""
    rows = session.execute(
        select(Signature.name, Signature.signed_at)
        .where(Signature.petition_id == petition_id, Signature.name != "")
        .order_by(Signature.signed_at)
    )
    return [(name, signed_at) for name, signed_at in rows]


def close(session: Session, petition_id: int, *, delivered_at: datetime) -> None:
    """The petition was handed to its addressee."""
    values = {"closed_at": delivered_at, "delivered_at": delivered_at}
    session.execute(update(Petition).where(Petition.id == petition_id).values(**values))
