"""Blasts, their batches and messages, and what came back."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, Integer, SmallInteger, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.channel import Channel, Pace
from service.domain.message import BlastState, MessageState
from service.store.tables.base import Base, Id, one_of


class Blast(Base):
    """One send: frozen content to a frozen audience. A stage has one blast at most, ever."""

    __tablename__ = "blasts"

    id: Mapped[Id]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    stage_id: Mapped[int | None] = mapped_column(ForeignKey("stages.id"))
    # The stage it was opened by, until the whistle that made it due was taken back before anything had gone.
    taken_back_from: Mapped[int | None] = mapped_column(ForeignKey("stages.id"))
    title: Mapped[str]
    state: Mapped[str]
    channels: Mapped[list[str]] = mapped_column(ARRAY(Text))
    audience: Mapped[list[object]] = mapped_column(JSONB)
    # A manager's own words, before they are frozen: {"en": {"email": {"subject": …, "body": …}, "sms": {…}}}.
    draft: Mapped[dict[str, dict[str, dict[str, str]]]] = mapped_column(JSONB, server_default=sql("'{}'::jsonb"))
    # The facts that were true when it opened: score, signature count.
    facts: Mapped[dict[str, str]] = mapped_column(JSONB, server_default=sql("'{}'::jsonb"))
    variant: Mapped[str] = mapped_column(server_default="")
    quiet_hours: Mapped[str] = mapped_column(server_default="defer")
    # The hour each supporter gets it at, where they are; null for everyone at once.
    local_time: Mapped[time | None]
    # How many of our messages a supporter may have had in the campaign's window; null for the campaign's own limit.
    cap_count: Mapped[int | None] = mapped_column(SmallInteger)
    # Most it may cost, in ten-thousandths of the campaign's currency.
    spend_cap: Mapped[int | None]
    # A test of two wordings: other words for a part (percent) of the audience, the better ones for the rest.
    test_draft: Mapped[dict[str, dict[str, dict[str, str]]]] = mapped_column(JSONB, server_default=sql("'{}'::jsonb"))
    test_share: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    test_metric: Mapped[str] = mapped_column(server_default="")
    # How long the house waits before it chooses by itself; null where a manager chooses.
    test_lasts: Mapped[timedelta | None]
    test_winner: Mapped[str] = mapped_column(server_default="")
    test_decided_at: Mapped[datetime | None]
    # The blast whose readers it goes to again: those who have not opened it.
    resend_of: Mapped[int | None] = mapped_column(ForeignKey("blasts.id"), unique=True)
    # What the circuit breakers count from: the opening, or the last time a manager resumed it.
    watched_from: Mapped[datetime | None]
    # When it stopped by itself, until managers have been told of it.
    stopped_at: Mapped[datetime | None]
    opens_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    # Opening walks the supporters by id, a chunk a transaction; where it has come to, and where it ends.
    opened_through: Mapped[int] = mapped_column(server_default="0")
    opens_upto: Mapped[int | None]
    audience_count: Mapped[int] = mapped_column(Integer, server_default="0")
    # A sign-up stage stays open: each supporter who confirms is added.
    is_rolling: Mapped[bool] = mapped_column(server_default=sql("false"))
    paused_reason: Mapped[str] = mapped_column(server_default="")
    created_by: Mapped[str] = mapped_column(server_default="")
    # Who moved, limited or reworded it last; '' for nobody.
    changed_by: Mapped[str] = mapped_column(server_default="")
    # Since when it waits for a second person's approval; null where it does not. And when managers were told.
    approval_wanted_at: Mapped[datetime | None]
    approval_asked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("state", BlastState),
        CheckConstraint(
            "taken_back_from IS NULL OR (stage_id IS NULL AND state = 'cancelled')", name="taken_back_is_over"
        ),
        Index("uq_blasts_stage_id", "stage_id", unique=True, postgresql_where=sql("stage_id IS NOT NULL")),
        Index("ix_blasts_working", "opens_at", postgresql_where=sql("state IN ('scheduled', 'opening', 'running')")),
        Index("ix_blasts_stopped", "stopped_at", postgresql_where=sql("stopped_at IS NOT NULL")),
        Index(
            "ix_blasts_approval_wanted",
            "id",
            postgresql_where=sql("approval_wanted_at IS NOT NULL AND state = 'scheduled'"),
        ),
    )


class LateJoiner(Base):
    """A supporter who consented while a blast was being written, or before a welcome had words: they get theirs once it is."""

    __tablename__ = "late_joiners"

    blast_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    channel: Mapped[str] = mapped_column(primary_key=True)
    supporter_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class Rendering(Base):
    """The frozen words of a blast, once per channel and language; what is personal is left as tokens."""

    __tablename__ = "renderings"

    id: Mapped[Id]
    blast_id: Mapped[int] = mapped_column(ForeignKey("blasts.id"))
    channel: Mapped[str]
    language: Mapped[str]
    # Which wording of a test it is: '' where there is no test, else a or b.
    arm: Mapped[str] = mapped_column(server_default="")
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    # What is left to fill for each person: [[token, name, fallback, stands in HTML], …].
    slots: Mapped[list[list[object]]] = mapped_column(JSONB, server_default=sql("'[]'::jsonb"))
    # Where its links lead: {"petition_link": the id of a row of links}.
    links: Mapped[dict[str, int]] = mapped_column(JSONB, server_default=sql("'{}'::jsonb"))
    fingerprint: Mapped[str]

    __table_args__ = (UniqueConstraint("blast_id", "channel", "language", "arm"), one_of("channel", Channel))


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


class BlastSpending(Base):
    """What a blast has handed over or is handing over, in parts: each connection counts in one of its own.

    Kept by a trigger on batches, so that nobody who changes a batch can forget it.
    """

    __tablename__ = "blast_spending"

    blast_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    slot: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    segments: Mapped[int]
    emails: Mapped[int]


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


class Sender(Base):
    """How fast one sender may go, across all workers; a sender without a row goes as fast as it can."""

    __tablename__ = "senders"

    channel: Mapped[str] = mapped_column(primary_key=True)
    # The domain of an email, the number of a text, '' for a provider's own pool of numbers.
    name: Mapped[str] = mapped_column(primary_key=True)
    per_second: Mapped[float | None] = mapped_column(Float)
    per_day: Mapped[int | None]
    # The first day of a ramp-up: what a new domain may send grows from day to day.
    ramp_began_on: Mapped[date | None]
    # When the next batch may be handed over, by the rate.
    free_at: Mapped[datetime] = mapped_column(server_default=sql("now()"))
    # Until when nothing in bulk leaves it: its limit for the day is reached.
    held_until: Mapped[datetime | None]
    # What it has sent on `day`, in UTC.
    day: Mapped[date | None]
    day_count: Mapped[int] = mapped_column(server_default="0")

    __table_args__ = (
        one_of("channel", Channel),
        CheckConstraint("per_second > 0", name="per_second_positive"),
        CheckConstraint("per_day > 0", name="per_day_positive"),
    )


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
