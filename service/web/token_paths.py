"""Addresses with a token in them, as mailboxes and chat apps send them back: tidied before they are read.

A client that takes a full stop, a bracket or a slash along with a link asks for an address that no page has. The one
that matters most is the way out, so this is done for all of them, in one place, before any route is chosen.
"""

import re
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from service.wording.links import tidy_token

_TOKEN_PATH = re.compile(
    r"(/(?:l|f|view|leave|preferences|confirm|signature|take-off|forget|my-data|not-me"
    r"|console/enter|console/tester|[a-z0-9-]+/check)/)(.+)",
    re.DOTALL,
)
_FURTHER = re.compile(r"/[a-z][a-z-]*/?")


def tidy_token_path(path: str) -> str:
    """The path with nothing but the token where a token stands; a page below it keeps its name."""
    found = _TOKEN_PATH.fullmatch(path)
    if found is None:
        return path
    token, slash, rest = found[2].strip("/ ").partition("/")
    further = slash + rest if _FURTHER.fullmatch(slash + rest) else ""
    return found[1] + tidy_token(token) + further


def with_tidy_tokens(app: WSGIApplication) -> WSGIApplication:
    """The app, asked for what was meant."""

    def tidied(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        raw = str(environ.get("PATH_INFO", ""))
        # WSGI hands over bytes as latin-1 letters.
        path = raw.encode("latin-1", "ignore").decode("utf-8", "ignore")
        tidy = tidy_token_path(path)
        if tidy != path:
            environ["PATH_INFO"] = tidy
        return app(environ, start_response)

    return tidied
