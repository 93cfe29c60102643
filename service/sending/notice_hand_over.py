"""Hand over one-off messages: the same protocol as a batch, promptly, at least once while each is worth it."""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import sessionmaker

from service import clock
from service.consenting.consent import AddressKey
from service.consenting.countries import AT_HOME, Countries
from service.domain.allowed import EVERYBODY, AllowList
from service.domain.channel import Channel
from service.domain.consent import LIFTED_BY_CONFIRMING, WISHES, Suppressed
from service.domain.message import MessageState, NoticeRef, Withheld
from service.domain.notice import NoticeKind
from service.points import point
from service.providers.ports import EmailBatch, EmailProvider, EmailRecipient, Outcome, SmsProvider, Text
from service.sending.asking import Asking
from service.sending.hand_over import DEADLINE_SECONDS
from service.sending.notice_words import NoticeWords, NoticeWriter
from service.sending.outcomes import Fate, in_a_transaction
from service.settings import STANDARD_LIMITS, Limits
from service.store import Session
from service.store.queries import asking as asking_queries
from service.store.queries import batches, consents, notice_life
from service.store.queries.breakers import email_road
from service.store.queries.consents import lock_for_intent
from service.store.queries.house import database_now
from service.store.queries.notice_life import IntendedNotice
from service.wording.placeholders import MissingFact

log = logging.getLogger(__name__)

_AT_ONCE = 8
_STATES = {
    Outcome.ACCEPTED: MessageState.ACCEPTED,
    Outcome.REFUSED: MessageState.FAILED,
    Outcome.IN_DOUBT: MessageState.IN_DOUBT,
}


@dataclass(frozen=True, slots=True)
class NoticeDesk:
    """All that handing over notices needs."""

    sessions: sessionmaker[Session]
    email: EmailProvider
    sms: SmsProvider
    writer: NoticeWriter
    address_key: AddressKey
    public_url: str
    # Taken instead of `email` while the first road is failing.
    email_second: EmailProvider | None = None
    # Whom this installation may write to at all.
    allowed: AllowList = EVERYBODY
    limits: Limits = STANDARD_LIMITS
    countries: Countries = AT_HOME

    @property
    def asking(self) -> Asking:
        """What a stranger's form may make us send."""
        return Asking(self.limits, self.countries, self.address_key)

    def send_due(self, *, until: float) -> int:
        """Hand over the notices that are due until there are none or the monotonic clock reads `until`."""
        handed = 0
        while clock.monotonic() < until:
            owner = uuid4()
            with self.sessions.begin() as session:
                claimed = notice_life.claim(session, owner=owner, limit=_AT_ONCE)
                point("notice.claim.before_commit")
            point("notice.claim.after_commit")
            if not claimed:
                break
            handed += len(claimed)
            self._send_all(claimed, owner)
        return handed

    def _send_all(self, claimed: Sequence[int], owner: UUID) -> None:
        if len(claimed) == 1:
            self._send(claimed[0], owner)
            return
        with ThreadPoolExecutor(len(claimed), thread_name_prefix="notices") as pool:
            for run in [pool.submit(self._send, notice_id, owner) for notice_id in claimed]:
                run.result()

    def _send(self, notice_id: int, owner: UUID) -> None:
        deadline = clock.monotonic() + DEADLINE_SECONDS
        attempt_id = uuid4()
        with self.sessions.begin() as session:
            intended = self._commit_intent(session, notice_id, attempt_id=attempt_id, owner=owner)
            point("notice.intent.before_commit")
        if intended is None:
            return
        point("notice.intent.after_commit")
        notice, words, email = intended
        point("notice.call.before")
        fate = self._call(notice, words, email, attempt_id, deadline)
        point("notice.call.after")

        def write(session: Session) -> None:
            _write(session, notice, words, fate, attempt_id=attempt_id, owner=owner)
            point("notice.outcome.before_commit")

        in_a_transaction(self.sessions, write)
        point("notice.outcome.after_commit")

    def _commit_intent(
        self, session: Session, notice_id: int, *, attempt_id: UUID, owner: UUID
    ) -> tuple[IntendedNotice, NoticeWords, EmailProvider] | None:
        notice_life.hold(session, notice_id)
        notice = notice_life.intend(session, notice_id, attempt_id=attempt_id, owner=owner)
        if notice is None or self._is_withheld(session, notice, owner=owner):
            return None
        words = self._words(session, notice, owner=owner)
        if words is None or self._is_kept_back(session, notice, owner=owner):
            return None
        email = self._email_route(session, notice)
        provider = email.name if notice.channel is Channel.EMAIL else self.sms.name
        # Last, for whoever leaves waits until this commits. Who left before it was granted is seen below.
        lock_for_intent(session)
        if self._is_withheld(session, notice, owner=owner):
            return None
        notice_life.add_attempt(session, attempt_id=attempt_id, notice_id=notice.id, provider=provider)
        return notice, words, email

    def _is_withheld(self, session: Session, notice: IntendedNotice, *, owner: UUID) -> bool:
        """Whether its address may not be written to; if so, that is what came of it."""
        reason = self._withheld(session, notice)
        if reason is None:
            return False
        notice_life.write_outcome(session, notice.id, owner=owner, state=MessageState.WITHHELD, reason=str(reason))
        return True

    def _withheld(self, session: Session, notice: IntendedNotice) -> Withheld | None:
        if not self.allowed.admits(notice.channel, notice.to_address):
            return Withheld.NOT_ALLOWED
        address_hash = self.address_key.hash(notice.channel, notice.to_address)
        standing = consents.suppression(session, channel=notice.channel, address_hash=address_hash)
        return Withheld.SUPPRESSED if standing is not None and not _may_pass(notice, *standing) else None

    def _words(self, session: Session, notice: IntendedNotice, *, owner: UUID) -> NoticeWords | None:
        """Its words; where it cannot be written, that is what came of it, and the notices beside it go."""
        try:
            return self.writer.write(session, notice)
        except DBAPIError:
            raise
        except Exception as wrong:
            log.exception("a notice cannot be written", extra={"notice": notice.id})
            why = f"cannot be written: {wrong}" if isinstance(wrong, MissingFact | KeyError) else "cannot be written"
            notice_life.write_outcome(session, notice.id, owner=owner, state=MessageState.FAILED, reason=why)
            return None

    def _is_kept_back(self, session: Session, notice: IntendedNotice, *, owner: UUID) -> bool:
        """Whether limits and budgets keep it back, for now or for good."""
        ruling = self.asking.rule(session, notice, now=database_now(session))
        if ruling.waits:
            asking_queries.hold_notice(session, notice.id, owner=owner)
        elif ruling.withheld is not None:
            held = str(ruling.withheld)
            notice_life.write_outcome(session, notice.id, owner=owner, state=MessageState.WITHHELD, reason=held)
        return ruling.waits or ruling.withheld is not None

    def _email_route(self, session: Session, notice: IntendedNotice) -> EmailProvider:
        if self.email_second is None:
            return self.email
        usual, other = self.email, self.email_second
        if email_road(session).name != "first":
            usual, other = other, usual
        # What tells of emails that stopped goes first by the route they did not take: theirs may be the trouble.
        stopped_here = notice.kind == NoticeKind.BLAST_STOPPED and notice.facts.get("channels", "").startswith("email")
        return other if stopped_here and notice.attempt_count % 2 == 1 else usual

    def _call(
        self, notice: IntendedNotice, words: NoticeWords, email: EmailProvider, attempt_id: UUID, deadline: float
    ) -> Fate:
        ref = str(NoticeRef(notice.id))
        if words.email is None:
            text = Text(
                to=notice.to_address,
                body=words.body,
                ref=ref,
                status_callback=f"{self.public_url}/hooks/twilio/status/{ref}",
                sender=notice.sender,
            )
            answer = self.sms.send([text], deadline=deadline, validity=600)[0]
            return Fate(answer.outcome, answer.provider_ref, answer.retry_after, answer.refusal, answer.code)
        batch = EmailBatch(
            attempt_id=str(attempt_id),
            from_address=words.from_address,
            from_name=words.from_name,
            reply_to=words.reply_to,
            subject=words.email.subject,
            text=words.email.text,
            html=words.email.html,
            recipients=[EmailRecipient(notice.to_address, "", ref, {}, {})],
            headers=dict(words.headers),
        )
        reply = email.send(batch, deadline=deadline)
        reply = reply.per_recipient.get(0, reply)
        return Fate(reply.outcome, reply.provider_ref, reply.retry_after, reply.refusal, reply.detail)


# Anybody can type anybody's address into a form: a number that texted STOP, or an inbox that complained, is not asked
# to come back because of it. Only a text from the number itself, or a manager, undoes that.
_ASKING = frozenset(
    {
        *(NoticeKind.CONFIRM_EMAIL, NoticeKind.CONFIRM_SIGNATURE, NoticeKind.CONFIRM_SMS),
        *(NoticeKind.ALREADY_JOINED, NoticeKind.HAS_SIGNED_EMAIL),
    }
)


def _may_pass(notice: IntendedNotice, reason: Suppressed, since: datetime) -> bool:
    # A text that may be an opt-out came after this was asked for: nothing goes until a manager has looked.
    if not notice.passes_suppression or reason is Suppressed.UNCLEAR:
        return False
    # Whoever asked for this and then to be left alone is left alone; the one answer to that is the last word.
    if reason in WISHES and since > notice.created_at and notice.kind != NoticeKind.LEFT_SMS:
        return False
    return notice.kind not in _ASKING or reason in LIFTED_BY_CONFIRMING


def _write(
    session: Session, notice: IntendedNotice, words: NoticeWords, fate: Fate, *, attempt_id: UUID, owner: UUID
) -> None:
    state = _STATES.get(fate.outcome, MessageState.QUEUED)
    if fate.stops_everything:
        state = MessageState.QUEUED
    wait = fate.retry_after if fate.retry_after is not None else min(60.0, 2.0**notice.attempt_count)
    batches.close_attempt(session, attempt_id, outcome=str(fate.outcome), detail=fate.detail)
    notice_life.write_outcome(
        session,
        notice.id,
        owner=owner,
        state=state,
        reason="" if state is MessageState.ACCEPTED else fate.detail,
        provider_ref=fate.provider_ref,
        body=words.body,
        wait=wait,
    )
