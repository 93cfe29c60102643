"""Sign up, confirm, preferences."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from service.domain.channel import Channel
from service.domain.errand import Errand
from service.joining.confirm import confirm_email
from service.joining.preferences import erase
from service.joining.sign_up import SignUpForm, SignUpMistakes, sign_up, suggested_email
from service.store import Session
from service.store.queries import campaigns, petitions, supporters
from service.web import door
from service.web.limits import SIGN_UP, limiter
from service.web.site.choices import Choices, choices_of, leave_all, render_choices, save_choices
from service.web.site.links import named_channels, undo_leaving
from service.web.site.pages import landing_page
from service.web.site.visitor import campaign_or_404, visitor_token
from service.wording.links import LinkFacts, LinkKind, sign

blueprint = Blueprint("joining", __name__)

_FIELDS = ("first_name", "email", "phone", "consent_email", "consent_sms", "locale", "time_zone", "source")


def typed_form(*, signs_petition: bool = False) -> tuple[dict[str, str], SignUpForm]:
    """What the form says: as it was typed, and as joining reads it."""
    typed = {name: request.form.get(name, "")[:400] for name in _FIELDS}
    _choose_email(typed)
    code = door.read_link(typed["source"], LinkKind.SHARE)
    form = SignUpForm(
        first_name=typed["first_name"],
        email=typed["email"],
        phone=typed["phone"],
        consent_email=bool(typed["consent_email"]),
        consent_sms=bool(typed["consent_sms"]),
        locale=typed["locale"] or "en",
        time_zone=typed["time_zone"] or "Europe/London",
        # Each sharer's code is their own; together they are one source.
        source="shared" if code else typed["source"],
        referred_by=(code.supporter_id or None) if code else None,
        email_is_right=bool(typed["email"]) and typed["email"] == typed.get("email_right"),
        ip=door.ip(),
        signs_petition=signs_petition,
    )
    return typed, form


def _choose_email(typed: dict[str, str]) -> None:
    """Obey the button pressed under "did you mean …?": take the other address, or keep this one and ask no more.

    A suggestion that no longer fits what stands in the field is not obeyed: somebody has mended it by hand.
    """
    choice = request.form.get("email_choice", "")
    if choice == "as_typed":
        typed["email_right"] = typed["email"]
    elif choice and choice == suggested_email(typed["email"]):
        typed["email"] = choice
    else:
        typed["email_right"] = request.form.get("email_right", "")[:400]
    # What the form offers when it comes back.
    is_right = typed["email"] == typed.get("email_right")
    typed["suggested_email"] = "" if is_right else suggested_email(typed["email"])


def is_trapped() -> bool:
    """Whether a machine filled the field that people do not see."""
    return bool(request.form.get("website"))


@blueprint.post("/<campaign>/join")
@limiter.limit(SIGN_UP)
def join(campaign: str) -> ResponseReturnValue:
    """Take a sign-up. The page shown is the same whether or not we know the address."""
    typed, form = typed_form()
    with door.transaction() as session:
        view = campaign_or_404(session, campaign)
        if not is_trapped():
            try:
                sign_up(session, form, campaign_id=view.id, wordings=view.wordings(view.language), now=door.now())
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
    known = visitor_token(confirmed.supporter_id, confirmed.campaign_id, channel=Channel.EMAIL)
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
    facts = _supporter(token)
    with door.transaction() as session:
        shown = choices_of(session, facts, token)
        gone = supporters.is_erased(session, facts.supporter_id)
    return render_choices(shown) if shown else _nobody(gone=gone)


@blueprint.post("/preferences/<token>")
def preferences(token: str) -> ResponseReturnValue:
    """Change what a supporter gets, leave everything, or be forgotten: what is final is asked once more."""
    facts = _supporter(token)
    deed = request.form.get("deed", "save")
    with door.transaction() as session:
        shown = choices_of(session, facts, token)
        if shown is None:
            return _nobody(gone=supporters.is_erased(session, facts.supporter_id))
        if deed == "erase":
            return render_template("site/erase.html", campaign=shown.campaign, seen=shown.seen)
        if deed == "erase_for_good":
            erase(session, facts.supporter_id, source="preferences page", ip=door.ip(), now=door.now())
            return render_template("site/erased.html", campaign=shown.campaign)
        if deed in {"leave", "undo"}:
            return _leave_or_undo(session, facts, shown, deed)
        changed = save_choices(session, facts, shown)
    with door.transaction() as session:
        after = choices_of(session, facts, token)
    return render_choices(after or shown, changed), 422 if changed.mistakes else 200


def _leave_or_undo(session: Session, facts: LinkFacts, shown: Choices, deed: str) -> str:
    channels = shown.seen.channels
    if deed == "undo":
        channels = undo_leaving(session, facts, shown.campaign.id, named_channels())
    else:
        leave_all(session, facts)
    return render_template(
        "site/leave.html", campaign=shown.campaign, channel=None, done=deed, channels=channels, preferences=True
    )


def _nobody(*, gone: bool) -> ResponseReturnValue:
    """The page of somebody who is forgotten says so; any other link of nobody's is one we do not know."""
    if not gone:
        abort(404)
    with door.transaction() as session:
        view = campaigns.current(session)
    return render_template("site/erased.html", campaign=view, was_before=True), 410


def _supporter(token: str) -> LinkFacts:
    facts = door.read_link(token, LinkKind.PREFERENCES)
    if facts is None:
        abort(404)
    return facts
