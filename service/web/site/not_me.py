"""The way out of a form's letters for whoever never filled it in. Its secret is in the address: no cookie is needed."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from service.joining.not_me import end_letters, may_be_asked, take_letters_again
from service.store.queries import campaigns, sign_ups
from service.web import door
from service.web.limits import forms
from service.wording.links import LinkKind

blueprint = Blueprint("not_me", __name__)


@blueprint.get("/not-me/<token>")
def not_me_page(token: str) -> ResponseReturnValue:
    """A page with a button; opening it changes nothing."""
    sign_up_id = _sign_up_id(token)
    with door.transaction() as session:
        may_be = may_be_asked(session, sign_up_id)
    return _page(token, "") if may_be else _gone(sign_up_id)


@blueprint.post("/not-me/<token>")
@forms
def not_me(token: str) -> ResponseReturnValue:
    """End it, or undo that. A mailbox's own button posts here too (RFC 8058): no cookie, no redirect, just 200."""
    sign_up_id = _sign_up_id(token)
    one_click = request.form.get("List-Unsubscribe") == "One-Click"
    deed = "end" if one_click else request.form.get("deed", "end")
    with door.transaction() as session:
        if deed == "undo":
            is_done = take_letters_again(session, sign_up_id, key=door.address_key())
        else:
            is_done = end_letters(session, sign_up_id, key=door.address_key(), now=door.now())
    if not is_done:
        return _gone(sign_up_id)
    if one_click:
        return "No form of ours writes to you again.\n", 200, {"Content-Type": "text/plain; charset=utf-8"}
    return _page(token, deed)


def _gone(sign_up_id: int) -> ResponseReturnValue:
    """The sign-up is forgotten, and with it the address: nothing is left to write to."""
    with door.transaction() as session:
        row = sign_ups.by_id(session, sign_up_id)
        current = campaigns.current(session)
    if row is None or row.erased_at is None:
        abort(410)
    return render_template("site/erased.html", campaign=current, was_before=True), 410


def _page(token: str, done: str) -> str:
    with door.transaction() as session:
        current = campaigns.current(session)
    return render_template("site/not_me.html", campaign=current, token=token, done=done)


def _sign_up_id(token: str) -> int:
    facts = door.read_link(token, LinkKind.NOT_ME)
    if facts is None:
        abort(404)
    return facts.supporter_id
