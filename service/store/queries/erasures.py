"""Questions about who was forgotten: certificates, and the hashes by which they are forgotten again."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from service.domain.channel import Channel
from service.store import Session
from service.store.tables.people import Erasure

# Ids of supporters looked through by one statement: some hundred milliseconds, and nobody waits for it.
_SPAN = 100_000


def add(
    session: Session,
    *,
    at: datetime,
    source: str,
    was_known: bool,
    counts: Mapping[str, int],
    hashes: Mapping[Channel, bytes],
) -> UUID:
    """Write an erasing down, in its own transaction; the number of its certificate."""
    row = {
        "at": at,
        "source": source,
        "was_known": was_known,
        "counts": dict(counts),
        "hashes": [f"{channel}:{each.hex()}" for channel, each in sorted(hashes.items())],
    }
    return session.scalars(insert(Erasure).values(row).returning(Erasure.ref)).one()


def mark(
    session: Session, ref: UUID, *, at: datetime, was_known: bool, hashes: Sequence[tuple[Channel, bytes]]
) -> None:
    """Write down that an erasing that a restore had undone is done again, under its own number."""
    told = [f"{channel}:{each.hex()}" for channel, each in hashes]
    row = {"ref": ref, "at": at, "source": "before the restore", "was_known": was_known, "counts": {}, "hashes": told}
    session.execute(insert(Erasure).values(row).on_conflict_do_nothing())


def known(session: Session, refs: Sequence[UUID], *, at_once: int = 1_000) -> set[UUID]:
    """Those of these erasings that are in the database (uq_erasures_ref)."""
    found: set[UUID] = set()
    for first in range(0, len(refs), at_once):
        found |= set(session.scalars(select(Erasure.ref).where(Erasure.ref.in_(refs[first : first + at_once]))))
    return found


def by_ref(session: Session, ref: UUID) -> Erasure | None:
    """The erasing of this number (uq_erasures_ref)."""
    return session.scalars(select(Erasure).where(Erasure.ref == ref)).one_or_none()


def page(session: Session, *, before_id: int | None, limit: int) -> Sequence[Erasure]:
    """Erasings, the newest first. Walks the primary key."""
    asked = select(Erasure).order_by(Erasure.id.desc()).limit(limit)
    return session.scalars(asked if before_id is None else asked.where(Erasure.id < before_id)).all()


def after(session: Session, erasure_id: int, *, limit: int = 1_000) -> Sequence[Erasure]:
    """Erasings from above an id on, in the order in which they committed: they take turns. Walks the primary key."""
    asked = select(Erasure).where(Erasure.id > erasure_id).order_by(Erasure.id).limit(limit)
    return session.scalars(asked).all()


_WITH_HASHES = text("""
    SELECT id, CASE WHEN email_hash = ANY(:emails) THEN email_hash ELSE phone_hash END AS hashed FROM supporters
    WHERE id > :after AND id <= :upto AND (email_hash = ANY(:emails) OR phone_hash = ANY(:phones)) ORDER BY id
""")
_NEWEST = text("SELECT coalesce(max(id), 0) FROM supporters")


def supporters_with(session: Session, emails: Sequence[bytes], phones: Sequence[bytes]) -> list[tuple[int, bytes]]:
    """Supporters whose address has one of these hashes, and which: all are looked through, span by span."""
    newest = int(session.scalars(_NEWEST).one())
    asked = {"emails": list(emails), "phones": list(phones)}
    spans = ({**asked, "after": first, "upto": first + _SPAN} for first in range(0, newest, _SPAN))
    return [(row.id, bytes(row.hashed)) for span in spans for row in session.execute(_WITH_HASHES, span)]


# Where an address can stand that belongs to no supporter: the key that its rows are read by, and the address.
_PLACES = (
    ("sign_ups", "id", "email"),
    ("sign_ups", "id", "phone"),
    ("notices", "id", "to_address"),
    ("replies", "id", "phone"),
    ("testers", "id", "address"),
    ("complaints", "id", "email"),
)


def addresses_outside(session: Session, *, limit: int = 5_000) -> Iterator[str]:
    """Every address that stands outside of supporters, page by page along primary keys; some of them several times."""
    for table, key, column in _PLACES:
        question = text(
            f"SELECT {key} AS key, {column} AS address FROM {table} WHERE {key} > :after ORDER BY {key} LIMIT {limit}"  # noqa: S608 - ours
        )
        last = 0
        while rows := session.execute(question, {"after": last}).all():
            last = rows[-1].key
            yield from (row.address for row in rows if row.address)
