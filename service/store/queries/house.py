"""Questions about the house itself: its clock, its epoch, its memory of who did what."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import DateTime, func, insert, select

from service.store import Session
from service.store.tables.house import AuditEntry


def database_now(session: Session) -> datetime:
    """The database's clock, by which every decision is made: workers' clocks may differ."""
    return session.scalars(select(func.clock_timestamp(type_=DateTime(timezone=True)))).one()


def write_audit(
    session: Session, *, at: datetime, actor: str, deed: str, subject: str, details: Mapping[str, str] | None = None
) -> None:
    """One privileged change, in the change's own transaction. `subject` and `details` hold ids, never addresses."""
    session.execute(
        insert(AuditEntry).values(at=at, actor=actor, deed=deed, subject=subject, details=dict(details or {}))
    )
