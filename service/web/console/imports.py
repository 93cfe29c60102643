"""Imports that go on behind the page: how far one has come, what it came to, and its undoing, asked about first."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import abort

from service.domain.errand import Errand
from service.domain.manager import Role
from service.planning.import_report import SHOWN, report_of
from service.planning.imports import ImportRefused, begin_again, begin_undo, undo_size
from service.store.queries import campaigns, imports
from service.store.queries.imports import KeptImport
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blueprint import blueprint

# How often a page that is open asks how far it has come.
_EVERY_SECONDS = 2


@blueprint.get("/supporters/imports/<int:import_id>")
@needs(Role.ADMIN)
def import_page(import_id: int) -> ResponseReturnValue:
    return _page("console/import.html", import_id)


@blueprint.get("/supporters/imports/<int:import_id>/progress")
@needs(Role.ADMIN)
def import_progress(import_id: int) -> ResponseReturnValue:
    """The part of the page that goes on."""
    return _page("console/import_progress.html", import_id)


@blueprint.get("/supporters/imports/<int:import_id>/undo")
@needs(Role.ADMIN)
def ask_undo(import_id: int) -> ResponseReturnValue:
    """What an undoing would do, and to how many; it changes nothing."""
    with door.transaction() as session:
        done = imports.one(session, import_id) or abort(404)
        size = undo_size(session, import_id)
    return render_template("console/import_undo.html", done=done, size=size)


@blueprint.post("/supporters/imports/<int:import_id>/undo")
@needs(Role.ADMIN)
def undo_import(import_id: int) -> ResponseReturnValue:
    if request.form.get("sure") != "yes":
        return redirect(url_for("console.ask_undo", import_id=import_id))
    try:
        with door.transaction() as session:
            begin_undo(session, import_id, actor=access.manager().email, now=door.now())
    except ImportRefused as refused:
        flash(f"Nothing was undone: {refused}.", "bad")
    return _go(import_id)


@blueprint.post("/supporters/imports/<int:import_id>/again")
@needs(Role.ADMIN)
def import_again(import_id: int) -> ResponseReturnValue:
    """Have an import that stopped go on where it was."""
    try:
        with door.transaction() as session:
            begin_again(session, import_id)
    except ImportRefused as refused:
        flash(f"It does not go on: {refused}.", "bad")
    return _go(import_id)


def _go(import_id: int) -> ResponseReturnValue:
    door.nudger().nudge(Errand.BRING_IN)
    return redirect(url_for("console.import_page", import_id=import_id), 303)


def _page(template: str, import_id: int) -> str:
    with door.transaction() as session:
        done: KeptImport = imports.one(session, import_id) or abort(404)
        report = report_of(session, done, now=door.now())
        into = campaigns.by_id(session, done.campaign_id) or abort(404)
    is_mine = done.manager_id == access.manager().id
    every = _EVERY_SECONDS if done.is_at_work else 0
    return render_template(
        template, done=done, into=into, report=report, shown=SHOWN, is_mine=is_mine, every=every, counts=done.counts
    )
