"""Accounts: who may come in, in which role."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.consenting.addresses import BadAddress
from service.domain.errand import Errand
from service.domain.manager import Role
from service.planning.managers import (
    LINK_LIFE,
    LastAdmin,
    NoSuchManager,
    add_manager,
    change_role,
    list_managers,
    mail_link,
    remove_manager,
)
from service.planning.second_step import OwnSecondFactor, reset_second_factor
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blueprint import blueprint


@blueprint.get("/managers/")
@needs(Role.ADMIN)
def managers_page() -> ResponseReturnValue:
    return _managers_page()


@blueprint.post("/managers/")
@needs(Role.ADMIN, proof=True)
def add_manager_now() -> ResponseReturnValue:
    email, role = request.form.get("email", ""), _role()
    try:
        with door.transaction() as session:
            made = add_manager(session, email, role, actor=access.manager().email, now=door.now())
            mail_link(session, made.email, now=door.now(), life=LINK_LIFE)
    except BadAddress as bad:
        return _managers_page(email=email, mistake=str(bad)), 422
    door.nudger().nudge(Errand.SEND_NOTICES)
    flash(f"{made.email} is {_a(made.role)}. A sign-in link is on its way there; it works once, for 24 hours.")
    return redirect(url_for("console.managers_page"))


@blueprint.post("/managers/<int:manager_id>/role")
@needs(Role.ADMIN, proof=True)
def change_role_now(manager_id: int) -> ResponseReturnValue:
    try:
        with door.transaction() as session:
            changed = change_role(session, manager_id, _role(), actor=access.manager().email, now=door.now())
    except LastAdmin:
        flash("Somebody has to be admin: make another one first.", "bad")
    except NoSuchManager:
        abort(404)
    else:
        flash(f"{changed.email} is {_a(changed.role)} now.")
    return redirect(url_for("console.managers_page" if access.manager().id != manager_id else "console.home"))


@blueprint.post("/managers/<int:manager_id>/remove")
@needs(Role.ADMIN, proof=True)
def remove_manager_now(manager_id: int) -> ResponseReturnValue:
    try:
        with door.transaction() as session:
            gone = remove_manager(session, manager_id, actor=access.manager().email, now=door.now())
    except LastAdmin:
        flash("Somebody has to be admin: make another one first.", "bad")
    except NoSuchManager:
        abort(404)
    else:
        flash(f"{gone.email} is signed out everywhere and can no longer sign in.")
    return redirect(url_for("console.managers_page"))


@blueprint.post("/managers/<int:manager_id>/second-factor/reset")
@needs(Role.ADMIN, proof=True)
def reset_second_factor_now(manager_id: int) -> ResponseReturnValue:
    try:
        with door.transaction() as session:
            theirs = reset_second_factor(session, manager_id, actor=access.manager().email, now=door.now())
    except NoSuchManager:
        abort(404)
    except OwnSecondFactor as own:
        flash(str(own), "bad")
        return redirect(url_for("console.second_factor_page"))
    door.nudger().nudge(Errand.SEND_NOTICES)
    flash(f"{theirs.email} has no second step any more, is signed out everywhere, and is told so by email.")
    return redirect(url_for("console.managers_page"))


def _managers_page(*, email: str = "", mistake: str = "") -> str:
    with door.transaction() as session:
        people = list_managers(session)
    return render_template("console/managers.html", people=people, roles=tuple(Role), email=email, mistake=mistake)


def _role() -> Role:
    try:
        return Role(request.form.get("role", ""))
    except ValueError:
        abort(400, "There is no such role.")


def _a(role: Role) -> str:
    return f"{'an' if role[0] == 'a' else 'a'} {role}"
