"""Signing in and out, and passwords."""

import secrets

from flask import flash, make_response, redirect, render_template, request, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue

from service.domain.errand import Errand
from service.domain.manager import Role
from service.planning.managers import mail_link
from service.planning.signing_in import (
    Here,
    LinkSpent,
    SignInRefused,
    TooManyTries,
    WeakPassword,
    change_password,
    check_password,
    note_try,
    peek_link,
    sign_in,
    sign_in_by_link,
    sign_out,
)
from service.web import door
from service.web.console import access
from service.web.console.access import for_anybody, needs
from service.web.console.blueprint import blueprint
from service.web.console.kept_deeds import deed_of
from service.web.console.kept_forms import KeptForm, waiting_form
from service.web.limits import sign_in_links


@blueprint.get("/sign-in")
@for_anybody
def sign_in_page() -> ResponseReturnValue:
    return render_template("console/sign_in.html", next=request.args.get("next", ""), email="", kept=None)


@blueprint.post("/sign-in")
@for_anybody
def sign_in_now() -> ResponseReturnValue:
    email, password = request.form.get("email", ""), request.form.get("password", "")
    here = _here()
    with door.transaction() as session:
        note_try(session, email, here=here, now=door.now())
    try:
        with door.transaction() as session:
            sign_in(session, email, password, here=here, now=door.now())
    except SignInRefused:
        return _sign_in_again("That address and password do not go together.", email, 403)
    except TooManyTries:
        return _sign_in_again("Too many tries. Wait 15 minutes, or use a sign-in link.", email, 429)
    if kept := waiting_form(request.form):
        return _signed_in(here, kept=kept)
    return _signed_in(here, access.safe_next(request.form.get("next", "")))


@blueprint.post("/link")
@for_anybody
@sign_in_links
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
    here = _here()
    try:
        with door.transaction() as session:
            sign_in_by_link(session, token, keys=door.link_keys(), here=here, now=door.now())
    except LinkSpent:
        return render_template("console/link_spent.html"), 410
    return _signed_in(here, url_for("console.password_page"))


@blueprint.post("/sign-out")
@for_anybody
def sign_out_now() -> ResponseReturnValue:
    with door.transaction() as session:
        sign_out(session, access.token())
    browser.clear()
    flash("You are signed out.")
    return access.forget(make_response(redirect(url_for("console.sign_in_page"))))


@blueprint.get("/password")
@needs(Role.VIEWER)
def password_page() -> ResponseReturnValue:
    return render_template("console/password.html", mistakes={})


@blueprint.post("/password")
@needs(Role.VIEWER)
def set_password() -> ResponseReturnValue:
    current, new, again = (request.form.get(name, "") for name in ("current", "new", "again"))
    mistakes = _mistakes_in(new, again)
    if mistakes:
        return render_template("console/password.html", mistakes=mistakes), 422
    here = _here()
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
        check_password(new, access.manager().email)
    except WeakPassword as weak:
        return {"new": f"{str(weak)[:1].upper()}{str(weak)[1:]}."}
    return {}


def _here() -> Here:
    return Here(ip=request.remote_addr or "", token=secrets.token_urlsafe(32))


def _sign_in_again(why: str, email: str, status: int) -> ResponseReturnValue:
    kept, asked = waiting_form(request.form), request.form.get("next", "")
    page = render_template("console/sign_in.html", next=asked, email=email, why=why, kept=kept)
    return page, status


def _signed_in(here: Here, where: str = "", *, kept: KeptForm | None = None) -> ResponseReturnValue:
    # A browser that was signed in before gives its old session up; what it held for a stranger is dropped.
    if access.token():
        with door.transaction() as session:
            sign_out(session, access.token())
    browser.clear()
    answer = make_response(
        render_template("console/kept.html", kept=kept, deed=deed_of(kept)) if kept else redirect(where)
    )
    return access.keep_signed_in(answer, here.token)
