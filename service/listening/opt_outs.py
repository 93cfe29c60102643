"""A manager reads that somebody wants to leave, and says so: obeyed at once, for numbers we do not know too."""

from datetime import datetime, timedelta

from service.consenting.consent import (
    AddressKey,
    Evidence,
    give_consent,
    lift_address,
    suppress_address,
    withdraw_consent,
)
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.listening.inbox import AnswerRefused, hold_conversation
from service.store import Session
from service.store.queries import consents, conversations, replies, supporters
from service.store.queries.house import write_audit
from service.store.tables.listening import Conversation

# A slip is noticed soon; what is older is undone by the person alone, with START or JOIN.
UNDO_WITHIN = timedelta(days=1)


def opt_out(session: Session, reply_id: int, *, key: AddressKey, actor: str, now: datetime) -> bool:
    """Leave the number of this text alone from the commit on, as if it had texted STOP; False where it had left.

    Raises AnswerRefused for a text that came without a number.
    """
    row, held = hold_conversation(session, reply_id)
    if not held.phone:
        raise AnswerRefused("this text came without a number, so there is none to leave alone")
    before = consents.suppressed_reason(session, channel=Channel.SMS, address_hash=key.hash(Channel.SMS, held.phone))
    changed = _obey(session, held.phone, key=key, now=now)
    if changed:
        conversations.note_opt_out(session, held.phone, at=now, by=actor, over=str(before or ""))
    conversations.mark_handled(session, held.phone, by=actor, now=now)
    write_audit(session, at=now, actor=actor, deed="wants to leave", subject=f"reply {row.id}")
    return changed


def _obey(session: Session, phone: str, *, key: AddressKey, now: datetime) -> bool:
    """Whether anything changed."""
    address_hash = key.hash(Channel.SMS, phone)
    before = consents.suppressed_reason(session, channel=Channel.SMS, address_hash=address_hash)
    known = supporters.by_address(session, Channel.SMS, phone)
    withdrew = False
    if known is not None:
        withdrew = replies.may_text(session, known.id)
        evidence = Evidence(wording="", source="console: wants to leave")
        withdraw_consent(
            session, supporter_id=known.id, channel=Channel.SMS, reason=Suppressed.STOP, evidence=evidence, now=now
        )
    suppress_address(session, channel=Channel.SMS, address=phone, key=key, reason=Suppressed.STOP, now=now)
    after = consents.suppressed_reason(session, channel=Channel.SMS, address_hash=address_hash)
    return withdrew or before is not after


def may_undo(session: Session, conversation: Conversation, *, key: AddressKey, now: datetime) -> bool:
    """Whether a manager's word can be taken back: it is fresh, and the person has said nothing of the kind since."""
    at = conversation.opted_out_at
    if at is None or now - at > UNDO_WITHIN:
        return False
    address_hash = key.hash(Channel.SMS, conversation.phone)
    if consents.suppressed_reason(session, channel=Channel.SMS, address_hash=address_hash) is not Suppressed.STOP:
        return False
    # A STOP sent before the manager's word may have reached us after it.
    if replies.said_stop_since(session, conversation.phone, at - UNDO_WITHIN, unclear_since=at):
        return False
    known = supporters.by_address(session, Channel.SMS, conversation.phone)
    return known is None or not conversations.withdrew_after(session, known.id, at)


def may_undo_of(session: Session, phone: str, *, key: AddressKey, now: datetime) -> bool:
    """The same of the conversation with this number, for the page that offers it."""
    found = conversations.find(session, phone)
    return found is not None and may_undo(session, found, key=key, now=now)


def undo_opt_out(session: Session, reply_id: int, *, key: AddressKey, actor: str, now: datetime) -> bool:
    """It was a slip: all is as it was before, and what waited waits again; False where it cannot be undone any more.

    Whatever the person said themselves stays said: nothing here undoes a STOP of theirs. Raises AnswerRefused.
    """
    row, held = hold_conversation(session, reply_id)
    at = held.opted_out_at
    if at is None or not may_undo(session, held, key=key, now=now):
        return False
    lift_address(session, channel=Channel.SMS, address=held.phone, key=key, lifting=frozenset({Suppressed.STOP}))
    known = supporters.by_address(session, Channel.SMS, held.phone)
    for campaign_id, wording in conversations.withdrawn_at(session, known.id, at) if known else ():
        give_consent(
            session,
            campaign_id=campaign_id,
            channel=Channel.SMS,
            supporter_id=known.id if known else 0,
            evidence=Evidence(wording, "console: pressed by mistake, undone"),
            now=now,
        )
    if held.opted_out_over:
        # Last: while it stands nothing is let through, and what had been allowed is to be as it was.
        reason = Suppressed(held.opted_out_over)
        suppress_address(session, channel=Channel.SMS, address=held.phone, key=key, reason=reason, now=now)
    conversations.note_opt_out(session, held.phone, at=None, by="", over="")
    conversations.wait_again(session, held.phone, handled_at=at)
    write_audit(session, at=now, actor=actor, deed="wants to leave, undone", subject=f"reply {row.id}")
    return True
