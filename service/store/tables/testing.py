"""What comes before sending: testers, and forms that are being looked at."""

from datetime import datetime

from sqlalchemy import Index, SmallInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.channel import Channel
from service.store.tables.base import Base, Id, one_of


class Tester(Base):
    """Somebody who agreed to get tests. Removed ones keep their row, so that nobody is asked again and again."""

    __tablename__ = "testers"

    id: Mapped[Id]
    channel: Mapped[str]
    address: Mapped[str]
    added_by: Mapped[str]
    added_at: Mapped[datetime]
    # When the address was asked last, how often ever, and how many wrong codes were typed since.
    asked_at: Mapped[datetime]
    ask_count: Mapped[int] = mapped_column(SmallInteger)
    try_count: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    confirmed_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    # When they said no themselves: they are not asked again.
    declined_at: Mapped[datetime | None]
    # Tests sent to it in the hour that began then.
    counted_from: Mapped[datetime | None]
    test_count: Mapped[int] = mapped_column(SmallInteger, server_default="0")

    __table_args__ = (UniqueConstraint("channel", "address"), one_of("channel", Channel))


class FormLook(Base):
    """A form as it was sent to be looked at, until it is pressed or forgotten."""

    __tablename__ = "form_looks"

    id: Mapped[str] = mapped_column(primary_key=True)
    campaign_id: Mapped[int]
    manager_id: Mapped[int]
    # Field to its values.
    form: Mapped[dict[str, list[str]]] = mapped_column(JSONB)
    created_at: Mapped[datetime]

    __table_args__ = (Index("ix_form_looks_created_at", "created_at"),)
