"""A text came in: kept once, and what it asks for done in the same transaction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.consenting.addresses import BadAddress, normalise_phone
from service.consenting.consent import AddressKey
from service.domain.channel import Channel
from service.domain.inbound_text import is_number
from service.domain.keyword import Keyword, KeywordMatch, read_keyword
from service.domain.notice import NoticeKind
from service.domain.petition import name_in_text
from service.listening.act import act
from service.listening.deed import Sender
from service.providers.ports import InboundText
from service.sending.notices import NoticeRequest, ask_notice
from service.store import Session
from service.store.queries import campaigns, consents, petitions, replies, supporters
from service.store.queries.campaigns import CampaignView
from service.store.queries.supporters import Known

# For so long, a text that is nothing but a name answers our question for it.
NAME_AWAITED = timedelta(hours=24)
# Two machines that answer each other would never end; a person does not ask eight things in ten minutes.
_MOST_ANSWERS, _IN = 8, timedelta(minutes=10)
_RECEIPT_EVERY = timedelta(days=1)
# The provider dates texts by whole seconds and by its own clock. Within this much a STOP counts as the later word.
_CLOCKS_DIFFER_BY = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a text."""

    reply_id: int | None
    keyword: Keyword
    needs_answer: bool

    @property
    def is_new(self) -> bool:
        return self.reply_id is not None


@dataclass(frozen=True, slots=True)
class _About:
    """What is known of a text's number when it comes."""

    phone: str
    address_hash: bytes
    known: Known | None
    campaign: CampaignView | None


Reader = Callable[[str, Mapping[str, str]], KeywordMatch]


def receive_text(
    session: Session, inbound: InboundText, *, key: AddressKey, now: datetime, read: Reader = read_keyword
) -> Received:
    """Keep a text and act on it. The same text again, by its provider id, does nothing.

    `read` tells what its words ask for, given the campaign's own. Stopping is obeyed here, in the caller's transaction:
    when the provider is answered, it is true.
    """
    about = _about(session, inbound, key)
    match = _read(session, inbound, about, read)
    if match.keyword is Keyword.NONE and (asked := _name_asked_for(session, about.known, inbound.body, now=now)):
        match, campaign = asked
        about = replace(about, campaign=campaign)
    overridden = _is_outdated(session, about, match, inbound.received_at, now=now)
    looping = replies.answers_since(session, about.phone, now - _IN) >= _MOST_ANSWERS
    needs_answer = match.keyword in {Keyword.NONE, Keyword.UNCLEAR} or (looping and match.keyword is not Keyword.STOP)
    reply_id = _keep(session, inbound, about, match, needs_answer=needs_answer)
    if reply_id is None:
        return Received(None, match.keyword, needs_answer=False)
    sender = Sender(
        phone=about.phone,
        to_number=inbound.to_number if is_number(inbound.to_number) else "",
        known=about.known,
        campaign=about.campaign,
        reply_id=reply_id,
        may_answer=not looping and is_number(about.phone),
    )
    understood = overridden or act(session, sender, match, key=key, said_at=inbound.received_at, now=now)
    if not understood and not needs_answer:
        replies.pass_to_person(session, reply_id)
        needs_answer = True
    if needs_answer and sender.may_answer and match.keyword is not Keyword.UNCLEAR:
        _give_receipt(session, about, reply_id, now=now)
    return Received(reply_id, match.keyword, needs_answer)


def _about(session: Session, inbound: InboundText, key: AddressKey) -> _About:
    phone = _phone(inbound.from_number)
    replies.wait_for_number(session, phone)
    known = supporters.by_address(session, Channel.SMS, phone)
    campaign_id = replies.last_campaign(session, phone, known.id if known else None)
    campaign = campaigns.by_id(session, campaign_id) if campaign_id else campaigns.current(session)
    return _About(phone, key.hash(Channel.SMS, phone), known, campaign)


def _read(session: Session, inbound: InboundText, about: _About, read: Reader) -> KeywordMatch:
    match = read(inbound.body, about.campaign.keywords if about.campaign else {})
    if inbound.opt_out_type in {"STOP", "START", "HELP"}:
        # Advanced Opt-Out recognised a word of its own list and has answered it.
        return KeywordMatch(Keyword(inbound.opt_out_type.lower()), handled_by_provider=True)
    if match.keyword is Keyword.START and match.handled_by_provider:
        # The provider answers START only where it had blocked the number itself.
        return replace(match, handled_by_provider=replies.is_stopped_at_provider(session, about.phone))
    return match


def _keep(
    session: Session, inbound: InboundText, about: _About, match: KeywordMatch, *, needs_answer: bool
) -> int | None:
    return replies.add(
        session,
        provider_ref=inbound.provider_ref,
        campaign_id=about.campaign.id if about.campaign else None,
        supporter_id=about.known.id if about.known else None,
        phone=about.phone,
        to_number=inbound.to_number,
        body=inbound.body,
        keyword=str(match.keyword),
        needs_answer=needs_answer,
        received_at=inbound.received_at,
        via=inbound.via,
        media=[{"url": file.url, "type": file.type} for file in inbound.media],
        answered_by_provider=match.handled_by_provider,
    )


def _name_asked_for(
    session: Session, known: Known | None, body: str, *, now: datetime
) -> tuple[KeywordMatch, CampaignView] | None:
    """The name we asked for, where this text is one: it signs the petition it was asked for."""
    name = name_in_text(body) if known else None
    campaign_id = petitions.awaiting_name(session, known.id, since=now - NAME_AWAITED) if known and name else None
    campaign = campaigns.by_id(session, campaign_id) if campaign_id else None
    return (KeywordMatch(Keyword.SIGN, argument=name or ""), campaign) if campaign else None


def _is_outdated(session: Session, about: _About, match: KeywordMatch, at: datetime, *, now: datetime) -> bool:
    """Whether this is an old text that a later act has overtaken: a webhook that was late, or replayed.

    An opt-out is outdated only by an act that really gave consent; asking to come back, by any later opt-out.
    """
    if match.keyword in {Keyword.STOP, Keyword.UNCLEAR}:
        after = at + _CLOCKS_DIFFER_BY
        return about.known is not None and replies.consented_after(
            session, about.known.id, address_hash=about.address_hash, after=after, now=now
        )
    if match.keyword in {Keyword.START, Keyword.JOIN}:
        return replies.stopped_after(session, about.phone, address_hash=about.address_hash, after=at, now=now)
    return False


def _give_receipt(session: Session, about: _About, reply_id: int, *, now: datetime) -> None:
    """Say that a person will read this, once a day, where the campaign has words for it and the number wants texts."""
    campaign = about.campaign
    if campaign is None or not campaign.reply_receipt:
        return
    if consents.suppressed_reason(session, channel=Channel.SMS, address_hash=about.address_hash) is not None:
        return
    # The conversation is locked since the text was kept: of two texts at once the second sees the first's receipt.
    if replies.was_told_since(session, about.phone, NoticeKind.RECEIPT_SMS, now - _RECEIPT_EVERY):
        return
    request = NoticeRequest(
        kind=NoticeKind.RECEIPT_SMS,
        channel=Channel.SMS,
        to_address=about.phone,
        dedupe_key=f"{NoticeKind.RECEIPT_SMS}:reply:{reply_id}",
        facts={"body": campaign.reply_receipt},
        campaign_id=campaign.id,
        supporter_id=about.known.id if about.known else None,
    )
    ask_notice(session, request, now=now)


def _phone(number: str) -> str:
    """The number as we keep it; one that cannot be read is kept as it came."""
    try:
        return normalise_phone(number)
    except BadAddress:
        return number[:40]
