"""Files of people that were brought in: how far each has come, what it came to, and whether it was taken back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.bringing_in import ImportState
from service.store.tables.base import Base, Id, one_of


class Import(Base):
    """One file that is, or was, brought in."""

    __tablename__ = "imports"

    id: Mapped[Id]
    campaign_id: Mapped[int]
    # The file while it is kept, so that it is brought in once however often the button is pressed; and its rejects.
    upload_id: Mapped[UUID | None] = mapped_column(unique=True)
    rejects_id: Mapped[UUID | None]
    manager_id: Mapped[int]
    name: Mapped[str]
    source: Mapped[str]
    # How the file is read, as it was looked at.
    choices: Mapped[dict[str, object]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    state: Mapped[str]
    why: Mapped[str] = mapped_column(server_default="")
    # Each chunk is counted in the transaction that brings it in.
    rows_done: Mapped[int] = mapped_column(server_default="0")
    counts: Mapped[dict[str, int]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    undone_count: Mapped[int] = mapped_column(server_default="0")
    # The last supporter an undoing has come to.
    undone_through: Mapped[int] = mapped_column(server_default="0")
    lease_owner: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    undone_by: Mapped[str] = mapped_column(server_default="")
    undone_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("state", ImportState),
        Index("ix_imports_at_work", "id", postgresql_where=text("state IN ('waiting', 'running', 'undoing')")),
    )
