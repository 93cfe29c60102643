"""Questions about petitions and signatures."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, text, update

from service.domain.petition import Asks
from service.store import Session
from service.store.tables.campaign import Campaign, Petition
from service.store.tables.people import Supporter
from service.store.tables.signatures import Signature, SignatureCount


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
    asks: Asks = Asks.NOTHING

    @property
    def wording(self) -> str:
        """What whoever signs it says."""
        return f"I sign the petition “{self.title}”, addressed to {self.addressee}."


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
        asks=Asks(row.asks),
    )


def stands() -> ColumnElement[bool]:
    """Whether a signature counts: it has its name (or had it, and it was erased), and nobody took it off."""
    return and_(Signature.withdrawn_at.is_(None), Signature.awaits_name.is_(False))


def count(session: Session, petition_id: int) -> int:
    """How many signatures stand: the sum of 65 slots at most (pk_signature_counts)."""
    found = select(func.sum(SignatureCount.count)).where(SignatureCount.petition_id == petition_id)
    return int(session.scalar(found) or 0)


_SIGN = text("""
    INSERT INTO signatures (petition_id, supporter_id, name, place, wording, mailbox, source, blast_id, signed_at)
    SELECT id, :supporter_id, :name, :place, :wording, :mailbox, :source, :blast_id, :now
    FROM petitions WHERE id = :petition_id AND closed_at IS NULL
    ON CONFLICT DO NOTHING RETURNING supporter_id
""")
# What was taken off, or had no name yet, may be signed anew by the same supporter.
_SIGN_AGAIN = text("""
    UPDATE signatures g SET name = :name, place = :place, wording = :wording, mailbox = :mailbox, source = :source,
        blast_id = :blast_id, signed_at = :now, withdrawn_at = NULL, awaits_name = CAST(:name AS text) = ''
    FROM petitions p
    WHERE p.id = g.petition_id AND p.closed_at IS NULL AND g.petition_id = :petition_id
      AND g.supporter_id = :supporter_id AND (g.withdrawn_at IS NOT NULL OR g.awaits_name)
      AND NOT EXISTS (SELECT FROM signatures o WHERE o.petition_id = :petition_id AND o.mailbox = :mailbox
          AND o.withdrawn_at IS NULL AND o.supporter_id <> :supporter_id)
    RETURNING g.supporter_id
""")


def sign(session: Session, values: Mapping[str, object]) -> bool:
    """Put a name on an open petition; False where it is closed, or the supporter or the mailbox has signed already.

    `values`: petition_id, supporter_id, name, place, wording, mailbox, source, blast_id, now. A signature without a name
    is kept, and does not count until it has one (pk_signatures, uq_signatures_mailbox).
    """
    if session.execute(_SIGN, values).one_or_none() is not None:
        return True
    return session.execute(_SIGN_AGAIN, values).one_or_none() is not None


@dataclass(frozen=True, slots=True)
class Standing:
    """A signature as its signer may see it."""

    petition_id: int
    supporter_id: int
    campaign_id: int
    name: str
    signed_at: datetime
    withdrawn_at: datetime | None
    awaits_name: bool

    @property
    def stands(self) -> bool:
        return self.withdrawn_at is None and not self.awaits_name


_COLUMNS = (
    Signature.petition_id,
    Signature.supporter_id,
    Petition.campaign_id,
    Signature.name,
    Signature.signed_at,
    Signature.withdrawn_at,
    Signature.awaits_name,
)


def signature_of(session: Session, *, petition_id: int, supporter_id: int) -> Standing | None:
    """A supporter's signature, whether or not it stands (pk_signatures)."""
    question = (
        select(*_COLUMNS)
        .join(Petition, Petition.id == Signature.petition_id)
        .where(Signature.petition_id == petition_id, Signature.supporter_id == supporter_id)
    )
    row = session.execute(question).one_or_none()
    return Standing(**row._mapping) if row else None


def signatures_of(session: Session, supporter_id: int) -> Sequence[Standing]:
    """Where a supporter's name stands, or waits to (ix_signatures_supporter_id)."""
    question = (
        select(*_COLUMNS)
        .join(Petition, Petition.id == Signature.petition_id)
        .where(Signature.supporter_id == supporter_id, Signature.withdrawn_at.is_(None))
        .order_by(Signature.signed_at)
    )
    return [Standing(**row._mapping) for row in session.execute(question)]


def signed_by_mailbox(
    session: Session, *, petition_id: int, mailbox: bytes | None, email: str | None, but: int
) -> Standing | None:
    """Another supporter's signature from the same mailbox, one that stands before one that waits for its name.

    By the signature's own key (uq_signatures_mailbox), or by the address of those who signed before there was one
    (ix_supporters_email_canonical, pk_signatures).
    """
    same = [Signature.mailbox == mailbox] if mailbox else []
    if email:
        alike = select(Supporter.id).where(Supporter.email_canonical == func.canonical_email(email))
        same.append(Signature.supporter_id.in_(alike))
    if not same:
        return None
    question = (
        select(*_COLUMNS)
        .join(Petition, Petition.id == Signature.petition_id)
        .where(Signature.petition_id == petition_id, Signature.supporter_id != but, or_(*same))
        .where(Signature.withdrawn_at.is_(None))
        .order_by(Signature.awaits_name)
        .limit(1)
    )
    row = session.execute(question).one_or_none()
    return Standing(**row._mapping) if row else None


def awaiting_name(session: Session, supporter_id: int, *, since: datetime) -> int | None:
    """The campaign whose petition a supporter signed lately without a name (ix_signatures_awaiting)."""
    question = (
        select(Petition.campaign_id)
        .join(Signature, Signature.petition_id == Petition.id)
        .where(Signature.supporter_id == supporter_id, Signature.awaits_name, Signature.signed_at > since)
        .where(Signature.withdrawn_at.is_(None))
        .order_by(Signature.signed_at.desc())
        .limit(1)
    )
    return session.scalar(question)


def withdraw(session: Session, *, petition_id: int, supporter_id: int, now: datetime) -> bool:
    """Take a name off; that it was there is kept, without the name. False where it was off already."""
    row = (
        update(Signature)
        .where(
            Signature.petition_id == petition_id,
            Signature.supporter_id == supporter_id,
            Signature.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now, name="", place="", awaits_name=False)
    )
    return session.execute(row.returning(Signature.supporter_id)).one_or_none() is not None


def has_signed(session: Session, *, petition_id: int, supporter_id: int) -> bool:
    """Whether a supporter's signature stands."""
    found = select(Signature.supporter_id).where(
        Signature.petition_id == petition_id, Signature.supporter_id == supporter_id, stands()
    )
    return session.scalar(found) is not None


def title_of(session: Session, petition_id: int) -> tuple[str, str]:
    """A petition's title in its campaign's language, and the campaign's slug."""
    row = session.execute(
        select(Petition.wordings, Campaign.language, Campaign.slug)
        .join(Campaign, Campaign.id == Petition.campaign_id)
        .where(Petition.id == petition_id)
    ).one()
    wordings: dict[str, dict[str, str]] = row.wordings
    words = wordings.get(row.language) or next(iter(wordings.values()), {})
    return words.get("title", ""), row.slug


def signatures(session: Session, petition_id: int) -> Iterator[tuple[str, str, datetime]]:
    """Every signature that counts, in the order they were signed: name ('' where it was erased), place, when."""
    rows = session.execute(
        select(Signature.name, Signature.place, Signature.signed_at)
        .where(Signature.petition_id == petition_id, stands())
        .order_by(Signature.signed_at, Signature.supporter_id)
        .execution_options(yield_per=5_000)
    )
    return ((name, place, signed_at) for name, place, signed_at in rows)


def close(session: Session, petition_id: int, *, delivered_at: datetime) -> None:
    """The petition was handed to its addressee."""
    values = {"closed_at": delivered_at, "delivered_at": delivered_at}
    session.execute(update(Petition).where(Petition.id == petition_id).values(**values))
