"""A copy of everything held about a person: taken by its owner alone, for it shows what their own page masks."""

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from service.domain.errand import Errand
from service.joining.own_address import OwnAct, ask_owner, own_address
from service.joining.person_file import FileTakenOften, take_file
from service.joining.preferences import campaign_of
from service.store import Session
from service.store.queries import campaigns, supporters
from service.store.queries.campaigns import CampaignView
from service.web import door
from service.web.limits import forms
from service.web.person_file import file_response
from service.web.site.owner import is_owner
from service.wording.links import LinkKind

blueprint = Blueprint("own_copy", __name__)


def copy_from_preferences(
    session: Session, supporter_id: int, view: CampaignView, *, is_sure: bool
) -> ResponseReturnValue:
    """Hand the file to whoever has just confirmed in this browser; to anybody else's address the link is sent."""
    if is_owner(supporter_id):
        return _file(session, supporter_id) if is_sure else _ask(session, supporter_id, view, is_proven=True)
    if not is_sure:
        return _ask(session, supporter_id, view)
    sent = ask_owner(session, supporter_id, OwnAct.COPY, campaign_id=view.id, now=door.now())
    session.commit()
    door.nudger().nudge(Errand.SEND_NOTICES)
    return render_template("site/copy.html", campaign=view, where=sent, sent=True)


@blueprint.get("/my-data/<token>")
def copy_page(token: str) -> ResponseReturnValue:
    """The page of the letter. Opening it hands nothing out: a mail scanner opens it too."""
    supporter_id = _supporter_id(token)
    with door.transaction() as session:
        return _ask(session, supporter_id, _campaign(session, supporter_id), is_proven=True)


@blueprint.post("/my-data/<token>")
@forms
def copy(token: str) -> ResponseReturnValue:
    """The file."""
    supporter_id = _supporter_id(token)
    with door.transaction() as session:
        return _file(session, supporter_id)


def _file(session: Session, supporter_id: int) -> ResponseReturnValue:
    if supporters.is_erased(session, supporter_id):
        abort(410)
    try:
        found = take_file(
            session, key=door.address_key(), actor="the supporter", now=door.now(), supporter_id=supporter_id
        )
    except FileTakenOften as often:
        abort(429, str(often))
    return file_response(found)


def _ask(
    session: Session, supporter_id: int, view: CampaignView | None, *, is_proven: bool = False
) -> ResponseReturnValue:
    if supporters.is_erased(session, supporter_id):
        return render_template("site/erased.html", campaign=view, was_before=True), 410
    where = own_address(session, supporter_id)
    return render_template("site/copy.html", campaign=view, where=where, is_proven=is_proven, sent=False)


def _campaign(session: Session, supporter_id: int) -> CampaignView | None:
    campaign_id = campaign_of(session, supporter_id, 0)
    return campaigns.by_id(session, campaign_id) if campaign_id else campaigns.current(session)


def _supporter_id(token: str) -> int:
    facts = door.read_link(token, LinkKind.COPY)
    return facts.supporter_id if facts is not None else abort(410)
