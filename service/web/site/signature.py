"""One's own signature: look at it, and take the name off again.

Whoever holds a link to it may look. Taking it off is for its signer: by the link of a letter to their own address, or
in the browser that has just signed or confirmed. Anybody else has that letter sent.
"""

from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.domain.channel import Channel
from service.domain.errand import Errand
from service.domain.petition import masked_name
from service.joining.own_address import OwnAct, ask_owner, own_address
from service.petitioning.sign import take_name_off
from service.store import Session
from service.store.queries import campaigns, petitions
from service.web import door
from service.web.limits import forms
from service.web.site.owner import is_signer, remember_owner
from service.web.site.visitor import visitor_token
from service.wording.links import LinkFacts, LinkKind, sign

blueprint = Blueprint("signature", __name__)


@dataclass(frozen=True, slots=True)
class SignatureShown:
    """A signature on the preferences page: what was signed, and the way to take it off."""

    title: str
    masked_name: str
    token: str


def signature_token(supporter_id: int, petition_id: int) -> str:
    """What opens the page of one signature, from another page: it says nothing of who holds it."""
    return sign(LinkKind.SIGNATURE, supporter_id, key=door.link_key(), target=petition_id)


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
    """What stands on the petition, masked, and the way to take it off. Opening it changes nothing."""
    facts = _facts(token)
    return _page(facts.supporter_id, facts.target, may_take_off=_may_take_off(facts))


@blueprint.post("/signature/<token>")
@forms
def take_off(token: str) -> ResponseReturnValue:
    """Take the name off, for its signer; for anybody else, send the signer the letter that does."""
    facts = _facts(token)
    if _may_take_off(facts):
        _take_off(facts.supporter_id, facts.target, by="link in a message" if facts.channel else "own page")
        return redirect(url_for("signature.page", token=token, off=1), 303)
    with door.transaction() as session:
        found = petitions.signature_of(session, petition_id=facts.target, supporter_id=facts.supporter_id)
        if found is None:
            abort(410)
        sent = ask_owner(
            session,
            facts.supporter_id,
            OwnAct.TAKE_OFF,
            campaign_id=found.campaign_id,
            petition_id=found.petition_id,
            now=door.now(),
        )
    door.nudger().nudge(Errand.SEND_NOTICES)
    return redirect(url_for("signature.page", token=token, asked="sent" if sent else "no"), 303)


@blueprint.get("/take-off/<token>")
def own_page(token: str) -> ResponseReturnValue:
    """The page of the letter that takes a name off. Opening it changes nothing."""
    facts = _own_facts(token)
    return _page(facts.supporter_id, facts.nonce, may_take_off=True)


@blueprint.post("/take-off/<token>")
def take_off_own(token: str) -> ResponseReturnValue:
    """Take the name off; twice is once."""
    facts = _own_facts(token)
    _take_off(facts.supporter_id, facts.nonce, by="letter to the signer")
    remember_owner(facts.supporter_id)
    return redirect(url_for("signature.own_page", token=token, off=1), 303)


def _page(supporter_id: int, petition_id: int, *, may_take_off: bool) -> str:
    with door.transaction() as session:
        found = petitions.signature_of(session, petition_id=petition_id, supporter_id=supporter_id)
        view = campaigns.by_id(session, found.campaign_id) if found else None
        petition = petitions.petition_of(session, view.id, view.language) if view else None
        where = own_address(session, supporter_id)
    if found is None or view is None or petition is None:
        abort(410)
    return render_template(
        "site/signature.html",
        campaign=view,
        petition=petition,
        signature=found,
        masked_name=masked_name(found.name),
        known=visitor_token(supporter_id, view.id, channel=where.channel if where else None),
        may_take_off=may_take_off,
        where=where,
        asked=request.args.get("asked", ""),
        just_off=request.args.get("off") == "1",
    )


def _may_take_off(facts: LinkFacts) -> bool:
    """The letter that thanks for signing went to the signer's own address, and has a link of its own to pass on."""
    return facts.channel is Channel.EMAIL or is_signer(facts.supporter_id, facts.target)


def _take_off(supporter_id: int, petition_id: int, *, by: str) -> None:
    with door.transaction() as session:
        take_name_off(session, petition_id=petition_id, supporter_id=supporter_id, source=by, now=door.now())


def _facts(token: str) -> LinkFacts:
    facts = door.read_link(token, LinkKind.SIGNATURE)
    if facts is None:
        abort(404)
    return facts


def _own_facts(token: str) -> LinkFacts:
    facts = door.read_link(token, LinkKind.TAKE_OFF)
    if facts is None:
        abort(410)
    return facts
