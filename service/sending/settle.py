"""Settle doubts: by receipts, then by asking the provider, then by policy. A text is never sent again by machine."""

import logging
from dataclasses import dataclass
from datetime import datetime
from math import inf

from sqlalchemy.orm import sessionmaker

from service import clock
from service.domain.channel import Channel
from service.domain.doubt import STANDARD, DoubtPolicy
from service.domain.message import MessageRef, MessageState
from service.domain.receipt import Receipt, ReceiptKind
from service.points import point
from service.providers.ports import ProviderAway, SmsProvider
from service.sending.carriers import Words
from service.sending.personal import is_same_text
from service.sending.receipts import apply_receipts
from service.store import Session
from service.store.queries import sweeps
from service.store.queries.house import database_now
from service.store.queries.sweeps import Doubt, Unsettled

log = logging.getLogger(__name__)


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
            done.by_evidence = sweeps.close_settled(session)
            point("settle.before_commit")
        point("settle.after_commit")
        with self.sessions.begin() as session:
            found = sweeps.due_doubts(session, self.policy)
            done.waiting = sweeps.doubt_count(session) - len(found)
        for doubt in found:
            if clock.monotonic() >= until:
                break
            if doubt.channel is Channel.SMS:
                self._ask_patiently(doubt)
            with self.sessions.begin() as session:
                if sweeps.hold_doubt(session, doubt.batch_id):
                    self._decide(session, doubt, done)
                point("settle.before_commit")
            point("settle.after_commit")
        return done

    def _decide(self, session: Session, doubt: Doubt, done: Settled) -> None:
        if not sweeps.unsettled(session, doubt):
            reason = "settled by evidence"
            sweeps.close_doubt(session, doubt.batch_id, state=MessageState.ACCEPTED, reason=reason)
            done.by_evidence += 1
        elif doubt.channel is Channel.SMS and doubt.settle_count >= len(self.policy.ask_after):
            self._give_up(session, doubt, done)
        elif doubt.channel is Channel.EMAIL:
            heard = sweeps.webhook_heard(session, since=doubt.intent_at)
            if not heard or doubt.resend_count >= self.policy.email_resends:
                self._give_up(session, doubt, done)
            else:
                # The webhook spoke of others and never of these: they were not accepted.
                sweeps.resend(session, doubt.batch_id)
                done.sent_again += 1

    def _give_up(self, session: Session, doubt: Doubt, done: Settled) -> None:
        reason = "no evidence either way"
        sweeps.close_doubt(session, doubt.batch_id, state=MessageState.UNKNOWN, reason=reason)
        log.warning("messages unknown", extra={"blast": doubt.blast_id, "batch": doubt.batch_id})
        done.unknown += 1

    def _ask_patiently(self, doubt: Doubt) -> None:
        """Ask; a provider that is away is asked again next round, and holds back no other doubt."""
        try:
            self._ask_provider(doubt)
        except ProviderAway as away:
            log.warning("the provider's list is away", extra={"batch": doubt.batch_id, "why": str(away)})

    def _ask_provider(self, doubt: Doubt) -> None:
        """Ask Twilio's list for each text of the batch, at the times the policy sets; no transaction is open."""
        if doubt.settle_count >= len(self.policy.ask_after):
            return
        with self.sessions.begin() as session:
            waiting = sweeps.unsettled(session, doubt)
            bodies = self.words.texts_again(session, doubt, waiting)
        receipts = [
            receipt
            for message in waiting
            if message.supporter_id in bodies
            and (receipt := self._find(doubt, message, bodies[message.supporter_id])) is not None
        ]
        with self.sessions.begin() as session:
            apply_receipts(session, self.sms.name, receipts, now=database_now(session))
            sweeps.count_asked(session, doubt.batch_id)
            point("settle.asked.before_commit")
        point("settle.asked.after_commit")

    def _find(self, doubt: Doubt, message: Unsettled, body: str) -> Receipt | None:
        if message.phone is None:
            return None
        point("settle.before_ask")
        found = self.sms.find(message.phone, since=doubt.intent_at)
        point("settle.after_ask")
        for text in found:
            if is_same_text(text.body, body) and text.direction.startswith("outbound"):
                ref = MessageRef(doubt.blast_id, doubt.channel, message.supporter_id)
                return Receipt(
                    event_id=f"{text.provider_ref}:found",
                    ref=str(ref),
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
        return None


def _kind_of(status: str) -> ReceiptKind:
    if status in {"delivered", "read"}:
        return ReceiptKind.DELIVERED
    if status in {"failed", "undelivered", "canceled"}:
        return ReceiptKind.FAILED
    return ReceiptKind.ACCEPTED


def _moment(created_at: datetime | None, otherwise: datetime) -> datetime:
    return created_at or otherwise
