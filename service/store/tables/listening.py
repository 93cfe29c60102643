"""What listening keeps: replies, the conversations they make, and texts that could not be received."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.store.tables.base import Base, Id


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


class Reply(Base):
    """A text from a phone; one row per provider message, however often the webhook calls."""

    __tablename__ = "replies"

    id: Mapped[Id]
    provider_ref: Mapped[str]
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaigns.id"))
    supporter_id: Mapped[int | None] = mapped_column(ForeignKey("supporters.id"))
    # Null for whoever was forgotten.
    phone: Mapped[str | None]
    to_number: Mapped[str]
    body: Mapped[str]
    keyword: Mapped[str] = mapped_column(server_default="")
    # Free text waits in the inbox until a manager answers it or sets it aside.
    needs_answer: Mapped[bool]
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    handled_by: Mapped[str] = mapped_column(server_default="")
    # How it came: sms, whatsapp or rcs; the number is the person's whichever it was.
    via: Mapped[str] = mapped_column(server_default="sms")
    # Pictures and other files: [{"url": "https://…", "type": "image/jpeg"}, …].
    media: Mapped[list[dict[str, str]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    # Whether the provider acted on and answered this keyword itself.
    answered_by_provider: Mapped[bool] = mapped_column(server_default=text("false"))

    __table_args__ = (
        UniqueConstraint("provider_ref"),
        Index("ix_replies_phone", "phone", "received_at"),
        Index("ix_replies_supporter_id", "supporter_id"),
        Index("ix_replies_with_number", "received_at", postgresql_where=text("phone IS NOT NULL")),
        Index("ix_replies_waiting", "received_at", postgresql_where=text("needs_answer AND handled_at IS NULL")),
        Index(
            "ix_replies_phone_waiting",
            *("phone", "received_at", "id"),
            postgresql_where=text("needs_answer AND handled_at IS NULL"),
        ),
        Index("ix_replies_words", text("to_tsvector('simple', body)"), postgresql_using="gin"),
    )
