"""The second step of signing in, after the password or the link."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.planning.manager_sessions import half_signed_in
from service.planning.sealing import Sealer
from service.planning.second_step import (
    NotHalfway,
    Proof,
    WrongCode,
    finish_signing_in,
    note_code_try,
)
from service.planning.sign_in_tries import TooManyTries
from service.web import door
from service.web.console import access
from service.web.console.access import for_anybody
from service.web.console.blueprint import blueprint
from service.web.console.kept_forms import waiting_form
from service.web.console.letting_in import let_in, note_refusal_here, this_browser


@blueprint.get("/second-step")
@for_anybody
def second_step_page() -> ResponseReturnValue:
    with door.transaction() as session:
        who = half_signed_in(session, access.token(), now=door.now())
    if who is None:
        return redirect(url_for("console.sign_in_page"))
    return render_template("console/second_step.html", next=request.args.get("next", ""), kept=None)


@blueprint.post("/second-step")
@for_anybody
def second_step_now() -> ResponseReturnValue:
    here, half = this_browser(), access.token()
    with door.transaction() as session:
        who = half_signed_in(session, half, now=door.now())
        if who is not None:
            note_code_try(session, who, here=here, now=door.now())
    try:
        with door.transaction() as session:
            sealer = Sealer.of(door.settings())
            code = request.form.get("code", "")
            _, proof = finish_signing_in(session, half, code, sealer=sealer, here=here, now=door.now())
    except NotHalfway:
        return _from_the_start()
    except WrongCode:
        note_refusal_here(who.email if who else "", "wrong code", here)
        return _again("That code is not right, or was used before. Wait for the next one.", 403)
    except TooManyTries:
        note_refusal_here(who.email if who else "", "too many tries at codes", here)
        return _again("Too many tries. Wait 15 minutes.", 429)
    where = access.safe_next(request.form.get("next", ""))
    if proof is Proof.RECOVERY_CODE:
        where = url_for("console.second_factor_page")
    return let_in(here, where, waiting_form(request.form))


def _again(why: str, status: int) -> ResponseReturnValue:
    kept, asked = waiting_form(request.form), request.form.get("next", "")
    return render_template("console/second_step.html", next=asked, kept=kept, why=why), status


def _from_the_start() -> ResponseReturnValue:
    kept, asked = waiting_form(request.form), request.form.get("next", "")
    why = "It took too long. Please sign in again."
    return render_template("console/sign_in.html", next=asked, email="", kept=kept, why=why), 403
