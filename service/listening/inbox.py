"""The managers' inbox: what only a person can answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from service.consenting.consent import AddressKey
from service.domain.channel import Channel
from service.domain.notice import NoticeKind
from service.sending.notices import NoticeRequest, ask_notice
from service.store import Session
from service.store.queries import consents, replies, supporters
from service.store.queries.house import write_audit
from service.store.queries.replies import Line, ThreadRow
from service.wording.sms import straighten_quotes

LONGEST = 1600


class AnswerRefused(Exception):
    """The answer cannot be sent; the message says why."""


@dataclass(frozen=True, slots=True)
class Thread:
    """A whole conversation with one phone; `may_answer` is False for a number that must be left alone."""

    phone: str
    supporter_id: int | None
    first_name: str
    lines: Sequence[Line]
    newest_reply_id: int
    may_answer: bool
    waits: bool


def waiting_count(session: Session, campaign_id: int | None = None) -> int:
    """How many texts wait for a person."""
    return replies.waiting_count(session, campaign_id)


def threads(
    session: Session, *, campaign_id: int | None = None, only_waiting: bool = True, limit: int = 100
) -> list[ThreadRow]:
    """Conversations, newest first."""
    return replies.threads(session, campaign_id=campaign_id, only_waiting=only_waiting, limit=limit)


def thread_of(session: Session, reply_id: int, *, key: AddressKey) -> Thread | None:
    """The conversation a text belongs to."""
    row = replies.reply(session, reply_id)
    return None if row is None or row.phone is None else thread_with(session, row.phone, key=key)


def thread_with(session: Session, phone: str, *, key: AddressKey) -> Thread | None:
    """The conversation with a phone; None where it never wrote."""
    lines = replies.lines(session, phone)
    theirs = [line for line in lines if not line.is_ours]
    if not theirs:
        return None
    known = supporters.by_address(session, Channel.SMS, phone)
    suppressed = consents.suppressed_reason(session, channel=Channel.SMS, address_hash=key.hash(Channel.SMS, phone))
    return Thread(
        phone=phone,
        supporter_id=known.id if known else None,
        first_name=known.first_name if known else "",
        lines=lines,
        newest_reply_id=theirs[-1].id,
        may_answer=suppressed is None,
        waits=any(line.waits for line in theirs),
    )


def answer(session: Session, reply_id: int, body: str, *, key: AddressKey, actor: str, now: datetime) -> None:
    """Text an answer and take the conversation off the pile. Raises AnswerRefused. Nudge sending.send_notices after."""
    row = replies.reply(session, reply_id)
    if row is None or row.phone is None:
        raise AnswerRefused("this conversation is gone")
    words = straighten_quotes(body.strip())
    if not words:
        raise AnswerRefused("the answer is empty")
    if len(words) > LONGEST:
        raise AnswerRefused(f"the answer is longer than {LONGEST} characters")
    address_hash = key.hash(Channel.SMS, row.phone)
    if consents.suppressed_reason(session, channel=Channel.SMS, address_hash=address_hash) is not None:
        raise AnswerRefused("this number has left, and must not be texted")
    request = NoticeRequest(
        kind=NoticeKind.ANSWER_SMS,
        channel=Channel.SMS,
        to_address=row.phone,
        # The same words to the same text, pressed twice, are one answer.
        dedupe_key=f"answer:{row.id}:{sha256(words.encode()).hexdigest()[:16]}",
        facts={"body": words},
        campaign_id=row.campaign_id,
        supporter_id=row.supporter_id,
        created_by=actor,
    )
    ask_notice(session, request, now=now)
    replies.mark_handled(session, row.phone, by=actor, now=now)
    write_audit(session, at=now, actor=actor, deed="reply answered", subject=f"reply {row.id}")


def set_aside(session: Session, reply_id: int, *, actor: str, now: datetime) -> bool:
    """Take a conversation off the pile without an answer; whether anything waited."""
    row = replies.reply(session, reply_id)
    if row is None or row.phone is None:
        return False
    write_audit(session, at=now, actor=actor, deed="reply set aside", subject=f"reply {row.id}")
    return replies.mark_handled(session, row.phone, by=actor, now=now) > 0
