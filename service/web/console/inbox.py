"""Texts that wait for a person: read, answer, set aside."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.domain.errand import Errand
from service.domain.manager import Role
from service.listening.inbox import AnswerRefused, Thread, answer, set_aside, thread_of, threads
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blueprint import blueprint
from service.wording.gsm import STAND_INS
from service.wording.sms import costly_signs, measure, straighten

LIMIT = 100


@blueprint.get("/inbox/")
@needs(Role.VIEWER)
def inbox_page() -> ResponseReturnValue:
    shows_all = request.args.get("show") == "all"
    with door.transaction() as session:
        found = threads(session, only_waiting=not shows_all, limit=LIMIT)
    return render_template("console/inbox.html", threads=found, shows_all=shows_all, limit=LIMIT)


@blueprint.get("/inbox/<int:reply_id>/")
@needs(Role.VIEWER)
def thread_page(reply_id: int) -> ResponseReturnValue:
    return render_template("console/thread.html", thread=_thread(reply_id), body="", why="")


@blueprint.post("/inbox/<int:reply_id>/answer")
@needs(Role.LAUNCHER)
def answer_now(reply_id: int) -> ResponseReturnValue:
    body = request.form.get("body", "")
    try:
        with door.transaction() as session:
            actor, key = access.manager().email, door.address_key()
            answer(session, reply_id, body, key=key, actor=actor, now=door.now())
    except AnswerRefused as refused:
        why = f"Not sent: {refused}."
        return render_template("console/thread.html", thread=_thread(reply_id), body=body, why=why), 422
    door.nudger().nudge(Errand.SEND_NOTICES)
    flash("Your answer is on its way.")
    return redirect(url_for("console.inbox_page"))


@blueprint.post("/inbox/<int:reply_id>/aside")
@needs(Role.LAUNCHER)
def set_aside_now(reply_id: int) -> ResponseReturnValue:
    with door.transaction() as session:
        waited = set_aside(session, reply_id, actor=access.manager().email, now=door.now())
    flash("Set aside. It is still under “all conversations”." if waited else "Somebody has seen to it already.")
    return redirect(url_for("console.inbox_page"))


@blueprint.post("/size")
@needs(Role.VIEWER)
def answer_size() -> ResponseReturnValue:
    """Count an answer while it is being written."""
    tidy = straighten(request.form.get("body", "").strip())
    return render_template(
        "console/count.html",
        size=measure(tidy.body),
        costly=[sign for sign in costly_signs(tidy.body) if sign not in STAND_INS],
    )


def _thread(reply_id: int) -> Thread:
    with door.transaction() as session:
        return thread_of(session, reply_id, key=door.address_key()) or abort(404)
