"""What holds for every public page: clean addresses, nothing of tokens in search engines, whose page it is."""

from collections.abc import Callable
from functools import partial, wraps
from typing import TypeVar, cast

import phonenumbers
from flask import Flask, Response, request
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.exc import SQLAlchemyError

from service.store.queries import campaigns
from service.store.queries.campaigns import CampaignView
from service.store.races import once_more
from service.web import door
from service.web.site import forms
from service.web.site.visitor import KNOWING_PAGES, clear_address

View = TypeVar("View", bound=Callable[..., object])


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Give the app the manners of its public pages, once their blueprints are there."""
    forms.register(app, csrf)
    app.before_request(clear_address)
    for endpoint, view in app.view_functions.items():
        if endpoint.partition(".")[0] in forms.PUBLIC | {"links", "not_me"}:
            app.view_functions[endpoint] = _once_more(view)
    app.after_request(_keep_out_of_search)
    app.jinja_env.globals["is_personal"] = is_personal
    app.jinja_env.globals["campaign_around"] = campaign_around
    app.jinja_env.globals["our_number"] = our_number
    app.jinja_env.globals["is_carried"] = door.is_carried


def _once_more(view: View) -> View:
    """The page, asked once more where its transaction lost a race: whoever presses a button is not told of it."""

    @wraps(view)
    def asked(**parts: object) -> object:
        return once_more(partial(view, **parts))

    return cast("View", asked)


def is_personal() -> bool:
    """Whether this page stands at an address that belongs to one person, or was opened by one."""
    holds_token = "token" in (request.view_args or {}) and request.blueprint in forms.PUBLIC | {"links", "not_me"}
    return holds_token or (request.endpoint in KNOWING_PAGES and "t" in request.values)


def _keep_out_of_search(response: Response) -> Response:
    if is_personal():
        response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
    return response


def campaign_around() -> CampaignView | None:
    """The campaign a page is about that could not be shown: the one in its address, else the current one.

    Asked by error pages, so it never raises: with the database away it is nobody's.
    """
    slug = (request.view_args or {}).get("campaign") or request.path.strip("/").split("/")[0]
    try:
        with door.transaction() as session:
            return campaigns.by_slug(session, str(slug)) or campaigns.current(session)
    except SQLAlchemyError:
        return None


def our_number(own: str = "") -> str:
    """The number our texts come from (`own`: this supporter's), as people read it; empty where there is none, or nobody carries texts."""
    if not door.settings().sends_texts:
        return ""
    number = own or next(iter(door.settings().twilio_from_numbers), "")
    if not number:
        return ""
    parsed = phonenumbers.parse(number, None)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
