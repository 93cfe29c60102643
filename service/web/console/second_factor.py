"""Setting up, renewing and taking away one's own second step of signing in."""

import segno
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from service.domain.manager import Role
from service.planning.sealing import Sealer
from service.planning.second_step import (
    WrongCode,
    begin_setup,
    check_code,
    confirm_setup,
    drop_second_factor,
    note_code_try,
    renew_recovery_codes,
    setup_under_way,
    standing,
)
from service.planning.sign_in_tries import TooManyTries
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blueprint import blueprint
from service.web.console.letting_in import this_browser

_WRONG = "That code is not right, or was used before. Wait for the next one."
_TOO_MANY = "Too many tries. Wait 15 minutes."


@blueprint.get("/second-factor")
@needs(Role.VIEWER, before_second_factor=True)
def second_factor_page() -> ResponseReturnValue:
    return _page()


@blueprint.post("/second-factor")
@needs(Role.VIEWER, before_second_factor=True, proof=True)
def begin_second_factor() -> ResponseReturnValue:
    try:
        with door.transaction() as session:
            begin_setup(session, access.manager().id, sealer=_sealer(), now=door.now())
    except WrongCode:
        flash("An app is set up already.", "bad")
    return redirect(url_for("console.second_factor_page"))


@blueprint.post("/second-factor/confirm")
@needs(Role.VIEWER, before_second_factor=True)
def confirm_second_factor() -> ResponseReturnValue:
    here, code = this_browser(), request.form.get("code", "")
    _note_try()
    try:
        with door.transaction() as session:
            who = access.manager().id
            codes = confirm_setup(session, who, code, sealer=_sealer(), here=here, now=door.now())
    except WrongCode:
        return _page(
            "That is not the code the app shows. Check that the phone's clock is right, and try the next."
        ), 422
    except TooManyTries:
        return _page(_TOO_MANY), 429
    return render_template("console/recovery_codes.html", codes=codes)


@blueprint.post("/second-factor/recovery-codes")
@needs(Role.VIEWER)
def renew_recovery_codes_now() -> ResponseReturnValue:
    with door.transaction() as session:
        has_app = standing(session, access.manager().id).has_app
    # Whoever has passkeys alone may have no code left to show.
    if refused := _refused_code() if has_app else access.ask_for_proof():
        return refused
    with door.transaction() as session:
        codes = renew_recovery_codes(session, access.manager().id, now=door.now())
    return render_template("console/recovery_codes.html", codes=codes)


@blueprint.post("/second-factor/off")
@needs(Role.VIEWER)
def drop_second_factor_now() -> ResponseReturnValue:
    if refused := _refused_code():
        return refused
    with door.transaction() as session:
        drop_second_factor(session, access.manager().id, now=door.now())
    flash("Signing in asks for no second step any more.")
    return redirect(url_for("console.second_factor_page"))


def _refused_code() -> ResponseReturnValue | None:
    """The page that asks again; None where the code was right. It is used up then."""
    _note_try()
    try:
        with door.transaction() as session:
            who, code = access.manager().id, request.form.get("code", "")
            check_code(session, who, code, sealer=_sealer(), here=this_browser(), now=door.now())
    except WrongCode:
        return _page(_WRONG), 422
    except TooManyTries:
        return _page(_TOO_MANY), 429
    return None


def _note_try() -> None:
    with door.transaction() as session:
        note_code_try(session, access.manager(), here=this_browser(), now=door.now())


def _page(mistake: str = "") -> str:
    who = access.manager()
    with door.transaction() as session:
        setup = setup_under_way(session, who, sealer=_sealer())
        has = standing(session, who.id)
    return render_template(
        "console/second_factor.html",
        mistake=mistake,
        setup=setup,
        has=has,
        picture=_picture(setup.address) if setup else "",
        is_demanded=access.must_have_second_factor(),
    )


def _picture(address: str) -> Markup:
    """The address as a QR code, drawn here; dark on white whatever the page's colours are."""
    code = segno.make(address, error="m")
    # What segno draws is of numbers alone: nothing of the address stands in it as text.
    return Markup(code.svg_inline(scale=5, border=4, light="#fff", dark="#000"))  # noqa: S704


def _sealer() -> Sealer:
    return Sealer.of(door.settings())
