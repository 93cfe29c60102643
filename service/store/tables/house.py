"""The house's own memory: its one row of facts, and who did what."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.store.tables.base import Base, Id


class House(Base):
    """One row. `epoch` changes when a backup is restored; `ticked_at` tells that a ticker is alive."""

    __tablename__ = "house"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    epoch: Mapped[int] = mapped_column(Integer, server_default="1")
    ticked_at: Mapped[datetime | None]
    inbound_seen_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)


class AuditEntry(Base):
    """One privileged change, written in the change's own transaction."""

    __tablename__ = "audit_entries"

    id: Mapped[Id]
    at: Mapped[datetime]
    actor: Mapped[str]
    deed: Mapped[str]
    subject: Mapped[str]
    details: Mapped[dict[str, str]] = mapped_column(JSONB)

    __table_args__ = (Index("ix_audit_entries_at", "at"),)
