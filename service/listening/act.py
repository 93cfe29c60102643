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
from service.domain.inbound_text import is_number
from service.domain.keyword import Keyword, KeywordMatch
from service.domain.notice import NoticeKind
from service.domain.petition import BadName, petition_name
from service.joining.confirm import NoSuchCode, SeveralWait, confirm_phone
from service.petitioning.sign import SignResult, place_of_phone, sign_petition
from service.sending.joiners import add_joiner
from service.sending.notices import NoticeRequest, ask_notice
from service.store import Session
from service.store.queries import campaigns, consents, petitions, replies, supporters
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
    # When it was said: consent and its withdrawal are dated by the text, however late it reaches us.
    now: datetime
    # When we heard of it: what an answer is worth counts from there.
    heard_at: datetime

    def answer(self, kind: NoticeKind, *, supporter_id: int | None = None, **facts: str) -> None:
        """Text back, once for this text."""
        if not self.sender.may_answer or (kind is not NoticeKind.LEFT_SMS and self.is_held):
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


def act(
    session: Session, sender: Sender, match: KeywordMatch, *, key: AddressKey, said_at: datetime, now: datetime
) -> bool:
    """Do it; False when only a person can."""
    perform = _DEEDS.get(match.keyword)
    # Only a number can join or be answered; a name or a short code can still ask to be left alone.
    if perform is None or not (is_number(sender.phone) or (sender.phone and match.keyword in _FOR_ANY_SENDER)):
        return False
    deed = _Deed(session, sender, match, key, now=said_at, heard_at=now)
    if match.keyword is Keyword.JOIN:
        return _join_or_say_so(deed)
    return perform(deed)


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
    # The number that texted, whatever number its supporter has by now.
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


def _unclear(deed: _Deed) -> bool:
    """It may be an opt-out: hold texts to this number, as fast as for a STOP, until a manager has looked."""
    suppress_address(
        deed.session,
        channel=Channel.SMS,
        address=deed.sender.phone,
        key=deed.key,
        reason=Suppressed.UNCLEAR,
        now=deed.now,
    )
    return False


def _start(deed: _Deed) -> bool:
    """Come back after a STOP: what was stopped goes on, and nothing that was never allowed."""
    was_on_list, before = deed.is_on_list, deed.suppressed
    lift_address(
        deed.session, channel=Channel.SMS, address=deed.sender.phone, key=deed.key, lifting=LIFTED_BY_TEXTING_START
    )
    known = deed.sender.known
    if known is None:
        # Whoever only stopped texts is not signed up by taking that back, where the provider has said so already.
        return deed.match.handled_by_provider or _join(deed)
    for campaign_id in replies.stopped_campaigns(deed.session, known.id):
        give_consent(
            deed.session,
            campaign_id=campaign_id,
            channel=Channel.SMS,
            supporter_id=known.id,
            evidence=deed.evidence("START"),
            now=deed.now,
        )
    if deed.suppressed is not None:
        # Something stands that a text cannot undo.
        return False
    if not deed.match.handled_by_provider and before is not Suppressed.PROVIDER_OPT_OUT:
        deed.answer(_answer_to_start(deed, was_on_list=was_on_list))
    return True


def _answer_to_start(deed: _Deed, *, was_on_list: bool) -> NoticeKind:
    if was_on_list:
        return NoticeKind.ON_LIST_SMS
    return NoticeKind.CAME_BACK_SMS if deed.is_on_list else NoticeKind.NOT_ON_LIST_SMS


def _join_or_say_so(deed: _Deed) -> bool:
    """Join; a member who joins again hears that they are on the list, where joining itself gave no answer."""
    was_on_list = deed.is_on_list and deed.match.argument != "yes"
    before = replies.newest_notice(deed.session, deed.sender.phone)
    if deed.match.argument != "yes":
        # Whoever asks to join has said that they do not want to leave; else they would not be answered.
        lifting = frozenset({Suppressed.UNCLEAR})
        lift_address(deed.session, channel=Channel.SMS, address=deed.sender.phone, key=deed.key, lifting=lifting)
    if not _join(deed):
        return False
    if was_on_list and replies.newest_notice(deed.session, deed.sender.phone) == before:
        deed.answer(NoticeKind.ON_LIST_SMS)
    return True


def _join(deed: _Deed) -> bool:
    """Confirm the sign-up that waits for this phone, or sign up by the text itself."""
    code = deed.match.argument if deed.match.argument.isdecimal() else ""
    try:
        confirmed = confirm_phone(deed.session, deed.sender.phone, key=deed.key, now=deed.now, code=code)
    except (SeveralWait, NoSuchCode):
        deed.answer(NoticeKind.JOIN_WHICH_SMS)
        return True
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


def _help(deed: _Deed) -> bool:
    if not deed.match.handled_by_provider:
        deed.answer(NoticeKind.HELP_SMS)
    return True


def _sign(deed: _Deed) -> bool:
    """Sign with the name in the text, or the one they signed with before; ask for it where there is neither."""
    campaign = deed.sender.campaign
    petition = petitions.petition_of(deed.session, campaign.id, campaign.language) if campaign else None
    if campaign is None or petition is None or petition.is_closed:
        return False
    supporter_id = _supporter(deed)
    signed = sign_petition(
        deed.session,
        campaign_id=campaign.id,
        supporter_id=supporter_id,
        source="sms",
        name=_whole_name(deed.match.argument),
        place=place_of_phone(deed.session, campaign.id, deed.sender.phone),
        key=deed.key,
        now=deed.now,
    )
    if signed.result in {SignResult.NO_PETITION, SignResult.CLOSED}:
        return False
    deed.answer(_SIGN_ANSWERS[signed.result], supporter_id=supporter_id, petition_id=str(signed.petition_id))
    return True


_SIGN_ANSWERS = {
    SignResult.SIGNED: NoticeKind.SIGNED_SMS,
    SignResult.ALREADY_SIGNED: NoticeKind.ALREADY_SIGNED_SMS,
    SignResult.OTHER_NAME: NoticeKind.ALREADY_SIGNED_SMS,
    SignResult.NAME_NEEDED: NoticeKind.NAME_NEEDED_SMS,
}


def _whole_name(typed: str) -> str:
    """A first and a last name; nothing where the text holds less, so that it is asked for."""
    try:
        return petition_name(typed)
    except BadName:
        return ""


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
    if asked in slugs:
        place = slugs.index(asked)
    elif asked.isdecimal():
        # So many digits ask for no briefing, and are not worth reading.
        place = int(asked) - 1 if len(asked) <= _LONGEST_COUNT else len(slugs)
        if not 0 <= place < len(slugs):
            deed.answer(NoticeKind.NO_BRIEFING_SMS)
            return True
    else:
        place = replies.briefings_sent(deed.session, deed.sender.phone) % len(slugs)
    deed.answer(NoticeKind.MORE_SMS, briefing_slug=slugs[place])
    return True


_LONGEST_COUNT = 6


_DEEDS: Mapping[Keyword, Callable[[_Deed], bool]] = {
    Keyword.STOP: _stop,
    Keyword.UNCLEAR: _unclear,
    Keyword.START: _start,
    Keyword.HELP: _help,
    Keyword.JOIN: _join,
    Keyword.SIGN: _sign,
    Keyword.MORE: _more,
    Keyword.OWN: _more,
}
_FOR_ANY_SENDER = frozenset({Keyword.STOP, Keyword.UNCLEAR})
