"""The memory of who changed what, a page at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from service.domain.chain import entry_digest
from service.store import Session
from service.store.queries import audit
from service.store.queries.house import write_audit


@dataclass(frozen=True, slots=True)
class Entry:
    """One privileged change."""

    id: int
    at: datetime
    actor: str
    deed: str
    subject: str
    details: Mapping[str, str]


def read_audit(session: Session, *, before_id: int | None = None, limit: int = 100) -> list[Entry]:
    """The newest changes, or those before an entry."""
    rows = audit.page(session, before_id=before_id, limit=limit)
    return [Entry(row.id, row.at, row.actor, row.deed, row.subject, row.details) for row in rows]


def note_deed(
    session: Session, *, actor: str, deed: str, subject: str, details: Mapping[str, str], now: datetime
) -> None:
    """Remember what a manager did in a room that does not know of managers."""
    write_audit(session, at=now, actor=actor, deed=deed, subject=subject, details=details)


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a walk along the audit found. `head`: the newest digest; kept elsewhere, it also shows a cut at the end."""

    entries: int
    unchained: int
    first_broken: int | None
    head: str


def verify_audit(session: Session) -> ChainReport:
    """Walk the whole audit and reckon every digest anew; names the first entry that is not as it was written."""
    entries, unchained, after_id, previous = 0, 0, 0, b""
    while rows := audit.page_upwards(session, after_id=after_id):
        for row in rows:
            # Entries older than the chain carry no digest; none may stand after the first that does.
            if row.digest is None and not previous:
                unchained += 1
                continue
            expected = entry_digest(
                previous, at=row.at, actor=row.actor, deed=row.deed, subject=row.subject, details=row.details
            )
            if row.digest != expected:
                return ChainReport(entries, unchained, row.id, previous.hex())
            entries, previous = entries + 1, expected
        after_id = rows[-1].id
        session.expire_all()
    return ChainReport(entries, unchained, None, previous.hex())
