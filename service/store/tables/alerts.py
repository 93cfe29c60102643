"""Alerts on their way to another system."""

from datetime import datetime

from sqlalchemy import Index, SmallInteger
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.alert import AlertKind
from service.store.tables.base import Base, Id, one_of


class Alert(Base):
    """One thing that happened, told once; kept for some days after it was."""

    __tablename__ = "alerts"

    id: Mapped[Id]
    kind: Mapped[str]
    # What makes it the same alert: raised twice, it is told once.
    once: Mapped[str] = mapped_column(unique=True)
    facts: Mapped[dict[str, str]] = mapped_column(JSONB)
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]
    try_count: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    # When it was told, or given up; null while it is tried.
    ended_at: Mapped[datetime | None]
    # Why the last try failed; '' where it did not.
    reason: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        one_of("kind", AlertKind),
        Index("ix_alerts_due", "next_at", postgresql_where=sql("ended_at IS NULL")),
        Index("ix_alerts_created_at", "created_at"),
    )
