"""Questions about complaints: which are open, the oldest first, and how many came of late."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, insert, select, text

from service.store import Session
from service.store.tables.complaints import Complaint

# Open ones that are counted; beyond it is "that many and more".
COUNTED_AT_MOST = 1_000


def add(session: Session, *, campaign_id: int, email: str | None, words: str, now: datetime) -> int:
    """Write a complaint down; its number."""
    row = {"campaign_id": campaign_id, "email": email, "words": words, "at": now}
    return session.scalars(insert(Complaint).values(row).returning(Complaint.id)).one()


def count_since(session: Session, since: datetime, *, limit: int) -> int:
    """How many came since then, up to a limit (ix_complaints_at)."""
    found = select(Complaint.id).where(Complaint.at > since).limit(limit).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def of_address_since(session: Session, email: str, since: datetime) -> int:
    """How many came with this address since then (ix_complaints_email)."""
    asked = select(func.count()).select_from(Complaint).where(Complaint.email == email, Complaint.at > since)
    return session.scalar(asked) or 0


def count_open(session: Session) -> int:
    """How many wait, COUNTED_AT_MOST at most (ix_complaints_open)."""
    waiting = select(Complaint.id).where(Complaint.closed_at.is_(None)).limit(COUNTED_AT_MOST).subquery()
    return session.scalar(select(func.count()).select_from(waiting)) or 0


def page_open(session: Session, *, limit: int) -> Sequence[Complaint]:
    """Those that wait, the oldest first (ix_complaints_open)."""
    asked = select(Complaint).where(Complaint.closed_at.is_(None)).order_by(Complaint.at, Complaint.id).limit(limit)
    return session.scalars(asked).all()


def page_closed(session: Session, *, before_id: int | None, limit: int) -> Sequence[Complaint]:
    """All of them, the newest first. Walks the primary key."""
    asked = select(Complaint).order_by(Complaint.id.desc()).limit(limit)
    return session.scalars(asked if before_id is None else asked.where(Complaint.id < before_id)).all()


def hold(session: Session, complaint_id: int) -> Complaint | None:
    """One, held until the transaction ends."""
    asked = select(Complaint).where(Complaint.id == complaint_id).with_for_update()
    return session.scalars(asked.execution_options(populate_existing=True)).one_or_none()


_DUE_SOON = text("""
    UPDATE complaints SET told_at = :now WHERE id = ANY(ARRAY(
        SELECT id FROM complaints WHERE closed_at IS NULL AND at < :before AND told_at IS NULL ORDER BY at LIMIT 50
        FOR UPDATE SKIP LOCKED))
    RETURNING id
""")


def take_due_soon(session: Session, *, before: datetime, now: datetime) -> Sequence[int]:
    """Open ones from before then that nobody was told of, each given out once (ix_complaints_open)."""
    return sorted(session.scalars(_DUE_SOON, {"before": before, "now": now}).all())
