"""The memory of who changed what, a page at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

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
