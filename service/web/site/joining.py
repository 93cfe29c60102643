"""Sign up, preferences."""

from collections.abc import Mapping
from types import MappingProxyType

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.domain.channel import Channel
from service.domain.errand import Errand
from service.joining.leave import come_back, leave
from service.joining.preferences import campaign_of, change_details, erase, preferences_of
from service.joining.sign_up import SignUpForm, SignUpMistakes, sign_up
from service.store import Session
from service.store.queries import campaigns
from service.web import door
from service.web.limits import SIGN_UP, limiter
from service.web.site.confirming import check_address
from service.web.site.pages import landing_page
from service.web.site.signature import signatures_shown
from service.web.site.visitor import campaign_or_404
from service.wording.links import LinkFacts, LinkKind

blueprint = Blueprint("joining", __name__)

_FIELDS = (
    *("first_name", "name", "one_name", "place", "email", "phone", "consent_email", "consent_sms"),
    *("locale", "time_zone", "source"),
)


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
        name=typed["name"],
        one_name=bool(typed["one_name"]),
        place=typed["place"],
    )
    return typed, form


def is_trapped() -> bool:
    """Whether a machine filled the field that people do not see."""
    return bool(request.form.get("website"))


@blueprint.post("/<campaign>/join")
@limiter.limit(SIGN_UP)
def join(campaign: str) -> ResponseReturnValue:
    """Take a sign-up, and lead on to the page that says what to do next: the same whether or not we know the address."""
    typed, form = typed_form()
    sign_up_id = 0
    with door.transaction() as session:
        view = campaign_or_404(session, campaign)
        if not is_trapped():
            try:
                wordings = view.wordings(view.language)
                sign_up_id = sign_up(session, form, campaign_id=view.id, wordings=wordings, now=door.now()).sign_up_id
            except SignUpMistakes as wrong:
                mistakes = wrong.by_field()
                return landing_page(session, view, typed=typed, mistakes=mistakes), 422
    door.nudger().nudge(Errand.SEND_NOTICES)
    return redirect(check_address(view.slug, sign_up_id), 303)


@blueprint.get("/<campaign>/join")
def joined_before(campaign: str) -> ResponseReturnValue:
    """Whoever comes back to the form's own address is shown the form."""
    return redirect(f"{url_for('site.landing', campaign=campaign)}#join")


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
        signatures = signatures_shown(session, facts.supporter_id)
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
        signatures=signatures,
    )


def _supporter(token: str) -> LinkFacts:
    facts = door.read_link(token, LinkKind.PREFERENCES)
    if facts is None:
        abort(404)
    return facts
