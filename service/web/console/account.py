"""One's own account: what guards it, and the browsers that are signed in to it."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from service.domain.manager import Role
from service.planning.manager_sessions import NoSuchSession, end_one, end_others, list_sessions
from service.planning.second_step import standing
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blueprint import blueprint


@blueprint.get("/account/")
@needs(Role.VIEWER)
def account_page() -> ResponseReturnValue:
    who = access.manager()
    with door.transaction() as session:
        browsers = list_sessions(session, who.id, now=door.now(), token=access.token())
        has = standing(session, who.id)
    return render_template("console/account.html", browsers=browsers, has=has)


@blueprint.post("/account/sessions/<session_id>/end")
@needs(Role.VIEWER)
def end_session_now(session_id: str) -> ResponseReturnValue:
    who = access.manager()
    try:
        with door.transaction() as session:
            end_one(session, who.id, session_id, actor=who.email, now=door.now())
    except NoSuchSession:
        flash("That browser was signed out already.")
    else:
        flash("That browser is signed out.")
    return redirect(url_for("console.account_page"))


@blueprint.post("/account/sessions/end-others")
@needs(Role.VIEWER)
def end_other_sessions_now() -> ResponseReturnValue:
    who = access.manager()
    with door.transaction() as session:
        count = end_others(session, who.id, actor=who.email, now=door.now(), token=access.token())
    flash(f"Signed out at {count} other browser{'' if count == 1 else 's'}." if count else "No other was signed in.")
    return redirect(url_for("console.account_page"))
