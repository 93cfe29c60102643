"""What forms asked for: how much of it lately, alarms about it, and who must not be asked."""

from datetime import datetime

from sqlalchemy import Index, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from service.store.tables.base import Base


class AskCount(Base):
    """Messages handed over because a form asked for them, by what they count towards and when it began."""

    __tablename__ = "ask_counts"

    # `texts`, `texts:3`, `country:GB`, `range:+447700900`, `mailbox:…`: see service/sending/asking.py.
    scope: Mapped[str] = mapped_column(primary_key=True)
    bucket: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(Integer)

    __table_args__ = (Index("ix_ask_counts_bucket", "bucket"),)


class AskAlarm(Base):
    """A budget of a campaign that is used up; gone when it has not been reached for a while."""

    __tablename__ = "ask_alarms"

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    budget: Mapped[str] = mapped_column(primary_key=True)
    began_at: Mapped[datetime]
    last_at: Mapped[datetime]
    # When the managers were written to.
    told_at: Mapped[datetime | None]
    # Until when a manager has let it go on.
    let_go_until: Mapped[datetime | None]


class NotMe(Base):
    """A mailbox whose owner said that a form's letters were not for them: it gets no more, however it is spelt."""

    __tablename__ = "not_me"

    address_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    at: Mapped[datetime]
