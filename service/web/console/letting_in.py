"""What every way of signing in ends with: the browser's new token, and the page or the form it came for."""

import secrets

from flask import make_response, redirect, render_template, request
from flask import session as flask_session
from flask.typing import ResponseReturnValue

from service.domain.agent import agent_in_words
from service.domain.errand import Errand
from service.planning.manager_sessions import sign_out
from service.planning.sign_in_tries import Here
from service.planning.signing_in import note_refusal
from service.web import door
from service.web.console import access
from service.web.console.kept_deeds import deed_of
from service.web.console.kept_forms import KeptForm


def this_browser() -> Here:
    """The browser that asks, with a fresh token for its session."""
    agent = agent_in_words(request.headers.get("User-Agent", ""))
    return Here(ip=door.ip(), token=secrets.token_urlsafe(32), agent=agent)


def let_in(here: Here, where: str = "", kept: KeptForm | None = None) -> ResponseReturnValue:
    """Both steps are done: on to the page it came for, or to the form that waits."""
    _give_up_old_session()
    # Where the sign-in came from a place not seen before, an email about it waits.
    door.nudger().nudge(Errand.SEND_NOTICES)
    answer = make_response(
        render_template("console/kept.html", kept=kept, deed=deed_of(kept)) if kept else redirect(where)
    )
    return access.keep_signed_in(answer, here.token)


def note_refusal_here(email: str, why: str, here: Here) -> None:
    """Remember that somebody was not let in; in a transaction of its own, for the one that refused is rolled back."""
    with door.transaction() as session:
        note_refusal(session, email, why, here=here, now=door.now())


def half_way(here: Here, where: str, kept: KeptForm | None = None) -> ResponseReturnValue:
    """The first step is done: ask for the second, and keep what comes after it."""
    _give_up_old_session()
    page = render_template("console/second_step.html", next=where, kept=kept)
    return access.keep_signed_in(make_response(page), here.token)


def _give_up_old_session() -> None:
    # A browser that was signed in before gives its old session up; what it held for a stranger is dropped.
    if access.token():
        with door.transaction() as session:
            sign_out(session, access.token())
    flask_session.clear()
