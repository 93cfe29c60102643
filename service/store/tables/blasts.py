"""Blasts: what is sent to whom, its frozen words, and what it has cost."""

from datetime import datetime, time, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, SmallInteger, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.channel import Channel
from service.domain.message import BlastState
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
    # Up to which supporter, and since when whole, what providers said of its messages is let go.
    let_go_through: Mapped[int] = mapped_column(server_default="0")
    let_go_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("state", BlastState),
        Index(
            "ix_blasts_to_let_go", "finished_at", postgresql_where=sql("finished_at IS NOT NULL AND let_go_at IS NULL")
        ),
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


class BlastSpending(Base):
    """What a blast has handed over or is handing over, in parts: each connection counts in one of its own.

    Kept by a trigger on batches, so that nobody who changes a batch can forget it.
    """

    __tablename__ = "blast_spending"

    blast_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    slot: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    segments: Mapped[int]
    emails: Mapped[int]
