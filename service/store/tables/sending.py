"""Batches and messages of blasts, and what came back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, SmallInteger
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.channel import Channel, Pace
from service.domain.message import MessageState
from service.store.tables.base import Base, Id, one_of


class Batch(Base):
    """The unit of claim, intent and attempt: up to 1,000 emails or 50 texts of one rendering."""

    __tablename__ = "batches"

    id: Mapped[Id]
    blast_id: Mapped[int] = mapped_column(ForeignKey("blasts.id"))
    rendering_id: Mapped[int] = mapped_column(ForeignKey("renderings.id"))
    channel: Mapped[str]
    pace: Mapped[str]
    time_zone: Mapped[str] = mapped_column(server_default="")
    # Whose rate it counts against: the domain of an email, the number of a text ('' where the provider chooses).
    sender: Mapped[str] = mapped_column(server_default="")
    # Its part in a test of two wordings: a, b, or rest, which waits for the winner.
    arm: Mapped[str] = mapped_column(server_default="")
    # Its messages are those that name it, found between these two supporters by the messages' own key.
    first_supporter_id: Mapped[int]
    last_supporter_id: Mapped[int]
    size: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(server_default="queued")
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime]
    lease_owner: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    attempt_id: Mapped[UUID | None]
    attempt_count: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    resend_count: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    settle_count: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    # Readings of the provider's list that prove none of its texts taken; and when it was last looked for there.
    absent_count: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    asked_at: Mapped[datetime | None]
    intent_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    provider_ref: Mapped[str] = mapped_column(server_default="")
    reason: Mapped[str] = mapped_column(server_default="")
    segments: Mapped[int] = mapped_column(Integer, server_default="0")

    __table_args__ = (
        one_of("state", MessageState),
        one_of("channel", Channel),
        one_of("pace", Pace),
        CheckConstraint("(state IN ('claimed')) <= (lease_until IS NOT NULL)", name="claim_has_lease"),
        CheckConstraint("(state IN ('sending', 'in_doubt')) <= (attempt_id IS NOT NULL)", name="intent_has_attempt"),
        Index(
            "ix_batches_due",
            *("blast_id", "pace", "channel", "not_before", "id"),
            postgresql_where=sql("state = 'queued'"),
        ),
        Index("ix_batches_expires_at", "expires_at", postgresql_where=sql("state = 'queued'")),
        Index("ix_batches_claimed", "lease_until", postgresql_where=sql("state = 'claimed'")),
        Index("ix_batches_open", "intent_at", postgresql_where=sql("state IN ('sending', 'in_doubt')")),
        Index("ix_batches_blast_id_state", "blast_id", "state"),
        # Few, and looked at by everybody: what a person must decide about.
        Index("ix_batches_unknown", "blast_id", postgresql_where=sql("state = 'unknown'")),
    )


class Message(Base):
    """One supporter's copy of one blast on one channel. Written once; then only what differs from its batch."""

    __tablename__ = "messages"

    # No foreign keys: a million rows are written under a lock of their blast, and each key would cost a fifth of that.
    blast_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    channel: Mapped[str] = mapped_column(primary_key=True)
    supporter_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    batch_id: Mapped[int]
    state: Mapped[str | None]
    reason: Mapped[str | None]
    provider_ref: Mapped[str | None]
    segments: Mapped[int | None] = mapped_column(SmallInteger)
    settled_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    clicked_at: Mapped[datetime | None]
    complained_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("state", MessageState, nullable=True),
        CheckConstraint("(state = 'withheld') <= (reason IS NOT NULL)", name="withheld_says_why"),
        {"postgresql_with": {"fillfactor": "90"}},
    )


class Attempt(Base):
    """One handover of a batch or a notice to a provider, written before the call and closed after it."""

    __tablename__ = "attempts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batches.id"))
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notices.id"))
    provider: Mapped[str]
    count: Mapped[int] = mapped_column(Integer)
    intent_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    detail: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        CheckConstraint("(batch_id IS NULL) <> (notice_id IS NULL)", name="of_one_thing"),
        Index("ix_attempts_batch_id", "batch_id"),
        Index("ix_attempts_notice_id", "notice_id"),
        Index("ix_attempts_intent_at", "intent_at"),
    )


class Receipt(Base):
    """What a provider told us, once per event it told us of."""

    __tablename__ = "receipts"

    provider: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    blast_id: Mapped[int | None]
    channel: Mapped[str | None]
    supporter_id: Mapped[int | None]
    notice_id: Mapped[int | None]
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    code: Mapped[str] = mapped_column(server_default="")
    reason: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        Index("ix_receipts_received_at", "received_at"),
        Index(
            "ix_receipts_harm",
            *("blast_id", "received_at"),
            postgresql_where=sql("kind IN ('bounced', 'blocked', 'dropped', 'complained', 'account')"),
        ),
        # What the breakers of texts look for: an account, a sender or words that carriers refuse.
        Index(
            "ix_receipts_carriers",
            *("code", "blast_id", "received_at"),
            postgresql_where=sql("code IN ('30002', '30007', '30032', '30034', '30035')"),
        ),
        # Few of the receipts: those in which a provider says why.
        Index("ix_receipts_said_why", "supporter_id", postgresql_where=sql("reason <> '' OR code <> ''")),
    )


class LateEvents(Base):
    """Minutes of which a provider told late: of what it took then, more may still be under way."""

    __tablename__ = "late_events"

    provider: Mapped[str] = mapped_column(primary_key=True)
    # The minute in which it happened.
    minute: Mapped[datetime] = mapped_column(primary_key=True)
