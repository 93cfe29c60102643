"""The managers' inbox: conversations to look through, one to read, and answering it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256

from service.consenting.consent import AddressKey, lift_address
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.domain.inbound_text import is_number
from service.domain.keyword import Keyword
from service.domain.notice import NoticeKind
from service.listening.search import find_phones
from service.sending.notices import NoticeRequest, ask_notice
from service.store import Session
from service.store.carried import carried, not_carried
from service.store.queries import conversations, replies, supporters, thread_lines
from service.store.queries.conversations import Place, ThreadRow
from service.store.queries.house import write_audit
from service.store.queries.thread_lines import Line
from service.store.tables.listening import Conversation, Reply
from service.wording.checks import find_in_answer
from service.wording.compiled import compile_for
from service.wording.placeholders import CopyMistake, parse
from service.wording.sms import straighten_quotes

LONGEST = 1600
_LINES = 100
_EVER = datetime(9999, 1, 1, tzinfo=UTC)


class AnswerRefused(Exception):
    """The answer cannot be sent; the message says why."""


class AnsweredAlready(AnswerRefused):
    """Somebody else has answered this text; it can be sent all the same."""


class AnswerUnfilled(AnswerRefused):
    """The answer holds what nobody fills in, such as a placeholder; it can be sent as it stands all the same."""


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A conversation as the inbox lists it; `is_held`: it may want to leave, and nothing is texted to it."""

    thread: ThreadRow
    is_held: bool


@dataclass(frozen=True, slots=True)
class InboxPage:
    """A page of conversations; `following` is where the next one begins. `is_cut`: more were found than are shown."""

    rows: Sequence[InboxRow]
    following: Place | None
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation with one phone, the newest part of it. `suppressed` says why it must not be texted, if so."""

    phone: str
    supporter_id: int | None
    first_name: str
    lines: Sequence[Line]
    newest_reply_id: int
    waits: bool
    suppressed: Suppressed | None
    # Where the part before these lines ends; None where they begin the conversation.
    earlier: datetime | None
    # Who else has answered since they last wrote, and when.
    answered: tuple[str, datetime] | None
    # A manager said that they want to leave: who and when.
    opted_out: tuple[str, datetime] | None

    @property
    def may_answer(self) -> bool:
        return is_number(self.phone) and self.suppressed is None

    @property
    def is_held(self) -> bool:
        """A text may be an opt-out: nothing is texted to this number until a manager has said which it is."""
        return self.suppressed is Suppressed.UNCLEAR

    @property
    def has_left(self) -> bool:
        return self.suppressed is not None and not self.is_held


def waiting_count(session: Session, campaign_id: int | None = None) -> int:
    """How many texts wait for a person."""
    return replies.waiting_count(session, campaign_id)


def threads(session: Session, *, only_waiting: bool = True, limit: int = 100) -> list[ThreadRow]:
    """Conversations: those that wait, the longest first; or all, the newest first."""
    ask = conversations.waiting if only_waiting else conversations.every
    return ask(session, after=None, limit=limit)


def inbox_page(
    session: Session,
    *,
    key: AddressKey,
    only_waiting: bool,
    words: str,
    after: Place | None,
    limit: int,
    by_part: bool = True,
) -> InboxPage:
    """A page of the inbox; with `words`, of all conversations whose number, name or texts they are found in.

    Without `by_part` a number must be whole to be found.
    """
    is_cut = False
    if words:
        phones, is_cut = find_phones(session, words, by_part=by_part)
        found = conversations.of_phones(session, phones, after=after, limit=limit + 1)
    else:
        ask = conversations.waiting if only_waiting else conversations.every
        found = ask(session, after=after, limit=limit + 1)
    shown, by_wait = found[:limit], only_waiting and not words
    following = None
    if len(found) > limit:
        last = shown[-1]
        following = (last.at if by_wait else last.newest_at, last.phone)
    hashes = {row.phone: key.hash(Channel.SMS, row.phone) for row in shown}
    reasons = conversations.suppressed_among(session, list(hashes.values()))
    rows = [InboxRow(row, reasons.get(hashes[row.phone]) == Suppressed.UNCLEAR) for row in shown]
    return InboxPage(rows, following, is_cut)


def place_at(session: Session, at: datetime, reply_id: int) -> Place | None:
    """The place in the inbox at this moment and this text's number; None where the text is gone."""
    row = conversations.reply(session, reply_id)
    return (at, row.phone or "") if row else None


def thread_of(
    session: Session, reply_id: int, *, key: AddressKey, actor: str = "", before: datetime | None = None
) -> Thread | None:
    """The conversation a text belongs to, as `actor` sees it. Holds nothing and changes nothing."""
    row = conversations.reply(session, reply_id)
    conversation = conversations.find(session, row.phone) if row and row.phone is not None else None
    if conversation is None:
        return None
    phone = conversation.phone
    known = supporters.by_address(session, Channel.SMS, phone)
    found = thread_lines.lines(
        session, phone, supporter_id=known.id if known else None, before=before or _EVER, limit=_LINES + 1
    )
    shown = found[-_LINES:]
    return Thread(
        phone=phone,
        supporter_id=known.id if known else None,
        first_name=known.first_name if known else "",
        lines=[_filled(line, known.first_name if known else "") for line in shown],
        newest_reply_id=conversation.newest_reply_id,
        waits=conversation.waits_since is not None,
        suppressed=_suppressed(session, phone, key),
        earlier=shown[0].at if len(found) > _LINES else None,
        answered=_answered_by_other(session, conversation, actor) if actor else None,
        opted_out=(conversation.opted_out_by, conversation.opted_out_at) if conversation.opted_out_at else None,
    )


def _suppressed(session: Session, phone: str, key: AddressKey) -> Suppressed | None:
    address_hash = key.hash(Channel.SMS, phone)
    found = conversations.suppressed_among(session, [address_hash]).get(address_hash)
    return Suppressed(found) if found else None


def _answered_by_other(session: Session, conversation: Conversation, actor: str) -> tuple[str, datetime] | None:
    return conversations.answered_by_other(session, conversation.phone, since=conversation.newest_at, but=actor)


def _filled(line: Line, first_name: str) -> Line:
    """A campaign's own text with the name in it; what else differs from person to person is named, not repeated."""
    if not line.title:
        return line
    try:
        copy = compile_for(parse(line.body), {})
    except CopyMistake:
        return line
    named = {slot.name: f"[{slot.name.replace('_', ' ')}]" for slot in copy.slots}
    return replace(line, body=copy.fill({**named, "first_name": first_name}))


def hold_conversation(session: Session, reply_id: int) -> tuple[Reply, Conversation]:
    """A text and its conversation, held while a manager decides about it. Raises AnswerRefused where it is gone."""
    row = conversations.reply(session, reply_id)
    held = conversations.hold(session, row.phone) if row and row.phone is not None else None
    if row is None or held is None:
        raise AnswerRefused("this conversation is gone")
    return row, held


def answer(
    session: Session,
    reply_id: int,
    body: str,
    *,
    key: AddressKey,
    actor: str,
    now: datetime,
    anyway: datetime | None = None,
    as_written: bool = False,
    keeps_texting: bool = False,
) -> None:
    """Text an answer and take the conversation off the pile. Raises AnswerRefused. Nudge sending.send_notices after.

    `anyway`: although others have answered up to that moment, as was seen. `as_written`: although it holds what nobody fills in.
    `keeps_texting`: the number was held, and does not want to leave.
    """
    if Channel.SMS not in carried(session):
        raise AnswerRefused(not_carried(Channel.SMS))
    row, held = hold_conversation(session, reply_id)
    words = _checked(body, as_written=as_written)
    if not is_number(held.phone):
        raise AnswerRefused("this text came without a number that can be texted")
    _may_be_texted(session, held.phone, key, keeps_texting=keeps_texting)
    other = _answered_by_other(session, held, actor)
    if other is not None and (anyway is None or other[1] > anyway):
        raise AnsweredAlready(f"{other[0]} answered at {other[1].astimezone(UTC):%H:%M} UTC; send yours anyway?")
    request = NoticeRequest(
        kind=NoticeKind.ANSWER_SMS,
        channel=Channel.SMS,
        to_address=held.phone,
        # The same words to the same text, pressed twice, are one answer.
        dedupe_key=f"answer:{row.id}:{sha256(words.encode()).hexdigest()[:16]}",
        facts={"body": words},
        campaign_id=row.campaign_id,
        supporter_id=row.supporter_id,
        created_by=actor,
    )
    if keeps_texting:
        go_on_texting(session, reply_id, key=key, actor=actor, now=now)
    ask_notice(session, request, now=now)
    conversations.mark_handled(session, held.phone, by=actor, now=now)
    write_audit(session, at=now, actor=actor, deed="reply answered", subject=f"reply {row.id}")


def _checked(body: str, *, as_written: bool) -> str:
    """The answer's words as they go out. Raises AnswerRefused."""
    words = straighten_quotes(body.strip())
    if not words:
        raise AnswerRefused("the answer is empty")
    if len(words) > LONGEST:
        raise AnswerRefused(f"the answer is longer than {LONGEST} characters")
    if not as_written and (wrong := find_in_answer(words)):
        raise AnswerUnfilled(". ".join(str(each) for each in wrong[:3]))
    return words


def _may_be_texted(session: Session, phone: str, key: AddressKey, *, keeps_texting: bool) -> None:
    reason = _suppressed(session, phone, key)
    if reason is None or (reason is Suppressed.UNCLEAR and keeps_texting):
        return
    if reason is Suppressed.UNCLEAR:
        raise AnswerRefused("first say whether they want to leave; until then nothing is texted to this number")
    raise AnswerRefused("this number has left, and must not be texted")


def go_on_texting(session: Session, reply_id: int, *, key: AddressKey, actor: str, now: datetime) -> bool:
    """They do not want to leave: texts to this number go on; False where it was not held. Raises AnswerRefused."""
    row, held = hold_conversation(session, reply_id)
    if _suppressed(session, held.phone, key) is not Suppressed.UNCLEAR:
        return False
    lifting = frozenset({Suppressed.UNCLEAR})
    lift_address(session, channel=Channel.SMS, address=held.phone, key=key, lifting=lifting)
    # Whatever else they asked still waits for its answer.
    conversations.mark_handled(session, held.phone, by=actor, now=now, keyword=Keyword.UNCLEAR)
    write_audit(session, at=now, actor=actor, deed="texts go on", subject=f"reply {row.id}")
    return True


def set_aside(session: Session, reply_id: int, *, key: AddressKey, actor: str, now: datetime) -> bool:
    """Take a conversation off the pile without an answer; whether anything waited.

    Raises AnswerRefused for a number that is held: off the pile it would be held for ever, and nobody would know.
    """
    row, held = hold_conversation(session, reply_id)
    if _suppressed(session, held.phone, key) is Suppressed.UNCLEAR:
        raise AnswerRefused("first say whether they want to leave; until then nothing is texted to this number")
    write_audit(session, at=now, actor=actor, deed="reply set aside", subject=f"reply {row.id}")
    return conversations.mark_handled(session, held.phone, by=actor, now=now) > 0
