"""Signing in and out, and passwords."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask import session as flask_session
from flask.typing import ResponseReturnValue

from service.domain.errand import Errand
from service.domain.manager import Role
from service.planning.manager_sessions import sign_out
from service.planning.managers import mail_link
from service.planning.passwords import WeakPassword, check_password
from service.planning.sign_in_tries import TooManyTries, note_try
from service.planning.signing_in import (
    LinkSpent,
    SignInRefused,
    change_password,
    peek_link,
    sign_in,
    sign_in_by_link,
    words_near,
)
from service.web import door
from service.web.console import access
from service.web.console.access import for_anybody, needs
from service.web.console.blueprint import blueprint
from service.web.console.kept_forms import waiting_form
from service.web.console.letting_in import half_way, let_in, note_refusal_here, this_browser
from service.web.even_time import takes_at_least
from service.web.limits import sign_in_links

# Several times what writing the email down takes, so that nobody reads from the clock who has an account.
LINK_SECONDS = 0.25


@blueprint.get("/sign-in")
@for_anybody
def sign_in_page() -> ResponseReturnValue:
    return render_template("console/sign_in.html", next=request.args.get("next", ""), email="", kept=None)


@blueprint.post("/sign-in")
@for_anybody
def sign_in_now() -> ResponseReturnValue:
    email, password = request.form.get("email", ""), request.form.get("password", "")
    here = this_browser()
    with door.transaction() as session:
        note_try(session, email, here=here, now=door.now())
    try:
        with door.transaction() as session:
            who = sign_in(session, email, password, here=here, now=door.now())
    except SignInRefused:
        note_refusal_here(email, "wrong password", here)
        return _sign_in_again("That address and password do not go together.", email, 403)
    except TooManyTries:
        note_refusal_here(email, "too many tries", here)
        return _sign_in_again("Too many tries. Wait 15 minutes, or use a sign-in link.", email, 429)
    kept, where = waiting_form(request.form), access.safe_next(request.form.get("next", ""))
    return half_way(here, where, kept) if who.has_second_factor else let_in(here, where, kept)


@blueprint.post("/link")
@for_anybody
@sign_in_links
@takes_at_least(LINK_SECONDS)
def send_link() -> ResponseReturnValue:
    with door.transaction() as session:
        mail_link(session, request.form.get("email", ""), now=door.now())
    if not door.is_carried("email"):
        return _sign_in_again("No email is sent from this installation, and so no link.", "", 409)
    door.nudger().nudge(Errand.SEND_NOTICES)
    flash("If there is an account for that address, a sign-in link is on its way. It works once, for 30 minutes.")
    return redirect(url_for("console.sign_in_page"))


@blueprint.get("/enter/<token>")
@for_anybody
def link_page(token: str) -> ResponseReturnValue:
    try:
        with door.transaction() as session:
            who = peek_link(session, token, keys=door.link_keys(), now=door.now())
    except LinkSpent:
        return render_template("console/link_spent.html"), 410
    return render_template("console/enter.html", who=who, token=token)


@blueprint.post("/enter/<token>")
@for_anybody
def enter_by_link(token: str) -> ResponseReturnValue:
    here = this_browser()
    try:
        with door.transaction() as session:
            who = sign_in_by_link(session, token, keys=door.link_keys(), here=here, now=door.now())
    except LinkSpent:
        note_refusal_here("", "spent link", here)
        return render_template("console/link_spent.html"), 410
    # Where a second step is demanded, setting it up comes before a password.
    is_whole = who.has_second_factor or not access.must_have_second_factor()
    where = url_for("console.password_page" if is_whole else "console.second_factor_page")
    return half_way(here, where) if who.has_second_factor else let_in(here, where)


@blueprint.post("/sign-out")
@for_anybody
def sign_out_now() -> ResponseReturnValue:
    with door.transaction() as session:
        sign_out(session, access.token())
    flask_session.clear()
    flash("You are signed out.")
    return access.forget(make_response(redirect(url_for("console.sign_in_page"))))


@blueprint.get("/password")
@needs(Role.VIEWER, before_second_factor=True)
def password_page() -> ResponseReturnValue:
    return render_template("console/password.html", mistakes={})


@blueprint.post("/password")
@needs(Role.VIEWER, before_second_factor=True)
def set_password() -> ResponseReturnValue:
    if not access.manager().has_password and (asked := access.ask_for_proof()):
        # Whoever finds a browser signed in does not make the account theirs.
        return asked
    current, new, again = (request.form.get(name, "") for name in ("current", "new", "again"))
    mistakes = _mistakes_in(new, again)
    if mistakes:
        return render_template("console/password.html", mistakes=mistakes), 422
    here = this_browser()
    with door.transaction() as session:
        note_try(session, access.manager().email, here=here, now=door.now())
    try:
        with door.transaction() as session:
            change_password(session, access.manager().id, current=current, new=new, here=here, now=door.now())
    except SignInRefused:
        mistakes["current"] = "That is not your present password."
    except TooManyTries:
        mistakes["current"] = "Too many tries. Wait 15 minutes."
    if mistakes:
        return render_template("console/password.html", mistakes=mistakes), 422
    flash("Your password is set. Other browsers were signed out.")
    return access.keep_signed_in(make_response(redirect(url_for("console.home"))), here.token)


def _mistakes_in(new: str, again: str) -> dict[str, str]:
    if new != again:
        return {"again": "The two passwords differ."}
    try:
        with door.transaction() as session:
            near = words_near(session, access.manager().email)
        check_password(new, own_words=near)
    except WeakPassword as weak:
        return {"new": f"{str(weak)[:1].upper()}{str(weak)[1:]}."}
    return {}


def _sign_in_again(why: str, email: str, status: int) -> ResponseReturnValue:
    kept, asked = waiting_form(request.form), request.form.get("next", "")
    page = render_template("console/sign_in.html", next=asked, email=email, why=why, kept=kept)
    return page, status
