"""What the server calls: reads each request whole, then runs the app in a thread, webhooks in threads of their own.

A client that sends its body slowly, or never, holds a connection and no thread
(docs/decisions/0015-whole-requests-before-threads.md).
"""

import logging
from collections.abc import Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIApplication

from service.settings import Settings, load_settings
from service.web import body_sizes
from service.web.app import create_app
from service.web.console.access import COOKIE
from service.web.hosts import PROBES
from service.web.serving.answers import answer_request
from service.web.serving.asgi import Headers, Receive, Scope, Send, has_cookie, headers_of
from service.web.serving.bodies import Body, BodyTooSlow, ClientGone, TooMuchWaits, Waiting, read_body
from service.web.serving.environ import environ_of, raw_path
from service.web_settings import WebPart

log = logging.getLogger(__name__)

_PLAIN = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"), (b"connection", b"close")]
# Whoever takes nothing of an answer for so long has stopped reading.
_READ_SECONDS = 60.0


class Gateway:
    """The app behind ASGI."""

    def __init__(
        self,
        app: WSGIApplication,
        settings: Settings,
        *,
        read_seconds: float = _READ_SECONDS,
        most_waiting: Mapping[int, int] = body_sizes.MOST_WAITING,
    ) -> None:
        self._app, self._web, self._read_seconds = app, settings.web, read_seconds
        self._pages = ThreadPoolExecutor(self._web.web_threads, "pages")
        self._hooks = ThreadPoolExecutor(self._web.web_hook_threads, "hooks")
        self._waiting = {size: Waiting(most) for size, most in most_waiting.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = unquote_to_bytes(raw_path(scope)).decode("utf-8", "replace")
        if not self._is_served(path):
            await _say(send, 404, "This process serves another part of the site.")
            return
        try:
            body = await self._read(path, receive, headers_of(scope))
        except TooMuchWaits:
            log.warning("a request was turned away: too much of others waits to come whole")
            await _say(send, 503, "Too much is being sent here at once. Please try again in a minute.")
            return
        except BodyTooSlow:
            log.warning("a request did not come whole in time", extra={"seconds": self._web.web_body_seconds})
            await _say(send, 408, "The request did not come whole in time. Please try again.")
            return
        except ClientGone:
            return
        try:
            await answer_request(
                self._app, environ_of(scope, body), self._threads(path), send, read_seconds=self._read_seconds
            )
        except TimeoutError:
            log.warning("an answer was not read to its end")
        finally:
            body.close()

    async def _read(self, path: str, receive: Receive, headers: Headers) -> Body:
        largest = body_sizes.largest(path, has_session=has_cookie(headers, COOKIE))
        waiting, seconds = self._waiting[largest], self._web.web_body_seconds
        return await read_body(receive, headers, largest=largest, seconds=seconds, waiting=waiting)

    def _threads(self, path: str) -> Executor:
        """Pages never take the threads of webhooks, nor of whoever asks whether the process lives."""
        return self._hooks if _is_hook(path) or path == "/healthz" else self._pages

    def _is_served(self, path: str) -> bool:
        if self._web.web_part is WebPart.ALL or path in PROBES:
            return True
        return _is_hook(path) is (self._web.web_part is WebPart.HOOKS)


def _is_hook(path: str) -> bool:
    return path.startswith("/hooks/")


async def _say(send: Send, status: int, words: str) -> None:
    await send({"type": "http.response.start", "status": status, "headers": _PLAIN})
    await send({"type": "http.response.body", "body": f"{words}\n".encode(), "more_body": False})


def create_gateway() -> Gateway:
    """The gateway of a web process. Raises SettingsError where a setting is missing or malformed."""
    settings = load_settings()
    return Gateway(create_app(settings).wsgi_app, settings)
