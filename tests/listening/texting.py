"""Texts as they come in, and what became of them, for tests of listening."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from service.domain.keyword import Keyword, KeywordMatch, read_keyword
from service.listening.receive import receive_text
from service.providers.ports import InboundText
from service.store.tables.notices import Notice
from service.store.tables.people import Suppression
from tests import make

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=30)
ANA, STRANGER = "+447700900201", "+447700900299"
UNCLEAR = "stop the madness now ok"


def minutes(many: float) -> timedelta:
    return timedelta(minutes=many)


def _read(body: str, own: Mapping[str, str]) -> KeywordMatch:
    """Which words are unclear is the keyword reader's affair; here one sentence is."""
    return KeywordMatch(Keyword.UNCLEAR) if body == UNCLEAR else read_keyword(body, own)


def text_in(session: Session, body: str, *, phone: str = ANA, at: datetime = NOW, heard: datetime | None = None) -> int:
    """A text comes in; the id it is kept under."""
    inbound = InboundText(f"SM{body}{at}{phone}", phone, "+447700900000", body, at)
    received = receive_text(session, inbound, key=make.KEY, now=heard or at, read=_read)
    assert received.reply_id is not None
    return received.reply_id


def kinds(session: Session) -> list[str]:
    """The kinds of what we asked to be sent, in order."""
    return list(session.scalars(select(Notice.kind).order_by(Notice.id)))


def reasons(session: Session) -> list[str]:
    return list(session.scalars(select(Suppression.reason)))


def permissions(session: Session) -> int:
    """How many texts of campaigns somebody has allowed."""
    return int(session.scalar(text("SELECT count(*) FROM permissions WHERE channel = 'sms'")) or 0)
