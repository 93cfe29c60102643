"""Messages to one person outside any blast."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, SmallInteger
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.channel import Channel
from service.domain.message import MessageState
from service.store.tables.base import Base, Id, one_of


class Notice(Base):
    """A message to one person outside any blast: a confirmation, an answer, a sign-in link."""

    __tablename__ = "notices"

    id: Mapped[Id]
    kind: Mapped[str]
    channel: Mapped[str]
    # What makes it the same notice: asked for twice, it is sent once.
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaigns.id"))
    supporter_id: Mapped[int | None] = mapped_column(ForeignKey("supporters.id"))
    # Null for whoever was forgotten.
    to_address: Mapped[str | None]
    sender: Mapped[str | None]
    # Facts its template is filled with; ids and words, never a secret.
    facts: Mapped[dict[str, str]] = mapped_column(JSONB)
    # A confirmation may go to an address that has left (it asked to come back); an answer may not.
    passes_suppression: Mapped[bool] = mapped_column(server_default=sql("false"))
    state: Mapped[str] = mapped_column(server_default="queued")
    reason: Mapped[str] = mapped_column(server_default="")
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime]
    lease_owner: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    attempt_id: Mapped[UUID | None]
    attempt_count: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    intent_at: Mapped[datetime | None]
    provider_ref: Mapped[str] = mapped_column(server_default="")
    body: Mapped[str] = mapped_column(server_default="")
    created_by: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime]

    __table_args__ = (
        one_of("channel", Channel),
        one_of("state", MessageState),
        Index("ix_notices_queued", "not_before", postgresql_where=sql("state = 'queued'")),
        Index("ix_notices_unknown", "id", postgresql_where=sql("state = 'unknown'")),
        Index("ix_notices_open", "intent_at", postgresql_where=sql("state IN ('claimed', 'sending', 'in_doubt')")),
        Index("ix_notices_to_address", "to_address", "created_at"),
        Index("ix_notices_supporter_id", "supporter_id"),
        Index(
            "ix_notices_over_budget",
            *("campaign_id", "id"),
            postgresql_where=sql("state = 'queued' AND reason = 'over_budget'"),
        ),
    )
