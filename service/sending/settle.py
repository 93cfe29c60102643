"""Settle doubts: by receipts, then by asking the provider, by proof and nothing else; what stays is a person's to decide."""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from math import inf

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import sessionmaker

from service import clock
from service.domain.channel import Channel
from service.domain.doubt import STANDARD, DoubtPolicy
from service.domain.message import MessageRef, MessageState
from service.domain.receipt import Receipt, ReceiptKind
from service.points import point
from service.providers.ports import FoundText, ProviderAway, SmsProvider
from service.sending.carriers import Words
from service.sending.personal import is_same_text
from service.sending.receipts import apply_receipts
from service.store import Session
from service.store.queries import doubts
from service.store.queries.doubts import Doubt, LaterText, Unsettled
from service.store.queries.house import database_now
from service.store.queries.message_outcomes import split_batch

log = logging.getLogger(__name__)


# Roads that hand a batch over letter by letter, so that a part of it may have been taken.
_ONE_BY_ONE = frozenset({"smtp"})

# Numbers looked for at once.
_ASKED_AT_ONCE = 8


class OutOfTime(Exception):
    """The time of this round is over; what was not asked is asked in the next."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the list shows of a text: that it was taken, or nothing, or something that cannot be told apart from it."""

    supporter_id: int
    receipt: Receipt | None = None
    is_unclear: bool = False


@dataclass(slots=True)
class Settled:
    """What one round of settling came to, in batches."""

    by_evidence: int = 0
    sent_again: int = 0
    unknown: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Settler:
    """All that settling needs; `words` render a text again to recognise it in the provider's list."""

    sessions: sessionmaker[Session]
    sms: SmsProvider
    words: Words
    policy: DoubtPolicy = STANDARD

    def settle_doubts(self, *, until: float = inf) -> Settled:
        """One round: close what evidence has settled, then ask or decide about what is due, the oldest first.

        Stops when the monotonic clock reads `until`; what is left is due in the next round too.
        """
        done = Settled()
        with self.sessions.begin() as session:
            done.by_evidence = doubts.close_settled(session)
            point("settle.before_commit")
        point("settle.after_commit")
        with self.sessions.begin() as session:
            found = doubts.due_doubts(session, self.policy)
            done.waiting = doubts.doubt_count(session) - len(found)
        for doubt in found:
            if clock.monotonic() >= until:
                break
            seen = self._ask_patiently(doubt, until=until) if doubt.channel is Channel.SMS else doubt
            with self.sessions.begin() as session:
                if doubts.hold_doubt(session, doubt.batch_id):
                    self._decide(session, seen, done)
                point("settle.before_commit")
            point("settle.after_commit")
        return done

    def _decide(self, session: Session, doubt: Doubt, done: Settled) -> None:
        left = doubts.unsettled(session, doubt)
        if not left:
            self._close(session, doubt, done)
        elif doubt.channel is Channel.EMAIL:
            self._decide_email(session, doubt, done, count=len(left))
        elif doubt.absent_count >= self.policy.text_readings and doubt.resend_count < self.policy.text_resends:
            # The provider's list was alive, and shows none of them: it never took them.
            self._send_again(session, doubt, done)
        elif doubt.settle_count >= len(self.policy.ask_after):
            self._give_up(session, doubt, done)

    def _close(self, session: Session, doubt: Doubt, done: Settled) -> None:
        doubts.close_doubt(session, doubt.batch_id, state=MessageState.ACCEPTED, reason="settled by evidence")
        done.by_evidence += 1

    def _decide_email(self, session: Session, doubt: Doubt, done: Settled, *, count: int) -> None:
        if doubt.provider not in _ONE_BY_ONE and doubts.is_told_of(session, doubt):
            # One request, taken whole: what tells of one of its messages tells that none is to go again.
            self._close(session, doubt, done)
            return
        may = doubt.resend_count < self.policy.email_resends
        if may and doubts.is_proven_untaken(session, doubt, self.policy, count=count):
            self._send_again(session, doubt, done)
        else:
            self._give_up(session, doubt, done)

    def _send_again(self, session: Session, doubt: Doubt, done: Settled) -> None:
        """Queue what was proven not taken: it passes the gate once more, and goes if it still matters."""
        doubts.resend(session, doubt.batch_id)
        log.info("proven not taken, sent again", extra={"blast": doubt.blast_id, "batch": doubt.batch_id})
        done.sent_again += 1

    def _give_up(self, session: Session, doubt: Doubt, done: Settled) -> None:
        reason = "no evidence either way"
        doubts.close_doubt(session, doubt.batch_id, state=MessageState.UNKNOWN, reason=reason)
        log.warning("messages unknown", extra={"blast": doubt.blast_id, "batch": doubt.batch_id})
        done.unknown += 1

    def _ask_patiently(self, doubt: Doubt, *, until: float) -> Doubt:
        """Ask, and the doubt as it stands then. A provider that is away, and what cannot be asked, hold back no other."""
        if doubt.settle_count >= len(self.policy.ask_after):
            return doubt
        with self.sessions.begin() as session:
            doubts.begin_asking(session, doubt.batch_id)
        try:
            return self._ask_provider(doubt, until=until)
        except OutOfTime:
            return doubt
        except ProviderAway as away:
            log.warning("the provider's list is away", extra={"batch": doubt.batch_id, "why": str(away)})
            return doubt
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            # It counts as asked, so that it comes to an end: as unknown, for a person to look at.
            log.exception("a doubt cannot be looked for", extra={"batch": doubt.batch_id})
            return self._asked(doubt, [], is_absent=False)

    def _ask_provider(self, doubt: Doubt, *, until: float) -> Doubt:
        """Ask Twilio's list for each text of the batch, some at once; no transaction is open.

        Raises ProviderAway, and OutOfTime when the monotonic clock reads `until`: then nothing counts as asked.
        """
        with self.sessions.begin() as session:
            waiting = doubts.unsettled(session, doubt)
            bodies = self.words.texts_again(session, doubt, waiting)
            later = doubts.later_text(session, doubt)
        with ThreadPoolExecutor(_ASKED_AT_ONCE, thread_name_prefix="settle") as pool:
            asked = [pool.submit(self._find, doubt, each, bodies.get(each.supporter_id), until) for each in waiting]
            found = [each.result() for each in asked]
        is_alive = doubt.age >= self.policy.text_proven_after and later is not None and self._shows(later, until)
        return self._asked(doubt, found, is_absent=is_alive)

    def _asked(self, doubt: Doubt, found: Sequence[Found], *, is_absent: bool) -> Doubt:
        """Write down what a reading showed; what cannot be told apart parts from the others, and stays a doubt."""
        receipts = [one.receipt for one in found if one.receipt is not None]
        unclear = [one.supporter_id for one in found if one.is_unclear]
        with self.sessions.begin() as session:
            apply_receipts(session, self.sms.name, receipts, now=database_now(session))
            if unclear and len(unclear) < len(found) - len(receipts) and doubts.hold_doubt(session, doubt.batch_id):
                split_batch(
                    session,
                    batch_id=doubt.batch_id,
                    blast_id=doubt.blast_id,
                    channel=doubt.channel,
                    supporter_ids=unclear,
                    state=MessageState.IN_DOUBT,
                )
                unclear = []
            is_absent = is_absent and not unclear
            doubts.count_asked(session, doubt.batch_id, is_absent=is_absent)
            point("settle.asked.before_commit")
        point("settle.asked.after_commit")
        return replace(doubt, absent_count=doubt.absent_count + int(is_absent))

    def _shows(self, later: LaterText, until: float) -> bool:
        """Whether the list shows a text that was taken after the doubt: then it is alive, and silence means something."""
        if clock.monotonic() >= until:
            raise OutOfTime
        listed = self.sms.find(later.phone, since=later.intent_at)
        return any(text.provider_ref == later.provider_ref for text in listed)

    def _find(self, doubt: Doubt, message: Unsettled, body: str | None, until: float) -> Found:
        who = message.supporter_id
        if message.phone is None or body is None:
            # Forgotten since, or its words cannot be written again: it cannot be looked for.
            return Found(who, is_unclear=True)
        if clock.monotonic() >= until:
            raise OutOfTime
        point("settle.before_ask")
        listed = [text for text in self.sms.find(message.phone, since=doubt.intent_at) if _is_ours(text)]
        point("settle.after_ask")
        for text in listed:
            if is_same_text(text.body, body):
                ref = MessageRef(doubt.blast_id, doubt.channel, who)
                return Found(who, _receipt(text, str(ref), doubt))
        # Something else went there meanwhile, or this very text as the provider rewrote it: not to be told apart.
        return Found(who, is_unclear=bool(listed))


def _is_ours(text: FoundText) -> bool:
    return text.direction.startswith("outbound")


def _receipt(text: FoundText, ref: str, doubt: Doubt) -> Receipt:
    return Receipt(
        event_id=f"{text.provider_ref}:found",
        ref=ref,
        attempt_id=None,
        kind=_kind_of(text.status),
        at=_moment(text.created_at, doubt.intent_at),
        permanent=text.is_permanent,
        reason="found in the provider's list",
        code=text.error_code,
        is_machine=False,
        address=None,
        url=None,
    )


def _kind_of(status: str) -> ReceiptKind:
    if status in {"delivered", "read"}:
        return ReceiptKind.DELIVERED
    if status in {"failed", "undelivered", "canceled"}:
        return ReceiptKind.FAILED
    return ReceiptKind.ACCEPTED


def _moment(created_at: datetime | None, otherwise: datetime) -> datetime:
    return created_at or otherwise
