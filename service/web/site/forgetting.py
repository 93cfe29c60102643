"""Have us forget you: done by its owner alone, for it cannot be undone."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from service.domain.errand import Errand
from service.joining.own_address import OwnAct, OwnAddress, ask_owner, own_address
from service.joining.preferences import campaign_of, erase
from service.store import Session
from service.store.queries import campaigns, same_form, supporters
from service.store.queries.campaigns import CampaignView
from service.web import door
from service.web.limits import forms
from service.web.site.owner import is_owner
from service.wording.links import LinkFacts, LinkKind

blueprint = Blueprint("forgetting", __name__)


def forget_from_preferences(
    session: Session, supporter_id: int, view: CampaignView, *, for_good: bool
) -> ResponseReturnValue:
    """Forget whoever has just confirmed in this browser; to anybody else's address the link for it is sent."""
    if is_owner(supporter_id):
        return _forget(session, supporter_id, view) if for_good else _ask(session, supporter_id, view)
    if not for_good:
        return _ask(session, supporter_id, view)
    sent = ask_owner(session, supporter_id, OwnAct.FORGET, campaign_id=view.id, now=door.now())
    session.commit()
    door.nudger().nudge(Errand.SEND_NOTICES)
    return render_template("site/erase.html", campaign=view, where=sent, sent=True, others=[])


@blueprint.get("/forget/<token>")
def forget_page(token: str) -> ResponseReturnValue:
    """The page of the letter that has us forget. Opening it changes nothing."""
    facts = _facts(token)
    with door.transaction() as session:
        view = _campaign(session, facts)
        if supporters.is_erased(session, facts.supporter_id):
            return render_template("site/erased.html", campaign=view, was_before=True), 410
        return _ask(session, facts.supporter_id, view, is_proven=True)


@blueprint.post("/forget/<token>")
@forms
def forget(token: str) -> ResponseReturnValue:
    """Forget them."""
    facts = _facts(token)
    with door.transaction() as session:
        view = _campaign(session, facts)
        if supporters.is_erased(session, facts.supporter_id):
            return render_template("site/erased.html", campaign=view, was_before=True), 410
        page = _forget(session, facts.supporter_id, view)
    door.nudger().nudge(Errand.SEND_NOTICES)
    return page


def _forget(session: Session, supporter_id: int, view: CampaignView | None) -> str:
    """The other address of a form proves itself, or stays: it is sent a link of its own, and nothing of it is erased."""
    asked = _ask_others(session, supporter_id, view) if request.form.get("also") else []
    done = erase(session, supporter_id, source="own page", now=door.now())
    return render_template("site/erased.html", campaign=view, asked=asked, certificate=done.ref if done else None)


def _ask_others(session: Session, supporter_id: int, view: CampaignView | None) -> list[OwnAddress]:
    if view is None:
        return []
    asked = [
        ask_owner(session, other, OwnAct.FORGET, campaign_id=view.id, now=door.now())
        for other in same_form.on_same_form(session, supporter_id)
    ]
    return [where for where in asked if where is not None]


def _ask(session: Session, supporter_id: int, view: CampaignView | None, *, is_proven: bool = False) -> str:
    others = [own_address(session, other) for other in same_form.on_same_form(session, supporter_id)]
    is_proven = is_proven or is_owner(supporter_id)
    return render_template(
        "site/erase.html",
        campaign=view,
        where=own_address(session, supporter_id),
        is_proven=is_proven,
        sent=False,
        # Whoever has shown nothing is told nothing of other addresses.
        others=[where for where in others if where is not None] if is_proven else [],
    )


def _campaign(session: Session, facts: LinkFacts) -> CampaignView | None:
    campaign_id = campaign_of(session, facts.supporter_id, 0)
    return campaigns.by_id(session, campaign_id) if campaign_id else campaigns.current(session)


def _facts(token: str) -> LinkFacts:
    facts = door.read_link(token, LinkKind.FORGET)
    if facts is None:
        abort(410)
    return facts
