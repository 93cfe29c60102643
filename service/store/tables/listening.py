"""What listening keeps beside the replies themselves: conversations, and texts that could not be received."""

from datetime import datetime

from sqlalchemy import Index, Integer, func, text
from sqlalchemy.orm import Mapped, mapped_column

from service.store.tables.base import Base


class Conversation(Base):
    """What went to and fro with one number, as the inbox lists it. A trigger on `replies` keeps it, in their transaction.

    So the version before, whatever erases a person and whatever imports replies keep it too, without knowing of it.
    """

    __tablename__ = "conversations"

    phone: Mapped[str] = mapped_column(primary_key=True)
    newest_reply_id: Mapped[int]
    newest_at: Mapped[datetime]
    # The oldest text that waits for a person; null where none does.
    waiting_reply_id: Mapped[int | None]
    waits_since: Mapped[datetime | None]
    waiting_count: Mapped[int] = mapped_column(Integer, server_default="0")
    # A manager said that this person wants to leave; what the number was suppressed for before, so that it can be undone.
    opted_out_at: Mapped[datetime | None]
    opted_out_by: Mapped[str] = mapped_column(server_default="")
    opted_out_over: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        Index("ix_conversations_newest_at", "newest_at", "phone"),
        Index("ix_conversations_waits_since", "waits_since", "phone", postgresql_where=text("waits_since IS NOT NULL")),
        Index("ix_conversations_phone_prefix", "phone", postgresql_ops={"phone": "text_pattern_ops"}),
        Index(
            "ix_conversations_phone_suffix",
            func.reverse(text("phone")).label("phone_reversed"),
            postgresql_ops={"phone_reversed": "text_pattern_ops"},
        ),
    )


class FailedText(Base):
    """A text of the provider's list that could not be received; tried again, and counted, until it can."""

    __tablename__ = "failed_texts"

    provider_ref: Mapped[str] = mapped_column(primary_key=True)
    received_at: Mapped[datetime]
    failed_at: Mapped[datetime]
    fail_count: Mapped[int] = mapped_column(Integer, server_default="1")
    why: Mapped[str]
