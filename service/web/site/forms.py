"""What every public form carries: a token that needs no cookie, and the code of where its reader came from."""

from flask import Flask, current_app, request
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from itsdangerous import BadSignature, URLSafeTimedSerializer

from service.web.forms_sent import form_sent
from service.web.site.visitor import KNOWING_PAGES

# The blueprints that anybody may use without an account.
PUBLIC = frozenset({"site", "petition", "joining", "confirming", "signature", "forgetting", "own_copy", "complaints"})
# A tab may stay open for as long as a campaign runs, but not for ever.
_LIFE_SECONDS = 14 * 24 * 3600
_SOURCE_NAMES = ("s", "source", "utm_source")


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Give public forms their own token, and carry the source from page to page."""
    for name in PUBLIC & app.blueprints.keys():
        csrf.exempt(app.blueprints[name])
    # Templates and their macros ask for it by the name that Flask-WTF gives to its own.
    app.jinja_env.globals["csrf_token"] = form_token
    app.context_processor(lambda: {"csrf_token": form_token})
    app.before_request(check_form)
    app.url_defaults(_carry_source)


def form_token() -> str:
    """The token of a form: on public pages signed by us and held in the form alone, elsewhere the session's own.

    No cookie lets anybody do anything on a public page, so there is nothing for another site to ride on; the token
    only shows that the form came from us and not long ago.
    """
    if request.blueprint not in PUBLIC | {"links", None}:
        return str(generate_csrf())
    return str(_signer().dumps("form"))


def check_form() -> None:
    """Refuse a public form that did not come from our page, or is too old. Raises CSRFError."""
    if request.method != "POST" or request.blueprint not in PUBLIC:
        return
    try:
        _signer().loads(request.form.get("csrf_token", ""), max_age=_LIFE_SECONDS)
    except BadSignature as wrong:
        raise CSRFError("the form is not ours, or too old") from wrong


def _signer(purpose: str = "form") -> URLSafeTimedSerializer:
    keys = current_app.extensions["touchline"].settings
    # The last one signs.
    return URLSafeTimedSerializer([*reversed(keys.secret_key_fallbacks), keys.secret_key], salt=f"public {purpose}")


def seal(words: str) -> str:
    """Words of ours for an address: nobody can write others, and they are believed for ten minutes."""
    return str(_signer("result").dumps(words))


def unseal(sealed: str) -> str:
    """What `seal` was given; empty where it is not ours, or too old."""
    try:
        return str(_signer("result").loads(sealed, max_age=600))
    except BadSignature:
        return ""


def source_here() -> str:
    """Where this reader came from, as the address says: `?s=`, `?source=` or what advertisements add."""
    return next((request.args[name] for name in _SOURCE_NAMES if request.args.get(name)), "")[:60]


def _carry_source(endpoint: str, values: dict[str, object]) -> None:
    """Every link to a page of a campaign keeps the source, so that the form at its end knows it."""
    if endpoint in KNOWING_PAGES and values.get("s") is None:
        source = source_here() or (form_sent().get("source", "")[:60] if request.method == "POST" else "")
        if source:
            values["s"] = source
