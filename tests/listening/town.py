"""Ana, who gets texts, a stranger, and what their texts lead to."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from service.domain.keyword import Keyword, KeywordMatch, read_keyword
from service.listening.receive import receive_text
from service.providers.ports import InboundText
from service.store.tables.campaign import Campaign
from service.store.tables.people import Supporter, Suppression
from service.store.tables.sending import Notice
from tests import make

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=30)
ANA, STRANGER = "+447700900201", "+447700900299"


def minutes(many: float) -> timedelta:
    return timedelta(minutes=many)


UNCLEAR = "stop the madness now ok"


def read_plainly(body: str, own: Mapping[str, str]) -> KeywordMatch:
    """Which words are unclear is the keyword reader's affair; here one sentence is."""
    return KeywordMatch(Keyword.UNCLEAR) if body == UNCLEAR else read_keyword(body, own)


def texted(session: Session, body: str, *, phone: str = ANA, at: datetime = NOW, heard: datetime | None = None) -> int:
    inbound = InboundText(f"SM{body}{at}{phone}", phone, "+447700900000", body, at)
    received = receive_text(session, inbound, key=make.KEY, now=heard or at, read=read_plainly)
    assert received.reply_id is not None
    return received.reply_id


def kinds(session: Session) -> list[str]:
    return list(session.scalars(select(Notice.kind).order_by(Notice.id)))


def reasons(session: Session) -> list[str]:
    return list(session.scalars(select(Suppression.reason)))


def permissions(session: Session) -> int:
    return int(session.scalar(text("SELECT count(*) FROM permissions WHERE channel = 'sms'")) or 0)


@pytest.fixture
def campaign(session: Session) -> Campaign:
    return make.campaign(session)


@pytest.fixture
def ana(session: Session, campaign: Campaign) -> Supporter:
    return make.supporter(session, "Ana", campaign=campaign, phone=ANA, joined_at=LONG_AGO)
