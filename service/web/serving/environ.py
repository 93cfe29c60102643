"""A request as WSGI hands it to the app."""

import sys
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIEnvironment

from service.web.serving.asgi import Scope, headers_of
from service.web.serving.bodies import Body

# The body stands there whole, however it came.
_OF_THE_BODY = frozenset({"content-length", "transfer-encoding", "expect", "trailer"})


def raw_path(scope: Scope) -> bytes:
    """The path as it was sent, nothing decoded."""
    found = scope.get("raw_path")
    return found if isinstance(found, bytes) else str(scope["path"]).encode()


def environ_of(scope: Scope, body: Body) -> WSGIEnvironment:
    """What WSGI (PEP 3333) asks for, and the path and query as they were sent."""
    path, query = raw_path(scope), _bytes(scope["query_string"])
    host, port = _pair(scope.get("server"))
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": str(scope["method"]),
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query.decode("latin-1"),
        "RAW_URI": (path + (b"?" + query if query else b"")).decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "REMOTE_ADDR": _pair(scope.get("client"))[0],
        "CONTENT_LENGTH": str(body.length),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": str(scope["scheme"]),
        "wsgi.input": body.stream,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in _headers(scope):
        seen = environ.get(name)
        environ[name] = value if seen is None else f"{seen}{'; ' if name == 'HTTP_COOKIE' else ','}{value}"
    return environ


def _headers(scope: Scope) -> list[tuple[str, str]]:
    found = []
    for raw, value in headers_of(scope):
        name = raw.decode("latin-1")
        # `x_forwarded_for` would pass for the header of a proxy of ours: with underscores there is no such header.
        if name in _OF_THE_BODY or "_" in name:
            continue
        wsgi = "CONTENT_TYPE" if name == "content-type" else f"HTTP_{name.upper().replace('-', '_')}"
        found.append((wsgi, value.decode("latin-1")))
    return found


def _pair(address: object) -> tuple[str, str]:
    return (str(address[0]), str(address[1])) if isinstance(address, tuple | list) and len(address) == 2 else ("", "")


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""
