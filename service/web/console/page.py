"""What every page of the console has: who is signed in, where one can go, and words for moments and money."""

import logging
from dataclasses import dataclass

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, generate_csrf
from markupsafe import Markup
from sqlalchemy.exc import DataError
from werkzeug.exceptions import BadRequest, HTTPException

from service.domain.channel import Channel
from service.domain.manager import Role
from service.joining.complaints import complaints_waiting
from service.listening.inbox import waiting_count
from service.planning.holding import HoldStatus, hold_status
from service.planning.managers import Manager
from service.planning.testers import may_get_tests
from service.web import door
from service.web.console.access import who_is_here
from service.web.console.blueprint import blueprint
from service.web.console.kept_deeds import deed_of
from service.web.console.kept_forms import sent_form
from service.web.console.masking import as_seen
from service.web.console.relying import passkeys_work
from service.web.console.wishes import new_key
from service.web.console.words import FILTERS

log = logging.getLogger(__name__)

for _name, _filter in FILTERS.items():
    blueprint.add_app_template_filter(_filter, _name)
blueprint.add_app_template_filter(as_seen, "as_seen")

# Where one can go: endpoint, words, the role it needs.
_PLACES = (
    ("console.home", "Campaigns", Role.VIEWER),
    ("console.inbox_page", "Inbox", Role.VIEWER),
    ("console.supporters_page", "Supporters", Role.VIEWER),
    ("console.testers_page", "Testers", Role.AUTHOR),
    ("console.senders_page", "Senders", Role.ADMIN),
    ("console.managers_page", "Managers", Role.ADMIN),
    ("console.audit_page", "Audit", Role.ADMIN),
)


@dataclass(frozen=True, slots=True)
class Place:
    """One link of the bar at the top."""

    words: str
    href: str
    is_here: bool
    count: int = 0


@blueprint.context_processor
def _common() -> dict[str, object]:
    who = g.get("manager")
    return {
        "me": who,
        "may": lambda role: isinstance(who, Manager) and who.role.may_act_as(Role(role)),
        "nav": _nav,
        "csrf": _csrf_field,
        "now": door.now(),
        "held": _held,
        "new_key": new_key,
        "may_get_tests": _may_get_tests,
        "passkeys_work": passkeys_work,
        "directory_name": _directory_name,
    }


@blueprint.errorhandler(CSRFError)
@blueprint.errorhandler(HTTPException)
def sorry(error: HTTPException) -> ResponseReturnValue:
    """A page in the console's own clothes, whatever went wrong; a form whose token is gone comes back as it was."""
    if isinstance(error, CSRFError) and (kept := sent_form()):
        g.manager = who_is_here()
        if g.manager is None:
            return render_template("console/sign_in.html", next="", email="", kept=kept), 400
        return render_template("console/kept.html", kept=kept, deed=deed_of(kept)), 400
    if "manager" not in g:
        # No page of the console has this address, and so nobody has been asked who they are.
        g.manager = who_is_here()
    return render_template("console/sorry.html", error=error, **_common()), error.code or 500


@blueprint.errorhandler(DataError)
def _unkeepable(error: DataError) -> ResponseReturnValue:
    """A letter that no text holds, or a number too large for the database: nothing was changed."""
    log.warning("the database would not take what was sent", extra={"why": type(error.orig).__name__})
    return sorry(BadRequest("Nothing was changed: a number is too large, or a text holds a character that is none."))


def _nav() -> list[Place]:
    who = g.get("manager")
    if not isinstance(who, Manager):
        return []
    return [_place(endpoint, words) for endpoint, words, role in _PLACES if who.role.may_act_as(role)]


def _place(endpoint: str, words: str) -> Place:
    href, path = url_for(endpoint), request.path
    if endpoint == "console.home":
        return Place(words, href, path == href or path.startswith("/console/campaigns/"))
    return Place(words, href, path.startswith(href), _waiting() if endpoint == "console.inbox_page" else 0)


def _waiting() -> int:
    with door.transaction() as session:
        complaints = complaints_waiting(session, now=door.now()).waiting if _may_answer_complaints() else 0
        return waiting_count(session) + complaints


def _may_answer_complaints() -> bool:
    who = g.get("manager")
    return isinstance(who, Manager) and who.role.may_act_as(Role.LAUNCHER)


def _held() -> HoldStatus | None:
    """The hold, where the house is held."""
    with door.transaction() as session:
        status = hold_status(session)
    return status if status.held_at else None


def _may_get_tests() -> list[tuple[Channel, str]]:
    """Whom whoever is signed in may send tests to."""
    with door.transaction() as session:
        return may_get_tests(session, g.manager.email)


def _directory_name() -> str:
    """What the organisation's directory is called; '' where managers cannot sign in by one."""
    directory = door.settings().directory
    return directory.name if directory else ""


def _csrf_field() -> Markup:
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())
