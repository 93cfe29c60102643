"""Questions about who did what."""

from collections.abc import Sequence

from sqlalchemy import select

from service.store import Session
from service.store.tables.house import AuditEntry


def page(session: Session, *, before_id: int | None, limit: int) -> Sequence[AuditEntry]:
    """Entries, the newest first, from below an id on. Walks the primary key."""
    asked = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    return session.scalars(asked if before_id is None else asked.where(AuditEntry.id < before_id)).all()


def page_upwards(session: Session, *, after_id: int, limit: int = 1000) -> Sequence[AuditEntry]:
    """Entries, the oldest first, from above an id on. Walks the primary key."""
    return session.scalars(
        select(AuditEntry).where(AuditEntry.id > after_id).order_by(AuditEntry.id).limit(limit)
    ).all()
