"""Asking silent readers again from the browser: counted and looked at first, then scheduled once."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.domain.manager import Role
from service.planning.asking_again import AgainLook, AskedAgain, ask_silent_again, count_silent, look_at_asking
from service.planning.blast_checks import MOST_MESSAGES, BlastRefused
from service.planning.blasts import TAKE_BACK, CopyRefused
from service.planning.idempotency import KeyRefused, KeyUsed
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blueprint import blueprint
from service.web.console.copy_forms import ANA, letter_of, letter_response, window_for
from service.web.console.here import blast_or_404, campaign_or_404
from service.web.console.words import read_field, sentence
from service.web.row_numbers import whole_number

_REFUSALS = (BlastRefused, CopyRefused, KeyRefused, KeyUsed)


class _Mistyped(Exception):
    """A field that cannot be read; the message says which and how it is written."""


@blueprint.get("/campaigns/<slug>/blasts/<int:blast_id>/again")
@needs(Role.LAUNCHER)
def again_page(slug: str, blast_id: int) -> ResponseReturnValue:
    """How many are silent; and, once there is a subject, what would go to them. Changes nothing."""
    return _page(slug, blast_id)


@blueprint.get("/campaigns/<slug>/blasts/<int:blast_id>/again/letter")
@needs(Role.LAUNCHER)
def again_letter(slug: str, blast_id: int) -> ResponseReturnValue:
    """The email alone, for the frame that shows it."""
    try:
        return letter_response(letter_of(_look(slug, blast_id, people=None).shown))
    except (*_REFUSALS, _Mistyped) as refused:
        return letter_response(letter_of(None, str(refused)))


@blueprint.post("/campaigns/<slug>/blasts/<int:blast_id>/again")
@needs(Role.LAUNCHER)
def ask_again(slug: str, blast_id: int) -> ResponseReturnValue:
    """Schedule it, once for each form; where it is refused, what was typed stays and it may be tried again."""
    try:
        with door.transaction() as session:
            campaign = campaign_or_404(session, slug)
            made = ask_silent_again(
                session,
                blast_or_404(session, campaign, blast_id).id,
                _wish(campaign.time_zone),
                public_url=door.settings().public_url,
                actor=access.manager().email,
                now=door.now(),
                key=request.form.get("key", ""),
            )
    except (*_REFUSALS, _Mistyped) as refused:
        return _page(slug, blast_id, refused=sentence(f"Nothing was sent: {refused}")), 422
    said = "Scheduled, to those who got the first and have not opened it."
    flash(said if made.is_new else "It was scheduled already, once: this is it.")
    return redirect(url_for("console.blast_page", slug=slug, blast_id=made.id))


def _page(slug: str, blast_id: int, *, refused: str = "") -> str:
    look, why, silent, may_ask = None, refused, None, True
    with door.transaction() as session:
        campaign = campaign_or_404(session, slug)
        blast = blast_or_404(session, campaign, blast_id)
        try:
            silent = count_silent(session, blast.id)
        except BlastRefused as cannot:
            why, asked, may_ask = why or sentence(str(cannot)), False, False
        else:
            asked = "subject" in request.values
    if asked and not refused:
        try:
            look = _look(slug, blast_id, people=silent)
        except (*_REFUSALS, _Mistyped) as wrong:
            why = sentence(str(wrong))
    form = {name: request.values.get(name, "") for name in ("subject", "opens_at", "cap_count", "really")}
    return render_template(
        "console/again.html",
        campaign=campaign,
        blast=blast,
        silent=silent,
        may_ask=may_ask,
        look=look,
        why=why,
        form=form,
        opens_at=read_field(form["opens_at"], campaign.time_zone) if look and form["opens_at"] else None,
        take_back=TAKE_BACK,
    )


def _look(slug: str, blast_id: int, *, people: int | None) -> AgainLook:
    with door.transaction() as session:
        campaign = campaign_or_404(session, slug)
        blast = blast_or_404(session, campaign, blast_id)
        window = window_for(session, campaign.id)
        wish = _wish(campaign.time_zone)
        return look_at_asking(session, window, blast.id, wish, ANA, people=people, now=door.now())


def _wish(time_zone: str) -> AskedAgain:
    cap, when = request.values.get("cap_count", "").strip(), request.values.get("opens_at", "").strip()
    if cap and whole_number(cap, least=1, most=MOST_MESSAGES) is None:
        raise _Mistyped("the limit for each supporter is a number from 1 to 1,000")
    try:
        opens_at = read_field(when, time_zone) if when else None
    except ValueError:
        raise _Mistyped("when it opens is a day and a time; empty for at once") from None
    subject = " ".join(request.values.get("subject", "").split())
    really = request.values.get("really") == "yes"
    return AskedAgain(subject=subject, opens_at=opens_at, cap_count=int(cap) if cap else None, really=really)
