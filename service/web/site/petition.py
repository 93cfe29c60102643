"""The petition: one press from a message for whoever we know, a short form for everybody else."""

from collections.abc import Mapping

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue

from service.domain.channel import Channel
from service.domain.errand import Errand
from service.domain.petition import Asks, BadName, petition_name
from service.joining.sign_up import SignUpMistakes, place_for
from service.petitioning.sign import Signed, SignResult, sign_petition
from service.store import Session
from service.store.queries import petitions, supporters
from service.store.queries.campaigns import CampaignView
from service.store.queries.petitions import PetitionView
from service.store.queries.supporters import Known
from service.web import door
from service.web.limits import forms
from service.web.site.confirming import check_address
from service.web.site.forms import seal, source_here, unseal
from service.web.site.joining import is_trapped, take_form, typed_form
from service.web.site.owner import remember_signer
from service.web.site.pages import share_address
from service.web.site.proving import is_changing
from service.web.site.signature import signature_token
from service.web.site.visitor import Visitor, campaign_or_404, visitor
from service.wording.countries import countries, country_of_zone
from service.wording.pages import page_html

blueprint = Blueprint("petition", __name__)

# Where the browser keeps what its last press came to, so that a reload shows it and presses nothing.
_SIGNED = "signed"


@blueprint.get("/<campaign>/petition")
def page(campaign: str) -> ResponseReturnValue:
    """The petition's words, its count and the way to sign."""
    return _page(campaign, typed={}, mistakes={}), 200


@blueprint.post("/<campaign>/petition")
@forms
def sign(campaign: str) -> ResponseReturnValue:
    """Sign: at once for a supporter who came by their own link, by a confirming email for anybody else."""
    with door.transaction() as session:
        view = campaign_or_404(session, campaign)
        petition = petitions.petition_of(session, view.id, view.language)
        if petition is None:
            abort(404)
        who = visitor(session)
        signed = _sign_as_known(session, petition, who) if who is not None else None
    if who is None:
        return _sign_as_stranger(campaign)
    if not isinstance(signed, Signed):
        return _page(campaign, typed=dict(request.form), mistakes=signed or {}), 422
    door.nudger().nudge(Errand.SEND_NOTICES)
    told = {
        "result": str(signed.result),
        "token": who.token,
        "signature": signature_token(who.supporter_id, petition.id),
        "campaign": view.slug,
    }
    browser[_SIGNED] = told
    if signed.result is SignResult.SIGNED:
        remember_signer(who.supporter_id, petition.id)
    # A browser that kept no cookie for its own link may keep none for the page after it either.
    result = None if request.cookies else seal(told["result"])
    return redirect(url_for("petition.signed", campaign=view.slug, result=result), 303)


def _sign_as_known(session: Session, petition: PetitionView, who: Visitor) -> Signed | dict[str, str]:
    """Sign for whoever came by their own link; what is wrong with each field where the form cannot be taken."""
    known = supporters.by_id(session, who.supporter_id)
    mistakes = {}
    name, place = "", ""
    if known is not None and not known.full_name:
        try:
            name = petition_name(request.form.get("name", "")[:400], one_word=bool(request.form.get("one_name")))
        except BadName as bad:
            mistakes["own_name"] = str(bad)
    try:
        place = place_for(petition, request.form.get("place", "")[:400])
    except BadName as bad:
        mistakes["own_place"] = str(bad)
    if mistakes and not petition.is_closed and not _has_signed(session, petition, who):
        return mistakes
    return sign_petition(
        session,
        campaign_id=petition.campaign_id,
        supporter_id=who.supporter_id,
        source=str(who.channel or "web"),
        name=name,
        place=place,
        blast_id=who.blast_id or None,
        now=door.now(),
        thank_by_email=who.channel is not Channel.SMS,
        key=door.address_key(),
    )


@blueprint.get("/<campaign>/signed")
def signed(campaign: str) -> ResponseReturnValue:
    """Thank you, for the browser that signed."""
    told = browser.get(_SIGNED)
    if told is None and (result := unseal(request.args.get("result", ""))):
        told = {"result": result, "campaign": campaign}
    with door.transaction() as session:
        view = campaign_or_404(session, campaign)
        petition = petitions.petition_of(session, view.id, view.language)
    if petition is None or not isinstance(told, dict) or told.get("campaign") != view.slug:
        return redirect(url_for("petition.page", campaign=view.slug))
    return _thanks(view, petition, told)


def _thanks(view: CampaignView, petition: PetitionView, told: Mapping[str, str]) -> str:
    result = told.get("result", "")
    return render_template(
        "site/signed.html",
        campaign=view,
        petition=petition,
        result=result,
        is_signed=result in {SignResult.SIGNED, SignResult.ALREADY_SIGNED, SignResult.OTHER_NAME},
        token=told.get("token", ""),
        signature=told.get("signature", ""),
    )


def _sign_as_stranger(campaign: str) -> ResponseReturnValue:
    typed, form = typed_form(signs_petition=True)
    if is_changing():
        return _page(campaign, typed=typed, mistakes={})
    with door.transaction() as session:
        view = campaign_or_404(session, campaign)
        petition = petitions.petition_of(session, view.id, view.language)
        following = check_address(view.slug, 0)
        try:
            if not is_trapped() and petition is not None and not petition.is_closed:
                following = take_form(session, view, form)
        except SignUpMistakes as wrong:
            mistakes = wrong.by_field()
            return _page(campaign, typed=typed, mistakes=mistakes), 422
    if petition is not None and petition.is_closed:
        return redirect(url_for("petition.page", campaign=view.slug), 303)
    door.nudger().nudge(Errand.SEND_NOTICES)
    return redirect(following, 303)


def _page(campaign: str, *, typed: dict[str, str], mistakes: dict[str, str]) -> str:
    with door.transaction() as session:
        view = campaign_or_404(session, campaign)
        petition = petitions.petition_of(session, view.id, view.language)
        if petition is None:
            abort(404)
        who = visitor(session)
        known = supporters.by_id(session, who.supporter_id) if who else None
        has_signed = who is not None and _has_signed(session, petition, who)
    return render_template(
        "site/petition.html",
        campaign=view,
        petition=petition,
        body=page_html(petition.body, {}),
        says_addressee=_says_addressee(petition),
        who=who,
        needs_name=known is not None and not known.full_name,
        countries=countries(view.language) if petition.asks is Asks.COUNTRY else (),
        own_place=typed.get("place", "") or _guess(petition, known),
        has_signed=has_signed,
        wordings=view.wordings(view.language),
        typed=typed,
        mistakes=mistakes,
        source=(typed.get("source") or source_here())[:60],
        link=share_address(view, who),
        signature=signature_token(who.supporter_id, petition.id) if who else "",
    )


def _has_signed(session: Session, petition: PetitionView, who: Visitor) -> bool:
    return petitions.has_signed(session, petition_id=petition.id, supporter_id=who.supporter_id)


def _guess(petition: PetitionView, known: Known | None) -> str:
    """The country chosen beforehand for whoever we know: one press less, and it can be changed."""
    return country_of_zone(known.time_zone) if known is not None and petition.asks is Asks.COUNTRY else ""


def _says_addressee(petition: PetitionView) -> bool:
    """Whether the petition's own words begin with whom it is addressed to."""
    return petition.addressee.casefold() in petition.body.lstrip().partition("\n")[0].casefold()
