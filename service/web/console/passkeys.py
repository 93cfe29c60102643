"""Passkeys: added, named, removed, and signed in with. The browser's own API asks for them, in passkeys.js."""

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.domain.manager import Role
from service.planning.passkeys import (
    PasskeyRefused,
    add_passkey,
    list_passkeys,
    options_to_add,
    options_to_sign_in,
    remove_passkey,
    sign_in_by_passkey,
)
from service.web import door
from service.web.console import access
from service.web.console.access import for_anybody, needs
from service.web.console.blueprint import blueprint
from service.web.console.kept_forms import waiting_form
from service.web.console.letting_in import let_in, note_refusal_here, this_browser
from service.web.console.relying import passkeys_work, relying_party


@blueprint.get("/passkeys/")
@needs(Role.VIEWER, before_second_factor=True)
def passkeys_page() -> ResponseReturnValue:
    return _page()


@blueprint.get("/passkeys/options")
@needs(Role.VIEWER, before_second_factor=True)
def passkey_options() -> ResponseReturnValue:
    with door.transaction() as session:
        options = options_to_add(session, access.manager(), party=relying_party(), now=door.now())
    return Response(options, mimetype="application/json")


@blueprint.post("/passkeys/")
@needs(Role.VIEWER, proof=True, before_second_factor=True)
def add_passkey_now() -> ResponseReturnValue:
    who, answer, name = access.manager().id, request.form.get("answer", ""), request.form.get("name", "")
    party = relying_party()
    try:
        with door.transaction() as session:
            codes = add_passkey(session, who, answer, name=name, party=party, now=door.now())
    except PasskeyRefused:
        why = "That passkey was not accepted. Perhaps it took longer than five minutes: please try again."
        return _page(why, name=name), 422
    if codes:
        return render_template("console/recovery_codes.html", codes=codes)
    flash("The passkey is kept.")
    return redirect(url_for("console.passkeys_page"))


@blueprint.post("/passkeys/<int:passkey_id>/remove")
@needs(Role.VIEWER, proof=True)
def remove_passkey_now(passkey_id: int) -> ResponseReturnValue:
    with door.transaction() as session:
        remove_passkey(session, access.manager().id, passkey_id, now=door.now()) or abort(404)
    flash("That passkey no longer signs in.")
    return redirect(url_for("console.passkeys_page"))


@blueprint.get("/passkeys/options/sign-in")
@for_anybody
def passkey_sign_in_options() -> ResponseReturnValue:
    return Response(options_to_sign_in(party=relying_party(), now=door.now()), mimetype="application/json")


@blueprint.post("/passkeys/sign-in")
@for_anybody
def passkey_sign_in() -> ResponseReturnValue:
    here, answer, party = this_browser(), request.form.get("answer", ""), relying_party()
    kept, asked = waiting_form(request.form), request.form.get("next", "")
    try:
        with door.transaction() as session:
            sign_in_by_passkey(session, answer, party=party, here=here, now=door.now())
    except PasskeyRefused:
        note_refusal_here("", "passkey not accepted", here)
        why = "That passkey was not accepted. Try again, or sign in another way."
        return render_template("console/sign_in.html", next=asked, email="", kept=kept, why=why), 403
    return let_in(here, access.safe_next(asked), kept)


def _page(why: str = "", *, name: str = "") -> str:
    with door.transaction() as session:
        found = list_passkeys(session, access.manager().id)
    return render_template("console/passkeys.html", found=found, why=why, name=name, works=passkeys_work())
