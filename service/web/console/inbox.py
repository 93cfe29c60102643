"""Texts that wait for a person: find, read, answer, set aside, and say who wants to leave."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.domain.errand import Errand
from service.domain.inbound_text import clean_field
from service.domain.manager import Role
from service.joining.complaints import complaints_waiting
from service.listening.inbox import (
    AnsweredAlready,
    AnswerRefused,
    AnswerUnfilled,
    InboxPage,
    Thread,
    answer,
    go_on_texting,
    inbox_page,
    place_at,
    set_aside,
    thread_of,
)
from service.listening.opt_outs import may_undo_of, opt_out, undo_opt_out
from service.store import Session
from service.store.queries.conversations import Place
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blueprint import blueprint
from service.web.console.noting import note
from service.web.console.words import micros
from service.wording.gsm import STAND_INS
from service.wording.sms import costly_signs, measure, straighten

PAGE = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@blueprint.get("/inbox/", endpoint="inbox_page")
@needs(Role.VIEWER)
def inbox_list() -> ResponseReturnValue:
    shows_all = request.args.get("show") == "all"
    words = clean_field(request.args.get("q", ""))[:100]
    with door.transaction() as session:
        page = inbox_page(
            session,
            key=door.address_key(),
            only_waiting=not shows_all,
            words=words,
            after=_place(session, request.args.get("after", "")),
            limit=PAGE,
            by_part=access.manager().role.sees_addresses,
        )
        waiting = complaints_waiting(session, now=door.now())
    return render_template(
        "console/inbox.html",
        page=page,
        complaints=waiting,
        shows_all=shows_all or bool(words),
        words=words,
        following=_following(page, shows_all=shows_all, words=words),
        is_first=not request.args.get("after"),
    )


def _place(session: Session, cursor: str) -> Place | None:
    """Where a page begins: a moment, and the number of the text that stands there; no number stands in an address."""
    read = re.fullmatch(r"([0-9]{1,17})-([0-9]{1,18})", cursor)
    return place_at(session, _EPOCH + timedelta(microseconds=int(read[1])), int(read[2])) if read else None


def _following(page: InboxPage, *, shows_all: bool, words: str) -> str | None:
    if page.following is None:
        return None
    after = f"{micros(page.following[0])}-{page.rows[-1].thread.newest_reply_id}"
    return url_for("console.inbox_page", show="all" if shows_all else None, q=words or None, after=after)


@blueprint.get("/inbox/<int:reply_id>/")
@needs(Role.VIEWER)
def thread_page(reply_id: int) -> ResponseReturnValue:
    page = _page(reply_id)
    with door.transaction() as session:
        note(session, "conversation read", f"reply {reply_id}")
    return page


@blueprint.post("/inbox/<int:reply_id>/answer")
@needs(Role.LAUNCHER)
def answer_now(reply_id: int) -> ResponseReturnValue:
    body = request.form.get("body", "")
    try:
        with door.transaction() as session:
            answer(
                session,
                reply_id,
                body,
                key=door.address_key(),
                actor=access.manager().email,
                now=door.now(),
                anyway=_moment(request.form.get("anyway", "")),
                as_written=request.form.get("as_written") == "yes",
                keeps_texting=request.form.get("means") == "stay",
            )
    except AnswerRefused as refused:
        return _page(reply_id, body=body, why=_why(refused), is_unfilled=isinstance(refused, AnswerUnfilled))
    door.nudger().nudge(Errand.SEND_NOTICES)
    flash("Your answer is on its way.")
    return redirect(url_for("console.inbox_page"))


def _why(refused: AnswerRefused) -> str:
    return f"Not sent: {refused}" + ("" if isinstance(refused, AnsweredAlready) else ".")


@blueprint.post("/inbox/<int:reply_id>/aside")
@needs(Role.LAUNCHER)
def set_aside_now(reply_id: int) -> ResponseReturnValue:
    try:
        with door.transaction() as session:
            actor, key = access.manager().email, door.address_key()
            waited = set_aside(session, reply_id, key=key, actor=actor, now=door.now())
    except AnswerRefused as refused:
        return _page(reply_id, why=f"Not set aside: {refused}.")
    flash("Set aside. It is still under “all conversations”." if waited else "Somebody has seen to it already.")
    return redirect(url_for("console.inbox_page"))


@blueprint.post("/inbox/<int:reply_id>/leave")
@needs(Role.LAUNCHER)
def wants_to_leave(reply_id: int) -> ResponseReturnValue:
    changed = _decide(opt_out, reply_id)
    said = "They have left: nothing more is texted to this number. A slip can be undone here for a day."
    flash(said if changed else "This number had left already.")
    return redirect(url_for("console.thread_page", reply_id=reply_id))


@blueprint.post("/inbox/<int:reply_id>/unleave")
@needs(Role.LAUNCHER)
def undo_wants_to_leave(reply_id: int) -> ResponseReturnValue:
    if _decide(undo_opt_out, reply_id):
        flash("Undone: all is as it was before, and what waited waits again.")
    else:
        flash("That cannot be undone any more. They can come back by texting START or JOIN.", "warn")
    return redirect(url_for("console.thread_page", reply_id=reply_id))


@blueprint.post("/inbox/<int:reply_id>/stay")
@needs(Role.LAUNCHER)
def does_not_want_to_leave(reply_id: int) -> ResponseReturnValue:
    went_on = _decide(go_on_texting, reply_id)
    flash("Texts to this number go on." if went_on else "Texts to this number were not held.")
    return redirect(url_for("console.thread_page", reply_id=reply_id))


def _decide(decide: Callable[..., bool], reply_id: int) -> bool:
    try:
        with door.transaction() as session:
            return decide(session, reply_id, key=door.address_key(), actor=access.manager().email, now=door.now())
    except AnswerRefused as refused:
        flash(f"{refused}.".capitalize(), "bad")
        return False


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


def _page(reply_id: int, *, body: str = "", why: str = "", is_unfilled: bool = False) -> ResponseReturnValue:
    thread, may_undo = _thread(reply_id)
    page = render_template(
        "console/thread.html",
        thread=thread,
        reply_id=reply_id,
        may_undo=may_undo,
        body=body,
        why=why,
        is_unfilled=is_unfilled,
    )
    return page, 422 if why else 200


def _thread(reply_id: int) -> tuple[Thread, bool]:
    earlier = _moment(request.args.get("before", ""))
    with door.transaction() as session:
        key, who = door.address_key(), access.manager().email
        thread = thread_of(session, reply_id, key=key, actor=who, before=earlier) or abort(404)
        return thread, may_undo_of(session, thread.phone, key=key, now=door.now())


def _moment(given: str) -> datetime | None:
    return _EPOCH + timedelta(microseconds=int(given)) if re.fullmatch(r"[0-9]{1,17}", given) else None
