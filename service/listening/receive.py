"""A text came in: kept once, and what it asks for done in the same transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.consenting.addresses import BadAddress, normalise_phone
from service.consenting.consent import AddressKey
from service.domain.channel import Channel
from service.domain.keyword import Keyword, KeywordMatch, read_keyword
from service.domain.petition import name_in_text
from service.listening.act import Sender, act
from service.providers.ports import InboundText
from service.store import Session
from service.store.queries import campaigns, petitions, replies, supporters
from service.store.queries.campaigns import CampaignView
from service.store.queries.supporters import Known

# For so long, a text that is nothing but a name answers our question for it.
NAME_AWAITED = timedelta(hours=24)
# Two machines that answer each other would never end; a person does not ask eight things in ten minutes.
_MOST_ANSWERS, _IN = 8, timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a text."""

    reply_id: int | None
    keyword: Keyword
    needs_answer: bool

    @property
    def is_new(self) -> bool:
        return self.reply_id is not None


def receive_text(session: Session, inbound: InboundText, *, key: AddressKey, now: datetime) -> Received:
    """Keep a text and act on it. The same text again, by its provider id, does nothing.

    Stopping is obeyed here, in the caller's transaction: when the provider is answered, it is true.
    """
    phone = _phone(inbound.from_number)
    known = supporters.by_address(session, Channel.SMS, phone)
    campaign_id = replies.last_campaign(session, known.id) if known else None
    current = campaigns.current(session)
    campaign = campaigns.by_id(session, campaign_id) if campaign_id else current
    match = read_keyword(inbound.body, campaign.keywords if campaign else {})
    if match.keyword is Keyword.NONE and (asked := _name_asked_for(session, known, inbound.body, now=now)):
        match, campaign = asked
    if inbound.opt_out_type in {"STOP", "START", "HELP"}:
        # Advanced Opt-Out recognised a word of its own list and has answered it.
        match = KeywordMatch(Keyword(inbound.opt_out_type.lower()), handled_by_provider=True)
    overridden = _is_outdated(session, phone, match, inbound.received_at)
    looping = replies.answers_since(session, phone, now - _IN) >= _MOST_ANSWERS
    needs_answer = match.keyword is Keyword.NONE or (looping and match.keyword is not Keyword.STOP)
    reply_id = replies.add(
        session,
        provider_ref=inbound.provider_ref,
        campaign_id=campaign.id if campaign else None,
        supporter_id=known.id if known else None,
        phone=phone,
        to_number=inbound.to_number,
        body=inbound.body[:1600],
        keyword=str(match.keyword),
        needs_answer=needs_answer,
        received_at=inbound.received_at,
    )
    if reply_id is None:
        return Received(None, match.keyword, needs_answer=False)
    sender = Sender(phone, inbound.to_number, known, campaign, reply_id, may_answer=not looping)
    understood = overridden or act(session, sender, match, key=key, now=now)
    if not understood and not needs_answer:
        replies.pass_to_person(session, reply_id)
        needs_answer = True
    return Received(reply_id, match.keyword, needs_answer)


def _name_asked_for(
    session: Session, known: Known | None, body: str, *, now: datetime
) -> tuple[KeywordMatch, CampaignView] | None:
    """The name we asked for, where this text is one: it signs the petition it was asked for."""
    name = name_in_text(body) if known else None
    campaign_id = petitions.awaiting_name(session, known.id, since=now - NAME_AWAITED) if known and name else None
    campaign = campaigns.by_id(session, campaign_id) if campaign_id else None
    return (KeywordMatch(Keyword.SIGN, argument=name or ""), campaign) if campaign else None


def _is_outdated(session: Session, phone: str, match: KeywordMatch, at: datetime) -> bool:
    """Whether this is an old STOP or START that a later one has overtaken: a webhook that was late, or replayed."""
    opposite = {Keyword.STOP: ["start", "join"], Keyword.START: ["stop"], Keyword.JOIN: ["stop"]}
    later = replies.newest_keyword(session, phone, opposite.get(match.keyword, []))
    return later is not None and later > at


def _phone(number: str) -> str:
    """The number as we keep it; one that cannot be read is kept as it came."""
    try:
        return normalise_phone(number)
    except BadAddress:
        return number[:40]
