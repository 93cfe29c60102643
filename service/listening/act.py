"""Do what a keyword asks for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from service.consenting.consent import (
    AddressKey,
    Evidence,
    give_consent,
    lift_address,
    suppress_address,
    withdraw_consent,
)
from service.domain.channel import Channel
from service.domain.consent import LIFTED_BY_TEXTING_START, Suppressed
from service.domain.keyword import Keyword, KeywordMatch
from service.domain.notice import NoticeKind
from service.joining.confirm import confirm_phone
from service.petitioning.sign import SignResult, sign_petition
from service.sending.joiners import add_joiner
from service.sending.notices import NoticeRequest, ask_notice
from service.store import Session
from service.store.queries import campaigns, replies, supporters
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
class _Deed:
    session: Session
    sender: Sender
    match: KeywordMatch
    key: AddressKey
    now: datetime

    def answer(self, kind: NoticeKind, *, supporter_id: int | None = None, **facts: str) -> None:
        """Text back, once for this text."""
        if not self.sender.may_answer:
            return
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
        ask_notice(self.session, request, now=self.now)

    def evidence(self, word: str) -> Evidence:
        """The text itself: nobody who texts has seen the words beside a box on a page."""
        return Evidence(wording=replies.body_of(self.session, self.sender.reply_id), source=f"text: {word}")


def act(session: Session, sender: Sender, match: KeywordMatch, *, key: AddressKey, now: datetime) -> bool:
    """Do it; False when only a person can."""
    deed = _DEEDS.get(match.keyword)
    return deed is not None and deed(_Deed(session, sender, match, key, now))


def _stop(deed: _Deed) -> bool:
    """On every number of ours, whoever it is from, whether or not we know them."""
    known = deed.sender.known
    if known is not None:
        evidence = Evidence(wording="", source="text: STOP")
        withdraw_consent(
            deed.session,
            supporter_id=known.id,
            channel=Channel.SMS,
            reason=Suppressed.STOP,
            evidence=evidence,
            now=deed.now,
        )
    else:
        suppress_address(
            deed.session,
            channel=Channel.SMS,
            address=deed.sender.phone,
            key=deed.key,
            reason=Suppressed.STOP,
            now=deed.now,
        )
    if not deed.match.handled_by_provider:
        deed.answer(NoticeKind.LEFT_SMS)
    return True


def _start(deed: _Deed) -> bool:
    """Come back after a STOP: what was stopped goes on, and nothing that was never allowed."""
    lift_address(
        deed.session, channel=Channel.SMS, address=deed.sender.phone, key=deed.key, lifting=LIFTED_BY_TEXTING_START
    )
    known = deed.sender.known
    for campaign_id in replies.stopped_campaigns(deed.session, known.id) if known else ():
        give_consent(
            deed.session,
            campaign_id=campaign_id,
            channel=Channel.SMS,
            supporter_id=known.id if known else 0,
            evidence=deed.evidence("START"),
            now=deed.now,
        )
    if known is None and not deed.match.handled_by_provider:
        return _join(deed)
    return True


def _join(deed: _Deed) -> bool:
    """Confirm the sign-up that waits for this phone, or sign up by the text itself."""
    confirmed = confirm_phone(deed.session, deed.sender.phone, key=deed.key, now=deed.now)
    if confirmed is not None:
        return True
    if deed.match.argument == "yes" or deed.sender.campaign is None:
        # A bare YES answers some question of ours, and none is open.
        return False
    campaign = deed.sender.campaign
    supporter_id = _supporter(deed)
    if not replies.may_text(deed.session, supporter_id):
        deed.answer(NoticeKind.JOINED_SMS, supporter_id=supporter_id)
    give_consent(
        deed.session,
        campaign_id=campaign.id,
        channel=Channel.SMS,
        supporter_id=supporter_id,
        evidence=deed.evidence("JOIN"),
        lifting=LIFTED_BY_TEXTING_START,
        now=deed.now,
    )
    # They know this number: their texts come from it from now on.
    supporters.keep_number(deed.session, supporter_id, deed.sender.to_number)
    add_joiner(deed.session, campaign_id=campaign.id, supporter_id=supporter_id, channel=Channel.SMS, now=deed.now)
    return True


def _supporter(deed: _Deed) -> int:
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


def _help(deed: _Deed) -> bool:
    if not deed.match.handled_by_provider:
        deed.answer(NoticeKind.HELP_SMS)
    return True


def _sign(deed: _Deed) -> bool:
    campaign, known = deed.sender.campaign, deed.sender.known
    if campaign is None:
        return False
    if known is None:
        deed.answer(NoticeKind.NOT_KNOWN_SMS)
        return True
    signed = sign_petition(deed.session, campaign_id=campaign.id, supporter_id=known.id, source="sms", now=deed.now)
    if signed.result in {SignResult.NO_PETITION, SignResult.CLOSED}:
        return False
    first = signed.result is SignResult.SIGNED
    deed.answer(NoticeKind.SIGNED_SMS if first else NoticeKind.ALREADY_SIGNED_SMS)
    return True


def _more(deed: _Deed) -> bool:
    """The briefing asked for by number, by name or by the campaign's own word; else the first not yet sent here."""
    if deed.sender.campaign is None:
        return False
    slugs = [
        page.slug for page in campaigns.briefings(deed.session, deed.sender.campaign.id, deed.sender.campaign.language)
    ]
    if not slugs:
        return False
    asked = deed.match.argument.replace(" ", "-")
    if asked.isdecimal() and 1 <= int(asked) <= len(slugs):
        slug = slugs[int(asked) - 1]
    elif asked in slugs:
        slug = asked
    else:
        slug = slugs[replies.briefings_sent(deed.session, deed.sender.phone) % len(slugs)]
    deed.answer(NoticeKind.MORE_SMS, briefing_slug=slug)
    return True


_DEEDS: Mapping[Keyword, Callable[[_Deed], bool]] = {
    Keyword.STOP: _stop,
    Keyword.START: _start,
    Keyword.HELP: _help,
    Keyword.JOIN: _join,
    Keyword.SIGN: _sign,
    Keyword.MORE: _more,
    Keyword.OWN: _more,
}
