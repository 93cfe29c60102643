"""Who may come in: the console answers only where a route names the role it needs."""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, current_app, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.console_settings import SecondFactor
from service.domain.manager import Role
from service.planning.manager_sessions import WHOLE_LIFE, SignedIn, signed_in
from service.planning.managers import Manager
from service.web import door
from service.web.console.kept_forms import sent_form

COOKIE = "touchline_console"

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

_needed: dict[object, Role | None] = {}
# Routes that change something only after a fresh proof of who is there.
_needs_proof: set[object] = set()
# Routes that answer a manager who still has to set up a second step.
_before_second_factor: set[object] = set()


def needs(role: Role, *, proof: bool = False, before_second_factor: bool = False) -> Callable[[View], View]:
    """The route is for managers with this role or a greater one; with `proof`, after a fresh proof that it is them.

    Where the installation demands a second step, managers without one are led to setting it up from every route but
    those with `before_second_factor`.
    """

    def noted(view: View) -> View:
        _needed[view] = role
        if proof:
            _needs_proof.add(view)
        if before_second_factor:
            _before_second_factor.add(view)
        return view

    return noted


def for_anybody(view: View) -> View:
    """The route answers without signing in: the ways of signing in themselves."""
    _needed[view] = None
    return view


def needed_role(view: object) -> Role | None:
    """The role a route names; None where it is for anybody. Raises KeyError where it names nothing."""
    return _needed[view]


def asks_for_proof(view: object) -> bool:
    """Whether a route does anything only after a fresh proof of who is there."""
    return view in _needs_proof


def manager() -> Manager:
    """Who is signed in; only for routes that need a role."""
    who = g.get("manager")
    if not isinstance(who, Manager):
        abort(403)
    return who


def token() -> str:
    """The token of this browser's session, empty where it has none."""
    return request.cookies.get(COOKIE, "")


def keep_signed_in(response: Response, new_token: str) -> Response:
    """Give the browser its session's token."""
    response.set_cookie(
        COOKIE,
        new_token,
        max_age=int(WHOLE_LIFE.total_seconds()),
        path="/console",
        httponly=True,
        samesite="Lax",
        secure=door.settings().public_url.startswith("https://"),
    )
    return response


def forget(response: Response) -> Response:
    """Take the token back."""
    response.delete_cookie(COOKIE, path="/console", httponly=True, samesite="Lax")
    return response


def safe_next(asked: str) -> str:
    """Where to go after signing in: a page of the console, nowhere else."""
    try:
        parts = urlsplit(asked)
    except ValueError:
        return url_for("console.home")
    inside = not parts.scheme and not parts.netloc and parts.path.startswith("/console/")
    is_plain = asked.isprintable() and "\\" not in asked
    return asked if inside and is_plain else url_for("console.home")


def keep_door(blueprint: Blueprint) -> None:
    """Ask everybody who comes for their role, and let nothing of the console be stored on the way."""
    blueprint.before_request(_let_in)
    blueprint.after_request(_not_stored)


def _let_in() -> ResponseReturnValue | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if view not in _needed:
        # Default deny: a route that forgot to say whom it is for is for nobody.
        abort(403)
    role = _needed[view]
    found = _signed_in_here()
    g.manager, g.proved_at = (found.manager, found.proved_at) if found else (None, None)
    if role is None:
        return None
    if g.manager is None:
        return _to_sign_in()
    if not g.manager.role.may_act_as(role):
        abort(403)
    if _has_to_set_up(g.manager) and view not in _before_second_factor:
        return _to(url_for("console.second_factor_page"))
    return ask_for_proof() if asks_for_proof(view) else None


def ask_for_proof() -> ResponseReturnValue | None:
    """The page that asks who is there, with the form that was sent; None where that was shown a short while ago."""
    proved_at, life = g.get("proved_at"), door.settings().console.proof_life
    if proved_at is not None and door.now() - proved_at < life:
        return None
    return render_template("console/prove.html", kept=sent_form(may_be_empty=True)), 401


def ask_for_proof_above(message_count: int) -> ResponseReturnValue | None:
    """The same, where this many messages are more than may be sent without one."""
    return ask_for_proof() if message_count > door.settings().console.proof_above else None


def who_is_here() -> Manager | None:
    """Who is signed in with this browser; None for nobody."""
    here = _signed_in_here()
    return here.manager if here else None


def must_have_second_factor() -> bool:
    """Whether the installation demands a second step of everybody."""
    return door.settings().console.second_factor is SecondFactor.REQUIRED


def _has_to_set_up(who: Manager) -> bool:
    return must_have_second_factor() and not who.has_second_factor


def _signed_in_here() -> SignedIn | None:
    with door.transaction() as session:
        return signed_in(session, token(), now=door.now()) if token() else None


def _to_sign_in() -> ResponseReturnValue:
    came_for = request.full_path.rstrip("?") if request.method == "GET" else url_for("console.home")
    if request.headers.get("HX-Request") and request.method == "POST":
        # What is counted while somebody writes may fail: the page with what they wrote stays where it is.
        return "", 401
    if request.headers.get("HX-Request"):
        # A part of a page asks: take the whole page to the door, and back to the page, not to the part.
        return _to(url_for("console.sign_in_page"))
    if kept := sent_form():
        return render_template("console/sign_in.html", next="", email="", kept=kept), 401
    return redirect(url_for("console.sign_in_page", next=came_for))


def _to(page: str) -> ResponseReturnValue:
    """Another page in place of the one, or the part of one, that was asked for."""
    if not request.headers.get("HX-Request"):
        return redirect(page)
    response = make_response("", 204)
    response.headers["HX-Redirect"] = page
    return response


def _not_stored(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
