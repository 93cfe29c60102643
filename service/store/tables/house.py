"""The house's own memory: its one row of facts, and who did what."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Integer, LargeBinary
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.store.tables.base import Base, Id


class House(Base):
    """One row. `ticked_at` tells that a ticker is alive; while `held_at` is set nothing of a blast is sent."""

    __tablename__ = "house"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    # Counts the times this database was restored from a backup or taken over from a standby.
    epoch: Mapped[int] = mapped_column(Integer, server_default="1")
    # The cluster and timeline this database was last seen on: another one means it was restored.
    cluster: Mapped[str] = mapped_column(server_default="")
    held_at: Mapped[datetime | None]
    held_reason: Mapped[str] = mapped_column(server_default="")
    # Which road emails take: first, or second while the first is failing.
    email_road: Mapped[str] = mapped_column(server_default="first")
    email_road_reason: Mapped[str] = mapped_column(server_default="")
    email_road_at: Mapped[datetime | None]
    ticked_at: Mapped[datetime | None]
    # When what came in was last caught up with whole: begun then, and read to its end.
    inbound_seen_at: Mapped[datetime | None]
    # A catch-up under way: when it began, from when on it reads, and the page it comes to next ('' for the first).
    inbound_began_at: Mapped[datetime | None]
    inbound_from: Mapped[datetime | None]
    inbound_page: Mapped[str] = mapped_column(server_default="")
    # When the provider was first asked at all.
    inbound_first_at: Mapped[datetime | None]
    # Attempts of before then are in the tallies.
    tallied_to: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)


class Heartbeat(Base):
    """A process at work, of one kind: a queue it reads, or the ticker. Old rows are cleared."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    host: Mapped[str]
    began_at: Mapped[datetime]
    at: Mapped[datetime]
    # Whether the broker does not answer it: it looks into Postgres by itself.
    broker_is_away: Mapped[bool] = mapped_column(server_default=sql("false"))

    __table_args__ = ({"postgresql_with": {"fillfactor": "50"}},)


class Tally(Base):
    """Messages handed over so far, by what came of it: attempts are counted once, when they are over."""

    __tablename__ = "tallies"

    provider: Mapped[str] = mapped_column(primary_key=True)
    # `blasts`, or `notices`: confirmations and answers.
    part: Mapped[str] = mapped_column(primary_key=True)
    outcome: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]


class AuditEntry(Base):
    """One privileged change, written in the change's own transaction and chained to the one before it."""

    __tablename__ = "audit_entries"

    id: Mapped[Id]
    at: Mapped[datetime]
    actor: Mapped[str]
    deed: Mapped[str]
    subject: Mapped[str]
    details: Mapped[dict[str, str]] = mapped_column(JSONB)
    # SHA-256 over the digest before it and this entry; null for entries older than the chain.
    digest: Mapped[bytes | None] = mapped_column(LargeBinary)

    __table_args__ = (
        Index("ix_audit_entries_at", "at"),
        Index("ix_audit_entries_actor", "actor", "id"),
        Index("ix_audit_entries_deed", "deed", "id"),
        Index("ix_audit_entries_subject", "subject", "id"),
    )


class AuditHead(Base):
    """One row: where the audit ends. A trigger moves it on with each entry, so that a cut end is seen."""

    __tablename__ = "audit_heads"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    entry_count: Mapped[int] = mapped_column(server_default="0")
    last_id: Mapped[int] = mapped_column(server_default="0")
    digest: Mapped[bytes | None] = mapped_column(LargeBinary)

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
