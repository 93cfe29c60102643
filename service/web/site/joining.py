"""Sign up, confirm, preferences."""

from collections.abc import Mapping
from types import MappingProxyType

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from service.domain.channel import Channel
from service.domain.errand import Errand
from service.joining.confirm import confirm_email
from service.joining.leave import come_back, leave
from service.joining.preferences import campaign_of, change_details, erase, preferences_of
from service.joining.sign_up import SignUpForm, SignUpMistakes, sign_up
from service.store import Session
from service.store.queries import campaigns, petitions
from service.web import door
from service.web.limits import forms
from service.web.site.pages import landing_page
from service.web.site.visitor import campaign_or_404
from service.wording.links import LinkFacts, LinkKind, sign

blueprint = Blueprint("joining", __name__)

_FIELDS = ("first_name", "email", "phone", "consent_email", "consent_sms", "locale", "time_zone", "source")


def typed_form(*, signs_petition: bool = False) -> tuple[dict[str, str], SignUpForm]:
    """What the form says: as it was typed, and as joining reads it."""
    typed = {name: request.form.get(name, "")[:400] for name in _FIELDS}
    form = SignUpForm(
        first_name=typed["first_name"],
        email=typed["email"],
        phone=typed["phone"],
        consent_email=bool(typed["consent_email"]),
        consent_sms=bool(typed["consent_sms"]),
        locale=typed["locale"] or "en",
        time_zone=typed["time_zone"] or "Europe/London",
        source=typed["source"],
        ip=door.ip(),
        signs_petition=signs_petition,
    )
    return typed, form


def is_trapped() -> bool:
    """Whether a machine filled the field that people do not see."""
    return bool(request.form.get("website"))


@blueprint.post("/<campaign>/join")
@forms
def join(campaign: str) -> ResponseReturnValue:
    """Take a sign-up. The page shown is the same whether or not we know the address."""
    typed, form = typed_form()
    with door.transaction() as session:
        view = campaign_or_404(session, campaign)
        if not is_trapped():
            try:
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
                return landing_page(session, view, typed=typed, mistakes=mistakes), 422
    door.nudger().nudge(Errand.SEND_NOTICES)
    return render_template(
        "site/check.html",
        campaign=view,
        by_email=form.consent_email and bool(form.email.strip()),
        by_sms=form.consent_sms and bool(form.phone.strip()),
    )


@blueprint.get("/confirm/<token>")
def confirm_page(token: str) -> ResponseReturnValue:
    """A page with one button: scanners open links, people press buttons."""
    _sign_up_id(token)
    with door.transaction() as session:
        current = campaigns.current(session)
    return render_template("site/confirm.html", campaign=current, token=token)


@blueprint.post("/confirm/<token>")
def confirm(token: str) -> ResponseReturnValue:
    """The address confirms. Pressing twice does no more than pressing once."""
    sign_up_id = _sign_up_id(token)
    with door.transaction() as session:
        confirmed = confirm_email(session, sign_up_id, key=door.address_key(), ip=door.ip(), now=door.now())
        if confirmed is None:
            abort(404)
        view = campaigns.by_id(session, confirmed.campaign_id)
        petition = petitions.petition_of(session, confirmed.campaign_id, "en")
    door.nudger().nudge(Errand.DELIVER_PROMPT)
    known = sign(LinkKind.PETITION, confirmed.supporter_id, key=door.link_key(), channel=Channel.EMAIL)
    preferences = sign(LinkKind.PREFERENCES, confirmed.supporter_id, key=door.link_key(), channel=Channel.EMAIL)
    return render_template(
        "site/confirmed.html",
        campaign=view,
        petition=petition,
        confirmed=confirmed,
        token=known,
        preferences=preferences,
    )


def _sign_up_id(token: str) -> int:
    facts = door.read_link(token, LinkKind.CONFIRM)
    if facts is None:
        abort(410)
    return facts.supporter_id


@blueprint.get("/preferences/<token>")
def preferences_page(token: str) -> ResponseReturnValue:
    """What a supporter gets and what we know of them, masked."""
    return _show_preferences(_supporter(token), token)


@blueprint.post("/preferences/<token>")
def preferences(token: str) -> ResponseReturnValue:
    """Change what a supporter gets, leave everything, or be forgotten."""
    facts = _supporter(token)
    deed = request.form.get("deed", "save")
    with door.transaction() as session:
        campaign_id = campaign_of(session, facts.supporter_id, facts.blast_id)
        seen = preferences_of(session, facts.supporter_id, campaign_id=campaign_id or 0)
        if seen is None or campaign_id is None:
            abort(404)
        if deed == "erase":
            erase(session, facts.supporter_id, source="preferences page", ip=door.ip(), now=door.now())
            view = campaigns.by_id(session, campaign_id)
            return render_template("site/erased.html", campaign=view)
        wanted = frozenset(channel for channel in Channel if request.form.get(str(channel)) and deed != "leave")
        leave(
            session,
            supporter_id=facts.supporter_id,
            channels=frozenset(Channel) if deed == "leave" else seen.channels - wanted,
            source="preferences page",
            ip=door.ip(),
            now=door.now(),
            blast_id=facts.blast_id,
        )
        refused = frozenset(
            channel
            for channel in wanted - seen.channels
            if not come_back(
                session,
                supporter_id=facts.supporter_id,
                campaign_id=campaign_id,
                channel=channel,
                source="preferences page",
                ip=door.ip(),
                now=door.now(),
            )
        )
        # Leaving holds even where the rest of the form is mistyped.
        mistakes = _change_details(session, facts.supporter_id) if deed == "save" else {}
    page = _show_preferences(facts, token, saved=not mistakes, refused=refused, mistakes=mistakes)
    return page, 422 if mistakes else 200


def _change_details(session: Session, supporter_id: int) -> dict[str, str]:
    typed = {name: request.form.get(name, "")[:400] for name in ("first_name", "locale", "time_zone")}
    try:
        change_details(session, supporter_id, **typed)
    except SignUpMistakes as wrong:
        return wrong.by_field()
    return {}


def _show_preferences(
    facts: LinkFacts,
    token: str,
    *,
    saved: bool = False,
    refused: frozenset[Channel] = frozenset(),
    mistakes: Mapping[str, str] = MappingProxyType({}),
) -> str:
    with door.transaction() as session:
        campaign_id = campaign_of(session, facts.supporter_id, facts.blast_id)
        view = campaigns.by_id(session, campaign_id) if campaign_id else None
        seen = preferences_of(session, facts.supporter_id, campaign_id=campaign_id or 0)
    if view is None or seen is None:
        abort(404)
    typed = {"time_zone": seen.time_zone}
    if mistakes:
        typed |= {name: request.form.get(name, "")[:400] for name in ("first_name", "time_zone")}
    return render_template(
        "site/preferences.html",
        campaign=view,
        seen=seen,
        token=token,
        saved=saved,
        refused=refused,
        mistakes=mistakes,
        typed=typed,
        wordings=view.wordings(view.language),
    )


def _supporter(token: str) -> LinkFacts:
    facts = door.read_link(token, LinkKind.PREFERENCES)
    if facts is None:
        abort(404)
    return facts
