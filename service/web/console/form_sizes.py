"""How large a form may be: files, and the words of messages, are larger than anything else that is sent here."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from service.web.body_sizes import FILE, FORM, IMPORT_PATH, WORDS, largest
from service.web.console import access
from service.web.console.blueprint import blueprint

_WITH_WORDS = frozenset(
    f"console.{view}"
    for view in (
        *("look_at_blast", "schedule", "reach", "blast_size", "blast_letter", "blast_test"),
        *("edit_words", "stage_size", "mend"),
        # Whoever is signed out while writing signs in with the form they had sent.
        "sign_in_now",
    )
)


@blueprint.url_value_preprocessor
def _let_more_in(endpoint: str | None, values: dict[str, object] | None) -> None:
    """Raise the limit of a request for these forms; this runs before anything reads it."""
    if endpoint == "console.bring_in":
        request.max_content_length = largest(IMPORT_PATH, has_session=bool(access.token()))
    elif endpoint in _WITH_WORDS:
        request.max_content_length = request.max_form_memory_size = WORDS


@blueprint.errorhandler(RequestEntityTooLarge)
def _too_large(error: HTTPException) -> ResponseReturnValue:
    if request.endpoint == "console.bring_in" and not access.token():
        error.description = "Nothing was read. Sign in first, then choose the file and send it again."
    elif request.endpoint == "console.bring_in":
        error.description = (
            f"Nothing was read. A file may have {FILE // 1024 // 1024} MB here; for a larger one use "
            "touchline supporters import on the command line, or part it."
        )
    else:
        most = WORDS if request.endpoint in _WITH_WORDS else FORM
        error.description = (
            f"Nothing was changed. A form may hold {most // 1000} KB of words, and an email 64 KiB. Go back: what you "
            "wrote is still there; shorten it, and send it again."
        )
    return render_template("console/sorry.html", error=error), 413
