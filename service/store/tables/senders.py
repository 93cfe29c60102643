"""Senders, and how fast each may go."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Float
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.channel import Channel
from service.store.tables.base import Base, one_of


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
