"""What is old, a chunk at a time: found by indexes of what still holds something, and passed over where it is in use.

A chunk is held for milliseconds; SKIP LOCKED keeps out of the way of whoever works on a row, which then goes next time.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    SQLColumnExpression,
    and_,
    bindparam,
    delete,
    select,
    text,
    update,
)

from service.domain.message import MessageState
from service.store import Session
from service.store.queries.erasing import blank
from service.store.tables.base import Base
from service.store.tables.complaints import Complaint
from service.store.tables.listening import Reply
from service.store.tables.notices import Notice
from service.store.tables.people import Action, Consent, SignUp

AT_ONCE = 500
# A message on its way needs its address.
_OPEN = [
    str(state) for state in (MessageState.QUEUED, MessageState.CLAIMED, MessageState.SENDING, MessageState.IN_DOUBT)
]


class _Old(NamedTuple):
    """Rows of a table: which hold something, and since when, in the order of their index."""

    table: type[Base]
    key: SQLColumnExpression[int]
    at: SQLColumnExpression[datetime]
    holds: ColumnElement[bool]


# ix_sign_ups_unconfirmed, ix_sign_ups_with_ip, ix_consents_with_ip, ix_actions_clicks, ix_replies_with_number and
# ix_notices_with_address.
_UNCONFIRMED = _Old(
    SignUp,
    SignUp.id,
    SignUp.created_at,
    and_(
        SignUp.supporter_id.is_(None),
        SignUp.erased_at.is_(None),
        SignUp.email_confirmed_at.is_(None),
        SignUp.phone_confirmed_at.is_(None),
    ),
)
_FORM_IPS = _Old(SignUp, SignUp.id, SignUp.created_at, SignUp.ip != "")
_CONSENT_IPS = _Old(Consent, Consent.id, Consent.at, Consent.ip != "")
_CLICKS = _Old(Action, Action.id, Action.at, Action.kind == "clicked")
_TEXTS = _Old(Reply, Reply.id, Reply.received_at, Reply.phone.is_not(None))
_NOTICES = _Old(Notice, Notice.id, Notice.created_at, and_(Notice.to_address.is_not(None), Notice.state.not_in(_OPEN)))

# ix_complaints_at: a few in a day. An open one waits for its answer.
_COMPLAINTS = _Old(Complaint, Complaint.id, Complaint.at, and_(Complaint.closed_at.is_not(None), Complaint.words != ""))


def let_go_unconfirmed(session: Session, before: datetime, now: datetime) -> int:
    """Sign-ups that nobody confirmed: emptied as for somebody who is forgotten, with what was asked of them."""
    ids = _some(session, _UNCONFIRMED, before)
    if ids:
        asked = and_(Consent.sign_up_id.in_(ids), Consent.supporter_id.is_(None))
        session.execute(update(Consent).where(asked).values(ip="", source=""))
        blank(session, SignUp.__table__, SignUp.id.in_(ids), erased_at=now)
    return len(ids)


def let_go_ips(session: Session, before: datetime, _: datetime) -> int:
    """Network addresses of forms and of consent; that and when it was given stays."""
    forms, given = _some(session, _FORM_IPS, before), _some(session, _CONSENT_IPS, before)
    session.execute(update(SignUp).where(SignUp.id.in_(forms)).values(ip=""))
    session.execute(update(Consent).where(Consent.id.in_(given)).values(ip=""))
    return max(len(forms), len(given))


# What a message came to stands in its own row, which reports count; a receipt is how it became known.
_RECEIPTS = text("""
    DELETE FROM receipts WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM receipts WHERE received_at < :before ORDER BY received_at LIMIT :limit FOR UPDATE SKIP LOCKED))
""")


def let_go_receipts(session: Session, before: datetime, _: datetime) -> int:
    """What providers told (ix_receipts_received_at)."""
    return session.connection().execute(_RECEIPTS, {"before": before, "limit": AT_ONCE}).rowcount


def let_go_clicks(session: Session, before: datetime, _: datetime) -> int:
    """Who pressed which link; that a message was clicked stays with the message."""
    ids = _some(session, _CLICKS, before)
    session.execute(delete(Action).where(Action.id.in_(ids)))
    return len(ids)


def let_go_texts(session: Session, before: datetime, _: datetime) -> int:
    """Texts that came, single messages that went out, complaints that are closed: number, address and words; that there was one stays."""
    texts, sent = _some(session, _TEXTS, before), _some(session, _NOTICES, before)
    if texts:
        blank(session, Reply.__table__, Reply.id.in_(texts))
    if sent:
        blank(session, Notice.__table__, Notice.id.in_(sent))
    closed = _some(session, _COMPLAINTS, before)
    if closed:
        blank(session, Complaint.__table__, Complaint.id.in_(closed))
    return max(len(texts), len(sent), len(closed))


_OLD_BLAST = text("""
    SELECT id, channels, let_go_through FROM blasts WHERE finished_at IS NOT NULL AND let_go_at IS NULL
      AND finished_at < :before ORDER BY finished_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
""")
# The next so many supporters of a blast, along the messages' own key, channel by channel.
_UPTO = text("""
    SELECT min(last) FROM (
        SELECT (SELECT max(supporter_id) FROM (
            SELECT supporter_id FROM messages WHERE blast_id = :id AND channel = ways.channel AND supporter_id > :through
            ORDER BY supporter_id LIMIT :limit) AS page) AS last
        FROM unnest(CAST(:channels AS text[])) AS ways(channel)) AS ends
""")
_NUMBERS = text("""
    UPDATE messages SET provider_ref = NULL, reason = CASE WHEN state = 'withheld' THEN reason END
    WHERE blast_id = :id AND channel = ANY(:channels) AND supporter_id > :through AND supporter_id <= :upto
      AND (provider_ref IS NOT NULL OR (reason IS NOT NULL AND state IS NOT NULL AND state <> 'withheld'))
""")
_GONE_THROUGH = text("""
    UPDATE blasts SET let_go_through = coalesce(:upto, let_go_through), let_go_at = CASE WHEN :upto IS NULL THEN :now END
    WHERE id = :id
""").bindparams(bindparam("upto", type_=BigInteger), bindparam("now", type_=DateTime(timezone=True)))


def let_go_messages(session: Session, before: datetime, now: datetime) -> int:
    """What providers said of a finished blast's messages, and their numbers of them; all that reports count stays.

    A stretch of one blast, the one that ended first (ix_blasts_to_let_go); it goes on from where it was.
    """
    blast = session.execute(_OLD_BLAST, {"before": before}).one_or_none()
    if blast is None:
        return 0
    asked = {"id": blast.id, "channels": list(blast.channels), "through": blast.let_go_through}
    upto = session.scalar(_UPTO, {**asked, "limit": AT_ONCE})
    if upto is not None:
        session.execute(_NUMBERS, {**asked, "upto": upto})
    session.execute(_GONE_THROUGH, {"id": blast.id, "upto": upto, "now": now})
    return AT_ONCE


def is_overdue(session: Session, kind: str, before: datetime) -> bool:
    """Whether anything of this kind is older than that."""
    if kind == "receipts":
        return bool(session.scalar(text("SELECT EXISTS (SELECT FROM receipts WHERE received_at < :b)"), {"b": before}))
    if kind == "messages":
        return session.execute(_OLD_BLAST, {"before": before}).one_or_none() is not None
    asked = (select(old.key).where(old.at < before, old.holds).limit(1) for old in _OF_KIND[kind])
    return any(session.scalar(each) is not None for each in asked)


_OF_KIND: Mapping[str, tuple[_Old, ...]] = {
    "unconfirmed": (_UNCONFIRMED,),
    "ip": (_FORM_IPS, _CONSENT_IPS),
    "clicks": (_CLICKS,),
    "texts": (_TEXTS, _NOTICES, _COMPLAINTS),
}
LetGo = Callable[[Session, datetime, datetime], int]
KINDS: Mapping[str, LetGo] = {
    "unconfirmed": let_go_unconfirmed,
    "ip": let_go_ips,
    "receipts": let_go_receipts,
    "clicks": let_go_clicks,
    "texts": let_go_texts,
    "messages": let_go_messages,
}


def _some(session: Session, old: _Old, before: datetime) -> list[int]:
    """The oldest that hold something and that nobody is at."""
    asked = select(old.key).where(old.at < before, old.holds).order_by(old.at).limit(AT_ONCE)
    return list(session.scalars(asked.with_for_update(skip_locked=True)))
