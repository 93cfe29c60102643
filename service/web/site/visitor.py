"""Who is looking, as far as the link they came by tells, and which campaign they look at."""

from dataclasses import dataclass

from flask import abort, request

from service.domain.channel import Channel
from service.joining.preferences import mask_email, mask_phone
from service.store import Session
from service.store.queries import campaigns, supporters
from service.store.queries.campaigns import CampaignView
from service.web import door
from service.wording.links import LinkKind


@dataclass(frozen=True, slots=True)
class Visitor:
    """A known supporter, masked: whoever holds a forwarded link must not learn whose it was."""

    supporter_id: int
    token: str
    masked_name: str
    masked_address: str
    channel: Channel | None
    blast_id: int


def campaign_or_404(session: Session, slug: str) -> CampaignView:
    """The campaign at this address."""
    found = campaigns.by_slug(session, slug)
    if found is None:
        abort(404)
    return found


def visitor(session: Session, token: str | None = None) -> Visitor | None:
    """Who the link says is looking; None where it says nothing."""
    token = request.values.get("t", "") if token is None else token
    facts = door.read_link(token, LinkKind.PETITION) if token else None
    known = supporters.by_id(session, facts.supporter_id) if facts else None
    if facts is None or known is None:
        return None
    address = mask_phone(known.phone) if facts.channel is Channel.SMS else mask_email(known.email)
    return Visitor(
        supporter_id=known.id,
        token=token,
        masked_name=f"{known.first_name[:1]}…" if known.first_name else "you",
        masked_address=address or mask_email(known.email) or mask_phone(known.phone),
        channel=facts.channel,
        blast_id=facts.blast_id,
    )
