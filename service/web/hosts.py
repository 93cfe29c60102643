"""Requests for hosts that are not ours are refused: what a stranger writes into `Host` stands in no address of ours."""

from collections.abc import Iterable
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.sansio.utils import host_is_trusted

from service.sandbox_keys import is_loopback
from service.settings import Settings

# Balancers ask for these by a machine's number, or with no host at all; no host stands in what they are answered.
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
_WORDS = b"This host is not served here: it is neither that of PUBLIC_URL nor one of FURTHER_HOSTS.\n"
_HEAD = [
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Content-Length", str(len(_WORDS))),
]


def our_hosts(settings: Settings) -> tuple[str, ...]:
    """The names this installation goes by; one that begins with a dot stands for all below it."""
    own = urlsplit(settings.public_url).hostname or ""
    return (own, *settings.web.further_hosts)


def is_ours(host: str, settings: Settings) -> bool:
    """Whether a request's host is one of ours; any name of this machine is where PUBLIC_URL is of this machine."""
    if host_is_trusted(host.lower(), our_hosts(settings)):
        return True
    return is_loopback(settings.public_url) and host_is_trusted(host) and is_loopback(f"//{host}")


def with_our_hosts(app: WSGIApplication, settings: Settings) -> WSGIApplication:
    """The app, for requests that are meant for us; any other is a 421."""

    def guarded(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") in PROBES or is_ours(str(environ.get("HTTP_HOST", "")), settings):
            return app(environ, start_response)
        start_response("421 Misdirected Request", _HEAD)
        return [_WORDS]

    return guarded
