"""Files of people while a manager looks at them, and lists to be fetched: kept for hours, reachable by every web process."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.store.tables.base import Base


class Upload(Base):
    """One file, for the manager who brought it, until it expires."""

    __tablename__ = "uploads"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    manager_id: Mapped[int]
    name: Mapped[str]
    size: Mapped[int]
    # What was chosen or counted: {"campaign": …, "source": …}.
    facts: Mapped[dict[str, str]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    __table_args__ = (Index("ix_uploads_expires_at", "expires_at"),)


class UploadPiece(Base):
    """A part of a file, in order."""

    __tablename__ = "upload_pieces"

    upload_id: Mapped[UUID] = mapped_column(ForeignKey("uploads.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)
