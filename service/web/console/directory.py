"""Signing in by the organisation's own directory: there and back.

Both ways are links, for browsers do not let a form lead to another host: what comes back is bound to this browser by
a state that it alone holds.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest

from flask import abort, redirect, render_template, request
from flask import session as flask_session
from flask.typing import ResponseReturnValue

from service.oidc_settings import Directory
from service.planning.directory import NoAccountHere, sign_in_by_directory
from service.providers.oidc.directory import Asking, DirectoryAway, DirectoryRefused, where_to_ask, who_came_back
from service.web import door
from service.web.console import access
from service.web.console.access import for_anybody
from service.web.console.blueprint import blueprint
from service.web.console.letting_in import half_way, let_in, note_refusal_here, this_browser
from service.web.limits import directory_answers, sign_in_links

_KEPT = "directory"
# As long as signing in there may take.
_LIFE = timedelta(minutes=10)


@blueprint.get("/directory")
@for_anybody
@sign_in_links
def to_directory() -> ResponseReturnValue:
    asking = Asking(
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        redirect_uri=_back(),
    )
    try:
        there = where_to_ask(_directory(), asking, now=door.now())
    except DirectoryAway:
        return _refused("The directory does not answer. Try again, or sign in another way.", 503)
    flask_session[_KEPT] = {
        "state": asking.state,
        "nonce": asking.nonce,
        "verifier": asking.verifier,
        "next": request.args.get("next", ""),
        "until": (door.now() + _LIFE).timestamp(),
    }
    return redirect(there)


@blueprint.get("/directory/back")
@for_anybody
@directory_answers
def from_directory() -> ResponseReturnValue:
    directory, here = _directory(), this_browser()
    kept = _kept(request.args.get("state", ""), now=door.now())
    if kept is None:
        return _refused("That did not begin in this browser, or too long ago. Please try again.", 403)
    asking = Asking(str(kept["state"]), str(kept["nonce"]), str(kept["verifier"]), _back())
    try:
        identity = who_came_back(directory, asking, request.args.get("code", ""), now=door.now())
        with door.transaction() as session:
            who = sign_in_by_directory(session, identity, here=here, now=door.now())
    except DirectoryAway:
        return _refused("The directory does not answer. Try again, or sign in another way.", 503)
    except DirectoryRefused:
        return _refused("The directory did not say who you are. Please try again.", 403)
    except NoAccountHere:
        note_refusal_here("", "no account for whom the directory knows", here)
        return _refused("The directory knows you, but you have no account here. Ask an admin for one.", 403)
    where = access.safe_next(str(kept["next"]))
    return half_way(here, where) if who.has_second_factor else let_in(here, where)


def _kept(state: str, *, now: datetime) -> Mapping[str, object] | None:
    """What this browser keeps of the asking that it comes back from: once, and not after its time."""
    kept = flask_session.pop(_KEPT, None)
    if not isinstance(kept, Mapping) or not compare_digest(state.encode(), str(kept["state"]).encode()):
        return None
    if now.timestamp() > float(kept.get("until", 0)):
        return None
    # The browser could bring its cookie again; each time would be work for the directory.
    name = f"directory:{sha256(state.encode()).hexdigest()}"
    return kept if door.floods().counts.take(name, seconds=int(_LIFE.total_seconds())) else None


def _directory() -> Directory:
    return door.settings().directory or abort(404)


def _back() -> str:
    return f"{door.settings().public_url}/console/directory/back"


def _refused(why: str, status: int) -> ResponseReturnValue:
    return render_template("console/sign_in.html", next="", email="", kept=None, why=why), status
