"""One's own signature: look at it, and take the name off again. The secret is in the address, and for nothing else."""

from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.domain.channel import Channel
from service.domain.petition import masked_name
from service.petitioning.sign import take_name_off
from service.store import Session
from service.store.queries import campaigns, petitions
from service.web import door
from service.web.site.visitor import visitor_token
from service.wording.links import LinkFacts, LinkKind, sign

blueprint = Blueprint("signature", __name__)


@dataclass(frozen=True, slots=True)
class SignatureShown:
    """A signature on the preferences page: what was signed, and the way to take it off."""

    title: str
    masked_name: str
    token: str


def signature_token(supporter_id: int, petition_id: int, channel: Channel | None = None) -> str:
    """What opens the page of one signature."""
    return sign(LinkKind.SIGNATURE, supporter_id, key=door.link_key(), channel=channel, target=petition_id)


def signatures_shown(session: Session, supporter_id: int) -> list[SignatureShown]:
    """Where a supporter's name stands."""
    return [
        SignatureShown(
            petitions.title_of(session, found.petition_id)[0],
            masked_name(found.name),
            signature_token(supporter_id, found.petition_id),
        )
        for found in petitions.signatures_of(session, supporter_id)
        if found.stands
    ]


@blueprint.get("/signature/<token>")
def page(token: str) -> ResponseReturnValue:
    """What stands on the petition, masked, and the button to take it off. Opening it changes nothing."""
    facts = _facts(token)
    with door.transaction() as session:
        found = petitions.signature_of(session, petition_id=facts.target, supporter_id=facts.supporter_id)
        view = campaigns.by_id(session, found.campaign_id) if found else None
        petition = petitions.petition_of(session, view.id, view.language) if view else None
    if found is None or view is None or petition is None:
        abort(410)
    known = visitor_token(facts.supporter_id, view.id, channel=facts.channel)
    return render_template(
        "site/signature.html",
        campaign=view,
        petition=petition,
        signature=found,
        masked_name=masked_name(found.name),
        token=token,
        known=known,
        just_off=request.args.get("off") == "1",
    )


@blueprint.post("/signature/<token>")
def take_off(token: str) -> ResponseReturnValue:
    """Take the name off; twice is once."""
    facts = _facts(token)
    with door.transaction() as session:
        take_name_off(
            session,
            petition_id=facts.target,
            supporter_id=facts.supporter_id,
            source="link in a message" if facts.channel else "preferences page",
            now=door.now(),
        )
    return redirect(url_for("signature.page", token=token, off=1), 303)


def _facts(token: str) -> LinkFacts:
    facts = door.read_link(token, LinkKind.SIGNATURE)
    if facts is None:
        abort(404)
    return facts
