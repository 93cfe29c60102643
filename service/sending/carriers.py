"""How each channel carries a batch: frozen words and personal values become what the provider is given."""

import logging
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from uuid import UUID

from service.consenting.countries import AT_HOME, Countries
from service.domain.allowed import EVERYBODY, AllowList
from service.domain.channel import Channel
from service.domain.message import MessageRef, Withheld
from service.domain.sender import number_for
from service.providers.ports import (
    EmailBatch,
    EmailOutcome,
    EmailProvider,
    EmailRecipient,
    Outcome,
    SmsProvider,
    Text,
    TextOutcome,
)
from service.sending.freeze import thaw_email
from service.sending.hand_over import Carrier, people
from service.sending.list_headers import leave_headers, list_headers
from service.sending.outcomes import Fate, Handed
from service.sending.personal import Person, PersonalWords
from service.store import Session
from service.store.queries import renderings
from service.store.queries.batches import ClaimedBatch
from service.store.queries.doubts import Doubt, Unsettled
from service.store.queries.gate import Recipients
from service.wording.compiled import CompiledCopy, compile_for
from service.wording.email import RenderedEmail
from service.wording.placeholders import parse
from service.wording.sms import measure

log = logging.getLogger(__name__)

# A text may wait at Twilio for its sender's turn, but not for longer than it is worth having.
_LONGEST_VALIDITY = 36_000
_SHELF = 64


@dataclass(frozen=True, slots=True)
class _Thawed:
    """A frozen rendering, read once by this process."""

    language: str
    subject: str
    email: RenderedEmail | None
    text: CompiledCopy | None
    names: tuple[str, ...]
    links: dict[str, int]


@dataclass(slots=True)
class Words:
    """The renderings this process has read: they never change, so they are kept."""

    key: bytes
    public_url: str
    # Where people may write to leave, because somebody reads it; empty for nowhere.
    leave_mailbox: str = ""
    _shelf: OrderedDict[int, _Thawed] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def prepare(self, session: Session, claimed: ClaimedBatch) -> None:
        """Read the batch's rendering unless it is on the shelf."""
        with self._lock:
            if claimed.rendering_id in self._shelf:
                self._shelf.move_to_end(claimed.rendering_id)
                return
        thawed = _thaw(session, claimed.rendering_id)
        with self._lock:
            self._shelf[claimed.rendering_id] = thawed
            while len(self._shelf) > _SHELF:
                self._shelf.popitem(last=False)

    def texts_again(self, session: Session, doubt: Doubt, waiting: Sequence[Unsettled]) -> dict[int, str]:
        """The texts of a doubtful batch as they were rendered, by supporter."""
        thawed = _thaw(session, doubt.rendering_id)
        if thawed.text is None:
            return {}
        personal = PersonalWords(
            key=self.key,
            public_url=self.public_url,
            blast_id=doubt.blast_id,
            channel=doubt.channel,
            language=thawed.language,
            kick_off_at=doubt.kick_off_at,
            links=thawed.links,
        )
        fill, again = personal.filler(thawed.names, [each.supporter_id for each in waiting]), {}
        for each in waiting:
            try:
                values = fill(Person(each.supporter_id, each.first_name, each.time_zone))
            except Exception:
                # What cannot be written now was not written then.
                log.exception("words cannot be filled in", extra={"blast": doubt.blast_id})
                continue
            again[each.supporter_id] = thawed.text.text(values)
        return again

    def of(self, claimed: ClaimedBatch) -> _Thawed:
        with self._lock:
            return self._shelf[claimed.rendering_id]

    def personal(self, claimed: ClaimedBatch, thawed: _Thawed) -> PersonalWords:
        return PersonalWords(
            key=self.key,
            public_url=self.public_url,
            blast_id=claimed.blast_id,
            channel=claimed.channel,
            language=thawed.language,
            kick_off_at=claimed.kick_off_at,
            links=thawed.links,
        )


def _thaw(session: Session, rendering_id: int) -> _Thawed:
    row = renderings.rendering(session, rendering_id)
    if row.channel == Channel.SMS:
        compiled = compile_for(parse(row.text), {})
        names = tuple(dict.fromkeys(slot.name for slot in compiled.slots))
        return _Thawed(row.language, "", None, compiled, names, row.links)
    email = thaw_email(row.subject, row.text, row.html, row.slots)
    names = tuple(dict.fromkeys(slot.name for _, slot, _ in email.slots))
    return _Thawed(row.language, row.subject, email, None, names, row.links)


def email_carrier(
    provider: EmailProvider, words: Words, second: EmailProvider | None = None, *, allowed: AllowList = EVERYBODY
) -> Carrier:
    """Batches of up to 1,000 emails in one request, what is personal as substitutions; `second` is the second road."""

    def carry(claimed: ClaimedBatch, attempt_id: UUID, recipients: Recipients, deadline: float) -> Handed:
        spoiled: dict[int, Fate] = {}
        batch = _email_batch(words, claimed, attempt_id, recipients, spoiled)
        if not batch.recipients:
            return Handed(_SPOILED)
        return _beside(spoiled, _email_handed(provider.send(batch, deadline=deadline)), len(recipients.supporter_ids))

    road = None if second is None else email_carrier(second, words, allowed=allowed)
    return Carrier(Channel.EMAIL, provider.name, carry, words.prepare, lambda _, __: 0, road, allowed)


# Words that cannot be filled in for one person: no machine will manage another time, and nobody else need wait.
_SPOILED = Fate(Outcome.REFUSED, detail=str(Withheld.UNRENDERABLE))


def _beside(spoiled: Mapping[int, Fate], handed: Handed, count: int) -> Handed:
    """How a batch fared, with those in their places whose words could not be filled in."""
    if not spoiled:
        return handed
    sent = [place for place in range(count) if place not in spoiled]
    return Handed(handed.whole, {sent[place]: fate for place, fate in handed.each.items()} | dict(spoiled))


def _email_batch(
    words: Words, claimed: ClaimedBatch, attempt_id: UUID, recipients: Recipients, spoiled: dict[int, Fate]
) -> EmailBatch:
    thawed = words.of(claimed)
    if thawed.email is None:
        raise LookupError(f"rendering {claimed.rendering_id} is not an email")
    email, personal = thawed.email, words.personal(claimed, thawed)
    prefix = str(MessageRef(claimed.blast_id, Channel.EMAIL, 0))[:-1]
    names = tuple(dict.fromkeys((*thawed.names, "leave_link")))
    fill, substitute = personal.filler(names, recipients.supporter_ids), email.substituter()
    addressed = []
    for place, (supporter_id, address, first_name, time_zone) in enumerate(people(recipients)):
        try:
            values = fill(Person(supporter_id, first_name, time_zone))
            own = substitute(values)
        except Exception:
            # The blast shows who failed and why; the others go.
            log.exception("words cannot be filled in", extra={"blast": claimed.blast_id, "supporter": supporter_id})
            spoiled[place] = _SPOILED
            continue
        addressed.append(
            EmailRecipient(
                address=address,
                name="",
                ref=f"{prefix}{supporter_id}",
                substitutions=own,
                headers=leave_headers(values["leave_link"], mailbox=words.leave_mailbox),
            )
        )
    return EmailBatch(
        attempt_id=str(attempt_id),
        from_address=claimed.sender_email,
        from_name=claimed.sender_name,
        reply_to=claimed.reply_to,
        subject=email.subject,
        text=email.text,
        html=email.html,
        recipients=addressed,
        headers=list_headers(public_url=words.public_url, campaign_id=claimed.campaign_id, reply_to=claimed.reply_to),
    )


def _email_handed(answer: EmailOutcome) -> Handed:
    whole = _email_fate(answer)
    if answer.refused_recipients:
        # The whole request was refused for these; the rest was not processed and goes again without them.
        again = Fate(Outcome.NOT_SENT, retry_after=0.0, detail="others in the batch were refused")
        each = {
            place: Fate(Outcome.REFUSED, refusal=answer.refusal, detail=why)
            for place, why in answer.refused_recipients.items()
        }
        return Handed(again, each)
    return Handed(whole, {place: _email_fate(own) for place, own in answer.per_recipient.items()})


def _email_fate(answer: EmailOutcome) -> Fate:
    return Fate(
        answer.outcome,
        provider_ref=answer.provider_ref,
        retry_after=answer.retry_after,
        refusal=answer.refusal,
        detail=_said(answer.code, answer.detail),
    )


def text_carrier(
    provider: SmsProvider,
    words: Words,
    numbers: Sequence[str] = (),
    *,
    allowed: AllowList = EVERYBODY,
    countries: Countries = AT_HOME,
) -> Carrier:
    """Batches of up to 50 texts, a request each, all at once; from the numbers of a pool where there is one."""

    def carry(claimed: ClaimedBatch, attempt_id: UUID, recipients: Recipients, deadline: float) -> Handed:
        spoiled: dict[int, Fate] = {}
        texts = _texts(words, claimed, recipients, numbers, spoiled)
        if not texts:
            return Handed(_SPOILED)
        validity = int((claimed.expires_at - claimed.now).total_seconds())
        answers = provider.send(texts, deadline=deadline, validity=max(6, min(validity, _LONGEST_VALIDITY)))
        fates = {
            place: _text_fate(answer, text) for place, (answer, text) in enumerate(zip(answers, texts, strict=True))
        }
        return _beside(spoiled, Handed(fates[0], fates), len(recipients.supporter_ids))

    def segments(claimed: ClaimedBatch, recipients: Recipients) -> int:
        return sum(measure(text.body).segments for text in _texts(words, claimed, recipients, numbers, {}))

    return Carrier(Channel.SMS, provider.name, carry, words.prepare, segments, None, allowed, countries)


def _texts(
    words: Words, claimed: ClaimedBatch, recipients: Recipients, numbers: Sequence[str], spoiled: dict[int, Fate]
) -> list[Text]:
    thawed = words.of(claimed)
    if thawed.text is None:
        raise LookupError(f"rendering {claimed.rendering_id} is not a text")
    compiled, personal = thawed.text, words.personal(claimed, thawed)
    fill = personal.filler(thawed.names, recipients.supporter_ids)
    texts = []
    for place, (supporter_id, number, first_name, time_zone) in enumerate(people(recipients)):
        ref = str(MessageRef(claimed.blast_id, Channel.SMS, supporter_id))
        try:
            body = compiled.text(fill(Person(supporter_id, first_name, time_zone)))
        except Exception:
            # The blast shows who failed and why; the others go.
            log.exception("words cannot be filled in", extra={"blast": claimed.blast_id, "supporter": supporter_id})
            spoiled[place] = _SPOILED
            continue
        callback = f"{words.public_url}/hooks/twilio/status/{ref}"
        sender = claimed.sender or number_for(supporter_id, "", numbers) or None
        texts.append(Text(to=number, body=body, ref=ref, status_callback=callback, sender=sender))
    return texts


def _text_fate(answer: TextOutcome, text: Text) -> Fate:
    costs = answer.outcome in {Outcome.ACCEPTED, Outcome.IN_DOUBT}
    return Fate(
        answer.outcome,
        provider_ref=answer.provider_ref,
        retry_after=answer.retry_after,
        refusal=answer.refusal,
        detail=_said(answer.code, answer.detail),
        segments=measure(text.body).segments if costs else 0,
    )


def _said(code: str, detail: str) -> str:
    return f"{code}: {detail}" if code and detail else code or detail
