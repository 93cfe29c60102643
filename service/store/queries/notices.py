"""Questions about one-off messages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import JSONB

from service.domain.channel import Channel
from service.domain.notice import NoticeKind
from service.store import Session
from service.store.tables.notices import Notice


class NewNotice(Protocol):
    """What a notice needs to be written down."""

    @property
    def kind(self) -> NoticeKind: ...
    @property
    def channel(self) -> Channel: ...
    @property
    def to_address(self) -> str: ...
    @property
    def dedupe_key(self) -> str: ...
    @property
    def facts(self) -> Mapping[str, str]: ...
    @property
    def campaign_id(self) -> int | None: ...
    @property
    def supporter_id(self) -> int | None: ...
    @property
    def sender(self) -> str | None: ...
    @property
    def passes_suppression(self) -> bool: ...
    @property
    def created_by(self) -> str: ...


_ADD = text("""
    INSERT INTO notices (kind, channel, dedupe_key, campaign_id, supporter_id, to_address, sender, facts,
        passes_suppression, created_by, not_before, expires_at, created_at)
    VALUES (:kind, :channel, :dedupe_key, :campaign_id, :supporter_id, :to_address, :sender, :facts,
        :passes_suppression, :created_by, :now, :expires_at, :now)
    ON CONFLICT ON CONSTRAINT uq_notices_dedupe_key DO NOTHING RETURNING id
""").bindparams(bindparam("facts", type_=JSONB))


def asked_since(session: Session, to_address: str, kind: NoticeKind, since: datetime) -> Sequence[datetime]:
    """When an address was last sent notices of this kind (ix_notices_to_address)."""
    sent = select(Notice.created_at).where(Notice.to_address == to_address, Notice.created_at > since)
    return session.scalars(sent.where(Notice.kind == kind)).all()


def is_asked(session: Session, dedupe_key: str) -> bool:
    """Whether a notice is there already under this key (uq_notices_dedupe_key)."""
    return session.scalar(select(Notice.id).where(Notice.dedupe_key == dedupe_key)) is not None


def add(session: Session, notice: NewNotice, *, expires_at: datetime, now: datetime) -> int | None:
    """Write a notice down once per dedupe key; None when it is there already."""
    row = {
        "kind": str(notice.kind),
        "channel": str(notice.channel),
        "dedupe_key": notice.dedupe_key,
        "campaign_id": notice.campaign_id,
        "supporter_id": notice.supporter_id,
        "to_address": notice.to_address,
        "sender": notice.sender,
        "facts": dict(notice.facts),
        "passes_suppression": notice.passes_suppression,
        "created_by": notice.created_by,
        "expires_at": expires_at,
        "now": now,
    }
    return session.scalars(_ADD, row).one_or_none()
