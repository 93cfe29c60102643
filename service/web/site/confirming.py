"""After the form: what to look for, sending it again, and the page with one button that confirms an address."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue

from service.domain.channel import Channel
from service.domain.errand import Errand
from service.joining.asking import WAITING_LIFE, ask_the_rest, send_again, waiting_of
from service.joining.confirm import Confirmed, confirm_email, confirm_phone_by_code
from service.joining.flood import Came
from service.joining.showing import confirm_page_of, confirmed_page_of
from service.store import Session
from service.store.queries import campaigns, petitions
from service.store.queries.campaigns import CampaignView
from service.web import door
from service.web.limits import forms
from service.web.row_numbers import row_number
from service.web.site.owner import remember_owner
from service.web.site.signature import signature_token
from service.web.site.visitor import campaign_or_404, visitor_token
from service.wording.links import LinkFacts, LinkKind, sign

blueprint = Blueprint("confirming", __name__)

# Where the browser keeps which sign-up it has just confirmed: no address bar holds what can be used again.
_CONFIRMED = "confirmed"


def check_address(slug: str, sign_up_id: int, *, only: Channel | None = None) -> str:
    """The page that follows a form; 0 where nothing was written down. `only`: the one channel that may be asked from it."""
    expires_at, key = door.now() + WAITING_LIFE, door.link_key()
    token = sign(LinkKind.CHECK, sign_up_id, key=key, channel=only, expires_at=expires_at, nonce=sign_up_id)
    return url_for("confirming.check_page", campaign=slug, token=token)


@blueprint.get("/<campaign>/check/<token>")
def check_page(campaign: str, token: str) -> ResponseReturnValue:
    """What was asked of the addresses of the form, and when: the same whether or not we know them."""
    facts = _check_facts(token)
    sign_up_id = facts.supporter_id
    with door.transaction() as session:
        view = campaign_or_404(session, campaign)
        waiting = waiting_of(session, sign_up_id, now=door.now(), only=facts.channel) if sign_up_id else None
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
    facts = _check_facts(token)
    sign_up_id = facts.supporter_id
    channel = Channel.SMS if request.form.get("channel") == Channel.SMS else Channel.EMAIL
    with door.transaction() as session:
        view = campaign_or_404(session, campaign)
        may_ask = bool(sign_up_id) and facts.channel in {None, channel}
        sent = may_ask and send_again(session, sign_up_id, channel, now=door.now())
    if sent:
        door.nudger().nudge(Errand.SEND_NOTICES)
    said = f"{'sent' if sent else 'early'}-{channel}"
    return redirect(url_for("confirming.check_page", campaign=view.slug, token=token, said=said), 303)


def _check_facts(token: str) -> LinkFacts:
    facts = door.read_link(token, LinkKind.CHECK)
    if facts is None:
        abort(410)
    return facts


@blueprint.get("/confirm/<token>")
def confirm_page(token: str) -> ResponseReturnValue:
    """A page with one button, and what it settles: scanners open links, people press buttons."""
    sign_up_id = _sign_up_id(token)
    with door.transaction() as session:
        page = confirm_page_of(session, sign_up_id, now=door.now())
        view = campaigns.by_id(session, page.campaign_id) if page else None
        if page is None or view is None:
            abort(410)
        if not page.items:
            return _show_confirmed(session, view, sign_up_id, already=True)
    return render_template("site/confirm.html", campaign=view, token=token, page=page)


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
            through=request.form.get("through", type=row_number),
            code=request.form.get("code", "")[:20],
        )
        view = campaigns.by_id(session, confirmed.campaign_id) if confirmed else None
        if confirmed is not None and not confirmed.already:
            _note_confirmed(session, confirmed)
    if view is None:
        abort(410)
    door.nudger().nudge(Errand.DELIVER_PROMPT)
    door.nudger().nudge(Errand.SEND_NOTICES)
    if confirmed is None or confirmed.already:
        # Pressed once more: the letter may have been passed on since, and shows no more than its page does.
        return redirect(url_for("confirming.confirm_page", token=token), 303)
    browser[_CONFIRMED] = sign_up_id
    remember_owner(confirmed.supporter_id)
    return redirect(url_for("confirming.confirmed", campaign=view.slug), 303)


def _note_confirmed(session: Session, confirmed: Confirmed) -> None:
    """Count what the press confirmed, and ask the phones of forms whose email had to confirm first."""
    for each in confirmed.settled:
        door.floods().note(session, each.campaign_id, Came.CONFIRMED, now=door.now())
        ask_the_rest(session, each.sign_up_id, now=door.now())


@blueprint.get("/<campaign>/confirmed")
def confirmed(campaign: str) -> ResponseReturnValue:
    """Thank you: what the press settled, for the browser that pressed."""
    with door.transaction() as session:
        view = campaign_or_404(session, campaign)
        return _show_confirmed(session, view, _pressed(), already=False, code_said=request.args.get("code", ""))


@blueprint.post("/<campaign>/confirmed")
@forms
def confirm_code(campaign: str) -> ResponseReturnValue:
    """The code of our text, typed on the page that the email led to."""
    typed = request.form.get("code", "")[:20]
    with door.transaction() as session:
        view = campaign_or_404(session, campaign)
        result = confirm_phone_by_code(session, _pressed(), typed, key=door.address_key(), ip=door.ip(), now=door.now())
    door.nudger().nudge(Errand.DELIVER_PROMPT)
    return redirect(url_for("confirming.confirmed", campaign=view.slug, code=str(result)), 303)


def _pressed() -> int:
    """The sign-up this browser has confirmed; 0 where it has none."""
    sign_up_id = browser.get(_CONFIRMED)
    return sign_up_id if isinstance(sign_up_id, int) else 0


def _show_confirmed(
    session: Session, view: CampaignView, sign_up_id: int, *, already: bool, code_said: str = ""
) -> str:
    page = confirmed_page_of(session, sign_up_id, key=door.address_key(), now=door.now())
    if page is None or page.campaign_id != view.id:
        return render_template("site/confirmed.html", campaign=view, page=None)
    petition = petitions.petition_of(session, view.id, view.language)
    key, who = door.link_key(), page.supporter_id
    return render_template(
        "site/confirmed.html",
        campaign=view,
        petition=petition,
        page=page,
        already=already,
        code_said=code_said,
        token=visitor_token(who, view.id, channel=Channel.EMAIL),
        # Not for whoever opens the letter again: it may have been forwarded since.
        preferences="" if already else sign(LinkKind.PREFERENCES, who, key=key, channel=Channel.EMAIL),
        signature=signature_token(who, petition.id) if petition and not already else "",
    )


def _sign_up_id(token: str) -> int:
    facts = door.read_link(token, LinkKind.CONFIRM)
    if facts is None:
        abort(410)
    return facts.supporter_id
