"""The memory of who changed what, a page at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from service.store import Session
from service.store.queries import audit


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
