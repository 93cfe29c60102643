"""The certificate of an erasing: every table, log and archive it went through, and what was done there; it names nobody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.store import Session
from service.store.queries import erasures
from service.store.tables.people import Erasure

_TABLES: Mapping[str, str] = {
    "supporters": "name, addresses, language, place, tags and own fields emptied",
    "sign_ups": "forms emptied: they confirm nothing any more",
    "consents": "withdrawn; network addresses and own words emptied, that and when something was allowed stays",
    "permissions": "deleted: nothing may be sent",
    "signatures": "the name emptied; it counts on without one",
    "actions": "own words emptied",
    "notices": "address and words emptied; what still waited is not sent",
    "messages": "what a provider said emptied",
    "receipts": "what a provider said emptied",
    "replies": "number and words emptied",
    "complaints": "address and words emptied",
    "testers": "deleted",
    "uploads": "files that managers were looking at deleted, all of them",
}
# Where nothing had to be done, or nothing can be done from here, and why.
_ELSEWHERE: Sequence[tuple[str, str]] = (
    ("suppressions", "the addresses are left alone for good, by keyed hashes that cannot be read back"),
    (
        "audit_entries",
        "name supporters by number only; kept, with the addresses of managers and about where they signed in from",
    ),
    (
        "managers",
        "accounts are not touched: a supporter who is a manager too keeps the account and its address, "
        "and the audit names them as a manager; removing the account ends it, and keeps the address for the audit",
    ),
    ("approvals", "who said yes or no, as a manager, and why in their own words; kept"),
    ("alerts", "hold ids and links, no words and no address; nothing to erase"),
    ("the program's logs", "hold no address, number, name or token; nothing to erase"),
    ("Postgres' log", "holds no values of statements where this program runs Postgres; nothing to erase"),
    ("Redis", "holds the names of tasks only; nothing to erase"),
    ("backups of the database", "are not changed; whoever restores one is made to erase again before anything is sent"),
    (
        "email and text providers",
        "keep logs of their own for the time of your contract with them; not reached from here",
    ),
    ("exports and files taken out", "are out of reach; the audit says who took which and when"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere the erasing went through: how many rows it changed there, None where that is not counted."""

    name: str
    done: str
    rows: int | None


@dataclass(frozen=True, slots=True)
class Certificate:
    """Kept without a name: whoever was erased is told its number."""

    id: int
    ref: UUID
    at: datetime
    source: str
    was_known: bool
    places: tuple[Place, ...]


def certificate_of(session: Session, ref: UUID) -> Certificate | None:
    """The certificate of this number."""
    row = erasures.by_ref(session, ref)
    return None if row is None else _certificate(row)


def certificates(session: Session, *, before_id: int | None = None, limit: int = 100) -> list[Certificate]:
    """The newest, or those before one."""
    return [_certificate(row) for row in erasures.page(session, before_id=before_id, limit=limit)]


def as_text(told: Certificate) -> str:
    """To hand out: plain words."""
    lines = [
        f"Certificate of erasing {told.ref}",
        f"{told.at:%Y-%m-%d %H:%M} UTC, {told.source}",
        "Somebody's data were erased." if told.was_known else "Nothing was held about them.",
        "",
        *(f"{place.name}: {_rows(place)}{place.done}" for place in told.places),
    ]
    return "\n".join(lines) + "\n"


def _rows(place: Place) -> str:
    if place.rows is None:
        return ""
    return "1 row; " if place.rows == 1 else f"{place.rows} rows; "


def _certificate(row: Erasure) -> Certificate:
    names = sorted(row.counts, key=lambda name: list(_TABLES).index(name) if name in _TABLES else len(_TABLES))
    tables = [Place(name, _TABLES.get(name, "emptied"), row.counts[name]) for name in names]
    elsewhere = [Place(name, done, None) for name, done in _ELSEWHERE]
    return Certificate(row.id, row.ref, row.at, row.source, row.was_known, (*tables, *elsewhere))
