"""Sign up, preferences."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.domain.channel import Channel
from service.domain.errand import Errand
from service.joining.flood import Came
from service.joining.sign_up import SignUpForm, SignUpMistakes, sign_up, suggested_email
from service.store import Session
from service.store.queries import campaigns, supporters
from service.store.queries.campaigns import CampaignView
from service.web import door
from service.web.limits import forms
from service.web.site.choices import Choices, choices_of, render_choices, save_choices
from service.web.site.confirming import check_address
from service.web.site.forgetting import forget_from_preferences
from service.web.site.own_copy import copy_from_preferences
from service.web.site.pages import landing_page
from service.web.site.proving import is_changing, let_in
from service.web.site.undoing import UNDO_WORDING, leave_by_link, undo_by_form
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
        name=typed["name"],
        one_name=bool(typed["one_name"]),
        place=typed["place"],
    )
    return typed, form


def take_form(session: Session, view: CampaignView, form: SignUpForm) -> str:
    """Keep what the form asks for, and the address of the page that follows. Raises SignUpMistakes, and WorkWanted in a flood."""
    try:
        only = let_in(session, view, form)
        taken = sign_up(
            session,
            form,
            campaign_id=view.id,
            wordings=view.wordings(view.language),
            now=door.now(),
            countries=door.countries().for_campaign(view.countries),
            only=only,
        )
    except SignUpMistakes:
        door.floods().note(session, view.id, Came.REFUSED, now=door.now())
        raise
    door.floods().note(session, view.id, Came.TAKEN, now=door.now(), phone=taken.phone)
    return check_address(view.slug, taken.sign_up_id, only=only)


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
@forms
def join(campaign: str) -> ResponseReturnValue:
    """Take a sign-up, and lead on to the page that says what to do next: the same whether or not we know the address."""
    typed, form = typed_form()
    with door.transaction() as session:
        view = campaign_or_404(session, campaign)
        if is_changing():
            return landing_page(session, view, typed=typed, mistakes={})
        following = check_address(view.slug, 0)
        if not is_trapped():
            try:
                following = take_form(session, view, form)
            except SignUpMistakes as wrong:
                mistakes = wrong.by_field()
                return landing_page(session, view, typed=typed, mistakes=mistakes), 422
    door.nudger().nudge(Errand.SEND_NOTICES)
    return redirect(following, 303)


@blueprint.get("/<campaign>/join")
def joined_before(campaign: str) -> ResponseReturnValue:
    """Whoever comes back to the form's own address is shown the form."""
    return redirect(f"{url_for('site.landing', campaign=campaign)}#join")


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
        if deed in {"erase", "erase_for_good"}:
            return forget_from_preferences(session, facts.supporter_id, shown.campaign, for_good=deed != "erase")
        if deed in {"copy", "copy_now"}:
            return copy_from_preferences(session, facts.supporter_id, shown.campaign, is_sure=deed != "copy")
        if deed in {"leave", "undo"}:
            return _leave_or_undo(session, facts, shown, deed)
        changed = save_choices(session, facts, shown)
    with door.transaction() as session:
        after = choices_of(session, facts, token)
    return render_choices(after or shown, changed), 422 if changed.mistakes else 200


def _leave_or_undo(session: Session, facts: LinkFacts, shown: Choices, deed: str) -> str:
    back: frozenset[Channel] = frozenset()
    undo: list[str] = []
    if deed == "undo":
        back = undo_by_form(session, facts)
    else:
        undo = leave_by_link(session, facts, frozenset(Channel), source="preferences page")
    return render_template(
        "site/leave.html",
        campaign=shown.campaign,
        channel=None,
        done=deed,
        channels=back,
        undo=undo,
        wording=UNDO_WORDING,
        preferences=True,
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
