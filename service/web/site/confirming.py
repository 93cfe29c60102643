"""After the form: what to look for, sending it again, and the page with one button that confirms an address."""

from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue

from service.domain.channel import Channel
from service.domain.errand import Errand
from service.domain.petition import masked_name
from service.joining.asking import WAITING_LIFE, send_again, waiting_of
from service.joining.confirm import (
    CodeResult,
    confirm_email,
    confirm_phone_by_code,
    waiting_with,
    waits_for_code,
)
from service.joining.preferences import mask_phone
from service.petitioning.sign import Signed, SignResult, how_it_stands
from service.store import Session
from service.store.queries import campaigns, consents, petitions, sign_ups, supporters
from service.store.queries.campaigns import CampaignView
from service.store.queries.petitions import PetitionView
from service.store.tables.people import SignUp
from service.web import door
from service.web.limits import forms
from service.web.site.signature import signature_token
from service.web.site.visitor import campaign_or_404, visitor_token
from service.wording.links import LinkKind, sign

blueprint = Blueprint("confirming", __name__)

# Where the browser keeps which sign-up it has just confirmed: no address bar holds what can be used again.
_CONFIRMED = "confirmed"


def check_address(slug: str, sign_up_id: int) -> str:
    """The page that follows a form; 0 where nothing was written down."""
    expires_at = door.now() + WAITING_LIFE
    token = sign(LinkKind.CHECK, sign_up_id, key=door.link_key(), expires_at=expires_at, nonce=sign_up_id)
    return url_for("confirming.check_page", campaign=slug, token=token)


@blueprint.get("/<campaign>/check/<token>")
def check_page(campaign: str, token: str) -> ResponseReturnValue:
    """What was asked of the addresses of the form, and when: the same whether or not we know them."""
    sign_up_id = _check_id(token)
    with door.transaction() as session:
        view = campaign_or_404(session, campaign)
        waiting = waiting_of(session, sign_up_id, now=door.now()) if sign_up_id else None
        petition = petitions.petition_of(session, view.id, view.language)
    return render_template(
        "site/check.html",
        campaign=view,
        waiting=waiting,
        petition=petition,
        now=door.now(),
        said=request.args.get("said", ""),
        time_zone=waiting.time_zone if waiting else "Europe/London",
    )


@blueprint.post("/<campaign>/check/<token>")
@forms
def check(campaign: str, token: str) -> ResponseReturnValue:
    """Nothing came? Send it again."""
    sign_up_id = _check_id(token)
    channel = Channel.SMS if request.form.get("channel") == Channel.SMS else Channel.EMAIL
    with door.transaction() as session:
        view = campaign_or_404(session, campaign)
        sent = bool(sign_up_id) and send_again(session, sign_up_id, channel, now=door.now())
    if sent:
        door.nudger().nudge(Errand.SEND_NOTICES)
    said = f"{'sent' if sent else 'early'}-{channel}"
    return redirect(url_for("confirming.check_page", campaign=view.slug, token=token, said=said), 303)


def _check_id(token: str) -> int:
    facts = door.read_link(token, LinkKind.CHECK)
    if facts is None:
        abort(410)
    return facts.supporter_id


@dataclass(frozen=True, slots=True)
class _Item:
    """One thing that a press settles, or settled."""

    campaign: CampaignView
    petition: PetitionView | None
    wording: str
    name: str
    signs: bool
    wants_news: bool


@blueprint.get("/confirm/<token>")
def confirm_page(token: str) -> ResponseReturnValue:
    """A page with one button, and what it settles: scanners open links, people press buttons."""
    sign_up_id = _sign_up_id(token)
    with door.transaction() as session:
        row = sign_ups.by_id(session, sign_up_id)
        waiting = waiting_with(session, sign_up_id, now=door.now())
        if row is None or not (row.email or row.phone):
            abort(410)
        view = campaigns.by_id(session, row.campaign_id)
        if not waiting:
            return _confirmed_page(session, row, already=True)
        items = [item for each in waiting if (item := _item(session, each)) is not None]
    # Asked for only where the phone has answered already: from then on both are known to be one person's.
    asks_code = bool(row.phone and row.phone_code and row.phone_confirmed_at)
    return render_template(
        "site/confirm.html",
        campaign=view,
        token=token,
        items=items,
        through=max(each.id for each in waiting),
        masked_phone=mask_phone(row.phone) if asks_code else "",
    )


def _item(session: Session, row: SignUp) -> _Item | None:
    view = campaigns.by_id(session, row.campaign_id)
    if view is None:
        return None
    petition = petitions.petition_of(session, row.campaign_id, view.language) if row.signs_petition else None
    name = row.full_name or row.first_name
    return _Item(view, petition, row.wordings.get("email", ""), name, row.signs_petition, row.wants_email)


@blueprint.post("/confirm/<token>")
def confirm(token: str) -> ResponseReturnValue:
    """The address confirms. Pressing twice does no more than pressing once."""
    sign_up_id = _sign_up_id(token)
    with door.transaction() as session:
        confirmed = confirm_email(
            session,
            sign_up_id,
            key=door.address_key(),
            ip=door.ip(),
            now=door.now(),
            through=request.form.get("through", type=int),
            code=request.form.get("code", "")[:20],
        )
        view = campaigns.by_id(session, confirmed.campaign_id) if confirmed else None
    if view is None:
        abort(410)
    door.nudger().nudge(Errand.DELIVER_PROMPT)
    door.nudger().nudge(Errand.SEND_NOTICES)
    browser[_CONFIRMED] = sign_up_id
    return redirect(url_for("confirming.confirmed", campaign=view.slug), 303)


@blueprint.get("/<campaign>/confirmed")
def confirmed(campaign: str) -> ResponseReturnValue:
    """Thank you: what the press settled, for the browser that pressed."""
    with door.transaction() as session:
        view = campaign_or_404(session, campaign)
        row = _pressed(session, view)
        if row is not None:
            return _confirmed_page(session, row, already=False, code_said=request.args.get("code", ""))
    return render_template("site/confirmed.html", campaign=view, confirmed=None)


@blueprint.post("/<campaign>/confirmed")
@forms
def confirm_code(campaign: str) -> ResponseReturnValue:
    """The code of our text, typed on the page that the email led to."""
    with door.transaction() as session:
        view = campaign_or_404(session, campaign)
        row = _pressed(session, view)
        result = CodeResult.NOTHING_WAITS
        if row is not None:
            typed = request.form.get("code", "")[:20]
            result = confirm_phone_by_code(session, row.id, typed, key=door.address_key(), ip=door.ip(), now=door.now())
    door.nudger().nudge(Errand.DELIVER_PROMPT)
    return redirect(url_for("confirming.confirmed", campaign=view.slug, code=str(result)), 303)


def _pressed(session: Session, view: CampaignView) -> SignUp | None:
    """The sign-up this browser has confirmed."""
    sign_up_id = browser.get(_CONFIRMED)
    row = sign_ups.by_id(session, sign_up_id) if isinstance(sign_up_id, int) else None
    if row is None or row.campaign_id != view.id or row.email_confirmed_at is None or not row.email:
        return None
    return row


@dataclass(frozen=True, slots=True)
class _ConfirmedView:
    """What the page after the press says."""

    already: bool
    signed: Signed | None
    masked_name: str
    may_write: bool
    also: tuple[_Item, ...]
    has_signature: bool
    masked_phone: str
    phone_confirmed: bool


def _confirmed_page(session: Session, row: SignUp, *, already: bool, code_said: str = "") -> str:
    view = campaigns.by_id(session, row.campaign_id)
    owner = supporters.by_address(session, Channel.EMAIL, row.email or "")
    if view is None or owner is None:
        abort(410)
    petition = petitions.petition_of(session, view.id, view.language)
    name = row.full_name or row.first_name
    stands = how_it_stands(session, campaign_id=view.id, supporter_id=owner.id, name=name, key=door.address_key())
    also = [_item(session, each) for each in sign_ups.settled_with(session, row) if each.id != row.id]
    permitted = consents.permitted_channels(session, supporter_id=owner.id, campaign_id=view.id)
    shown = _ConfirmedView(
        already=already,
        signed=stands if row.signs_petition else None,
        masked_name=masked_name(stands.name),
        may_write=row.wants_email and Channel.EMAIL in permitted,
        also=tuple(each for each in also if each is not None),
        has_signature=stands.result in {SignResult.SIGNED, SignResult.OTHER_NAME},
        masked_phone=mask_phone(row.phone) if row.wants_sms and waits_for_code(row, now=door.now()) else "",
        phone_confirmed=row.phone_confirmed_at is not None,
    )
    key = door.link_key()
    return render_template(
        "site/confirmed.html",
        campaign=view,
        petition=petition,
        confirmed=shown,
        code_said=code_said,
        token=visitor_token(owner.id, view.id, channel=Channel.EMAIL),
        preferences=sign(LinkKind.PREFERENCES, owner.id, key=key, channel=Channel.EMAIL),
        signature=signature_token(owner.id, petition.id, Channel.EMAIL) if petition else "",
    )


def _sign_up_id(token: str) -> int:
    facts = door.read_link(token, LinkKind.CONFIRM)
    if facts is None:
        abort(410)
    return facts.supporter_id
