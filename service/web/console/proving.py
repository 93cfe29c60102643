"""Showing once more who one is, before what cannot be taken back; the form that asked for it waits meanwhile."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.domain.manager import Role
from service.planning.proving import CodeWanted, prove_by_code, prove_by_password
from service.planning.sealing import Sealer
from service.planning.second_step import WrongCode, note_code_try
from service.planning.sign_in_tries import TooManyTries, note_try
from service.planning.signing_in import SignInRefused
from service.store import Session
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blueprint import blueprint
from service.web.console.kept_deeds import deed_of
from service.web.console.kept_forms import waiting_form
from service.web.console.letting_in import this_browser


@blueprint.get("/prove")
@needs(Role.VIEWER, before_second_factor=True)
def prove_page() -> ResponseReturnValue:
    return render_template("console/prove.html", kept=None)


@blueprint.post("/prove")
@needs(Role.VIEWER, before_second_factor=True)
def prove_now() -> ResponseReturnValue:
    with door.transaction() as session:
        _note_try(session)
    try:
        with door.transaction() as session:
            _prove(session)
    except SignInRefused:
        return _again("That is not your password.", 422)
    except CodeWanted as wanted:
        return _again(str(wanted), 422)
    except WrongCode:
        return _again("That code is not right, or was used before. Wait for the next one.", 422)
    except TooManyTries:
        return _again("Too many tries. Wait 15 minutes, or use a sign-in link.", 429)
    if kept := waiting_form(request.form):
        return render_template("console/kept.html", kept=kept, deed=deed_of(kept), is_proved=True)
    return redirect(url_for("console.home"))


def _note_try(session: Session) -> None:
    here, who = this_browser(), access.manager()
    if "code" in request.form:
        note_code_try(session, who, here=here, now=door.now())
    else:
        note_try(session, who.email, here=here, now=door.now())


def _prove(session: Session) -> None:
    here, token, now = this_browser(), access.token(), door.now()
    if "code" in request.form:
        sealer = Sealer.of(door.settings())
        prove_by_code(session, token, request.form["code"], sealer=sealer, here=here, now=now)
    else:
        prove_by_password(session, token, request.form.get("password", ""), here=here, now=now)


def _again(why: str, status: int) -> ResponseReturnValue:
    return render_template("console/prove.html", kept=waiting_form(request.form), why=why), status
