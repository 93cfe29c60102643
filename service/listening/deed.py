"""One text as it is acted on: who sent it, what it asks for, and the one answer to it."""

from dataclasses import dataclass
from datetime import datetime

from service.consenting.consent import AddressKey, Evidence
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.domain.inbound_text import is_number
from service.domain.keyword import KeywordMatch
from service.domain.notice import NoticeKind
from service.sending.notices import NoticeRequest, ask_notice
from service.store import Session
from service.store.queries import consents, replies, supporters
from service.store.queries.campaigns import CampaignView
from service.store.queries.supporters import Known


@dataclass(frozen=True, slots=True)
class Sender:
    """Who texted, to which of our numbers, and what we know of them."""

    phone: str
    to_number: str
    known: Known | None
    campaign: CampaignView | None
    reply_id: int
    may_answer: bool


@dataclass(frozen=True, slots=True)
class Deed:
    """What a text asks for, and all that doing it needs."""

    session: Session
    sender: Sender
    match: KeywordMatch
    key: AddressKey
    # When it was said: consent and its withdrawal are dated by the text, however late it reaches us.
    now: datetime
    # When we heard of it: what an answer is worth counts from there.
    heard_at: datetime

    def answer(self, kind: NoticeKind, *, supporter_id: int | None = None, **facts: str) -> None:
        """Text back, once for this text; not where it was answered often enough, or the number is held."""
        if self.sender.may_answer and not self.is_held:
            self._text_back(kind, supporter_id=supporter_id, **facts)

    def say_that_they_left(self) -> None:
        """The answer to an opt-out: however many answers went before it."""
        if is_number(self.sender.phone):
            self._text_back(NoticeKind.LEFT_SMS)

    def _text_back(self, kind: NoticeKind, *, supporter_id: int | None = None, **facts: str) -> None:
        request = NoticeRequest(
            kind=kind,
            channel=Channel.SMS,
            to_address=self.sender.phone,
            dedupe_key=f"{kind}:reply:{self.sender.reply_id}",
            facts=facts,
            campaign_id=self.sender.campaign.id if self.sender.campaign else None,
            supporter_id=supporter_id or (self.sender.known.id if self.sender.known else None),
            # They have just written to us; one answer is what they expect, even after leaving.
            passes_suppression=True,
        )
        ask_notice(self.session, request, now=self.heard_at)

    @property
    def suppressed(self) -> Suppressed | None:
        """Why this number is left alone, if it is."""
        address_hash = self.key.hash(Channel.SMS, self.sender.phone)
        return consents.suppressed_reason(self.session, channel=Channel.SMS, address_hash=address_hash)

    @property
    def is_held(self) -> bool:
        """Whether a text that may be an opt-out waits for a manager: until then nothing goes to this number."""
        return self.suppressed is Suppressed.UNCLEAR

    @property
    def is_on_list(self) -> bool:
        """Whether this number gets our texts as it is."""
        known = self.sender.known
        return known is not None and self.suppressed is None and replies.may_text(self.session, known.id)

    def evidence(self, word: str) -> Evidence:
        """The text itself: nobody who texts has seen the words beside a box on a page."""
        return Evidence(wording=replies.body_of(self.session, self.sender.reply_id), source=f"text: {word}")


def supporter_of(deed: Deed) -> int:
    """Who texts; somebody new is known by the number alone, and has allowed nothing yet."""
    if deed.sender.known is not None:
        return deed.sender.known.id
    return supporters.add(
        deed.session,
        first_name="",
        channel=Channel.SMS,
        address=deed.sender.phone,
        address_hash=deed.key.hash(Channel.SMS, deed.sender.phone),
        locale=deed.sender.campaign.language if deed.sender.campaign else "en",
        time_zone="Europe/London",
        source="text",
        now=deed.now,
    )
