"""The petition: two taps from a message for whoever we know, a short form for everybody else."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from service.domain.channel import Channel
from service.domain.errand import Errand
from service.joining.sign_up import SignUpMistakes, sign_up
from service.petitioning.sign import SignResult, sign_petition
from service.store.queries import petitions
from service.web import door
from service.web.limits import forms
from service.web.site.joining import is_trapped, typed_form
from service.web.site.pages import share_address
from service.web.site.visitor import campaign_or_404, visitor
from service.wording.pages import page_html

blueprint = Blueprint("petition", __name__)


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
        if who is not None:
            source = str(who.channel or "web")
            signed = sign_petition(
                session,
                campaign_id=view.id,
                supporter_id=who.supporter_id,
                source=source,
                blast_id=who.blast_id or None,
                now=door.now(),
                thank_by_email=who.channel is Channel.EMAIL,
            )
            petition = petitions.petition_of(session, view.id, view.language)
    if who is not None:
        door.nudger().nudge(Errand.SEND_NOTICES)
        return render_template(
            "site/signed.html",
            campaign=view,
            petition=petition,
            result=str(signed.result),
            is_signed=signed.result in {SignResult.SIGNED, SignResult.ALREADY_SIGNED},
            link=share_address(view, who),
            token=who.token,
        )
    return _sign_as_stranger(campaign)


def _sign_as_stranger(campaign: str) -> ResponseReturnValue:
    typed, form = typed_form(signs_petition=True)
    with door.transaction() as session:
        view = campaign_or_404(session, campaign)
        try:
            if not is_trapped():
                sign_up(
                    session,
                    form,
                    campaign_id=view.id,
                    wordings=view.wordings(view.language),
                    now=door.now(),
                    countries=door.countries().for_campaign(view.countries),
                )
        except SignUpMistakes as wrong:
            mistakes = wrong.by_field()
            return _page(campaign, typed=typed, mistakes=mistakes), 422
    door.nudger().nudge(Errand.SEND_NOTICES)
    return render_template("site/check.html", campaign=view, by_email=True, by_sms=False, signs=True)


def _page(campaign: str, *, typed: dict[str, str], mistakes: dict[str, str]) -> str:
    with door.transaction() as session:
        view = campaign_or_404(session, campaign)
        petition = petitions.petition_of(session, view.id, view.language)
        who = visitor(session)
        has_signed = bool(
            who and petition and petitions.has_signed(session, petition_id=petition.id, supporter_id=who.supporter_id)
        )
    if petition is None:
        abort(404)
    return render_template(
        "site/petition.html",
        campaign=view,
        petition=petition,
        body=page_html(petition.body, {}),
        who=who,
        has_signed=has_signed,
        wordings=view.wordings(view.language),
        typed=typed,
        mistakes=mistakes,
        source=(typed.get("source") or request.args.get("s") or request.args.get("source") or "")[:60],
        link=share_address(view, who),
    )
