"""Complaints about how people's data are treated."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from service.store.tables.base import Base, Id


class Complaint(Base):
    """What somebody wrote about their data, to be answered within thirty days."""

    __tablename__ = "complaints"

    id: Mapped[Id]
    campaign_id: Mapped[int]
    # Where the answer goes; null where they gave none, or were forgotten.
    email: Mapped[str | None]
    words: Mapped[str]
    at: Mapped[datetime]
    # When managers were told that it is nearly overdue.
    told_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str] = mapped_column(server_default="")
    # What was done about it.
    outcome: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        Index("ix_complaints_open", "at", postgresql_where=text("closed_at IS NULL")),
        Index("ix_complaints_at", "at"),
        Index("ix_complaints_email", "email"),
    )
