"""The front door: one Flask app, its blueprints, its manners."""

import logging
from datetime import timedelta

from flask import Flask, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import DataError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from service.logs import set_up_logs
from service.providers.choosing import channels_carried
from service.settings import Settings, load_settings
from service.store.behind import NOT_MIGRATED, is_behind
from service.store.engine import make_engine, make_sessions
from service.web import health, security_txt
from service.web.api.public import blueprint as api
from service.web.body_sizes import FORM
from service.web.clean_requests import CleanRequest
from service.web.console.page import sorry as sorry_in_console
from service.web.console.routes import blueprint as console_blueprint
from service.web.door import front_door
from service.web.hooks.sendgrid import blueprint as sendgrid_hooks
from service.web.hooks.twilio import blueprint as twilio_hooks
from service.web.hosts import with_our_hosts
from service.web.limits import set_up_limits
from service.web.row_numbers import RowNumber
from service.web.site import filters, proving, public
from service.web.site.complaints import blueprint as complaints_pages
from service.web.site.confirming import blueprint as confirming_pages
from service.web.site.forgetting import blueprint as forgetting_pages
from service.web.site.joining import blueprint as joining_pages
from service.web.site.links import blueprint as link_pages
from service.web.site.not_me import blueprint as not_me_pages
from service.web.site.own_copy import blueprint as own_copy_pages
from service.web.site.pages import blueprint as pages
from service.web.site.petition import blueprint as petition_pages
from service.web.site.signature import blueprint as signature_pages
from service.web.token_paths import with_tidy_tokens
from service.wording.shelf import TEMPLATES

log = logging.getLogger(__name__)

csrf = CSRFProtect()

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; frame-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Tokens stand in addresses; they must not travel on.
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def create_app(settings: Settings | None = None) -> Flask:
    """Make the web app. Raises SettingsError where a setting is missing or malformed."""
    settings = settings or load_settings()
    database_url = settings.needed_database_url
    set_up_logs(settings.log_level)
    app = Flask(__name__, template_folder=str(TEMPLATES), static_folder="static")
    app.request_class = CleanRequest
    secure = settings.public_url.startswith("https://")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.secret_key_fallbacks),
        SESSION_COOKIE_NAME="touchline",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        MAX_CONTENT_LENGTH=FORM,
        # The last one signs.
        WTF_CSRF_SECRET_KEY=[*reversed(settings.secret_key_fallbacks), settings.secret_key],
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(hours=1),
    )
    app.url_map.converters["int"] = RowNumber
    app.wsgi_app = with_tidy_tokens(with_our_hosts(app.wsgi_app, settings))  # type: ignore[method-assign,assignment]  # Flask's own way
    if hops := settings.trusted_proxy_count:
        # As many hops as are ours and no more: the rest of X-Forwarded-For is whatever a stranger wrote there.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]  # Flask's own way
    engine = make_engine(
        database_url,
        pool_size=max(10, settings.web.web_threads + settings.web.web_hook_threads),
        statement_timeout_ms=5_000,
    )
    sessions = make_sessions(engine, channels=channels_carried(settings), approval_above=settings.approval_above)
    app.extensions["touchline"] = front_door(settings, sessions)
    csrf.init_app(app)
    set_up_limits(app, settings)
    filters.register(app)
    _register(app)
    public.register(app, csrf)
    proving.register(app)
    _mind_manners(app, secure=secure)
    return app


def _register(app: Flask) -> None:
    for hook in (sendgrid_hooks, twilio_hooks, api, link_pages, not_me_pages):
        # Webhooks are signed, the API has no cookies, and a mailbox's one-click press brings none: the secret is in
        # the address itself.
        csrf.exempt(hook)
    for blueprint in (
        health.blueprint,
        security_txt.blueprint,
        sendgrid_hooks,
        twilio_hooks,
        api,
        console_blueprint,
        link_pages,
        joining_pages,
        forgetting_pages,
        own_copy_pages,
        complaints_pages,
        confirming_pages,
        not_me_pages,
        petition_pages,
        signature_pages,
        pages,
    ):
        app.register_blueprint(blueprint)


def _mind_manners(app: Flask, *, secure: bool) -> None:
    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    @app.errorhandler(CSRFError)
    def stale_form(error: CSRFError) -> ResponseReturnValue:
        title, words = "This form has grown old", "Please go back, reload the page and send it again."
        return render_template("site/sorry.html", title=title, words=words), 400

    @app.errorhandler(HTTPException)
    def sorry(error: HTTPException) -> ResponseReturnValue:
        if request.path.startswith("/console/"):
            return sorry_in_console(error)
        title, words = _SORRY.get(error.code or 500, ("That did not work", "Please try again."))
        code = error.code or 500
        return render_template("site/sorry.html", title=title, words=words, code=code), code

    @app.errorhandler(DataError)
    def unkeepable(error: DataError) -> ResponseReturnValue:
        # A letter no text holds, or a number too large: only machines send such things, and they are told no.
        log.warning("the database would not take what was sent", extra={"why": type(error.orig).__name__})
        title, words = _SORRY[400]
        return render_template("site/sorry.html", title=title, words=words), 400

    @app.errorhandler(ProgrammingError)
    def database_behind(error: ProgrammingError) -> ResponseReturnValue:
        if not is_behind(error):
            raise error
        log.error(NOT_MIGRATED)
        return _back_in_a_moment()

    @app.errorhandler(OperationalError)
    @app.errorhandler(PoolTimeout)
    def database_away(error: Exception) -> ResponseReturnValue:
        log.error("the database is away", extra={"why": type(error).__name__})
        return _back_in_a_moment()


def _back_in_a_moment() -> ResponseReturnValue:
    title, words = "We are back in a moment", "Nothing of what you sent was kept. Please try again in a minute."
    page = render_template("site/sorry.html", title=title, words=words)
    return page, 503, {"Retry-After": "15"}


_SORRY = {
    400: ("That could not be read", "Please go back and try again."),
    403: ("Not for you", "You may not see or do this."),
    404: ("There is nothing here", "The link may be old or cut short. Please check it, or start from the front page."),
    405: ("Not that way", "This page does not work like that. Please start from the front page."),
    410: (
        "This link has had its day",
        "Links that confirm work for three days, and none leads to what was forgotten. Sign up again, and we send a new one.",
    ),
    413: ("That was too much", "Please send less at once."),
    429: ("Too many tries", "Please wait a little and try again."),
    500: ("Something broke on our side", "It has been written down. Please try again in a minute."),
}
