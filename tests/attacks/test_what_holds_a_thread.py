"""Threats: pages that take every thread, clients that read slowly, headers that pass for those of a proxy of ours."""

import asyncio
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from wsgiref.types import WSGIApplication, WSGIEnvironment

import pytest

from service.settings import Settings
from service.web.body_sizes import largest
from service.web.serving.asgi import Event, Headers, Scope
from service.web.serving.gateway import Gateway

_PIECE = b"x" * 400_000


@dataclass
class Client:
    """One request, and what has come of its answer. A client that does not read takes nothing until `reads` is set."""

    path: bytes = b"/"
    headers: Headers = field(default_factory=list)
    events: list[Event] = field(default_factory=lambda: [{"type": "http.request", "body": b"", "more_body": False}])
    reads: asyncio.Event | None = None
    got: list[Event] = field(default_factory=list)

    @property
    def scope(self) -> Scope:
        path, _, query = self.path.partition(b"?")
        of = {"type": "http", "method": "POST" if len(self.headers) else "GET", "scheme": "http", "http_version": "1.1"}
        return {
            **of,
            "path": path.decode(),
            "raw_path": path,
            "query_string": query,
            "headers": self.headers,
            "client": ("192.0.2.7", 1),
            "server": ("127.0.0.1", 8000),
        }

    async def receive(self) -> Event:
        return self.events.pop(0)

    async def send(self, event: Event) -> None:
        self.got.append(event)
        if self.reads is not None and event["type"] == "http.response.body":
            await self.reads.wait()

    @property
    def status(self) -> object:
        return self.got[0]["status"] if self.got else None

    @property
    def body(self) -> bytes:
        return b"".join(event["body"] for event in self.got[1:] if isinstance(event["body"], bytes))


def _one_thread_each(settings: Settings, app: WSGIApplication) -> Gateway:
    return Gateway(app, replace(settings, web=replace(settings.web, web_threads=1, web_hook_threads=1)))


def _answering(body: Callable[[WSGIEnvironment], Iterable[bytes]]) -> WSGIApplication:
    def app(environ: WSGIEnvironment, start_response: Callable[..., object]) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return body(environ)

    return app


def test_webhooks_go_on_while_every_thread_of_the_pages_is_taken(settings: Settings) -> None:
    end, page, hook, alive = threading.Event(), Client(b"/slow"), Client(b"/hooks/twilio/sms"), Client(b"/healthz")

    def body(environ: WSGIEnvironment) -> list[bytes]:
        if environ["PATH_INFO"] == "/slow":
            end.wait()
        return [b"done"]

    async def ask() -> None:
        gateway = _one_thread_each(settings, _answering(body))
        waiting = asyncio.create_task(gateway(page.scope, page.receive, page.send))
        for other in (hook, alive):
            await gateway(other.scope, other.receive, other.send)
        assert page.status is None
        end.set()
        await waiting

    asyncio.run(ask())

    assert (hook.status, alive.status, page.status) == (200, 200, 200)


def test_who_reads_slowly_holds_no_thread_and_gets_all_of_it(settings: Settings) -> None:
    slow, quick = Client(b"/file"), Client(b"/page")

    def body(environ: WSGIEnvironment) -> Iterable[bytes]:
        return iter([_PIECE] * 5) if environ["PATH_INFO"] == "/file" else [b"done"]

    async def ask() -> None:
        slow.reads = asyncio.Event()
        gateway = _one_thread_each(settings, _answering(body))
        reading = asyncio.create_task(gateway(slow.scope, slow.receive, slow.send))
        await gateway(quick.scope, quick.receive, quick.send)
        assert slow.body == b"" or len(slow.body) <= len(_PIECE)
        slow.reads.set()
        await reading

    asyncio.run(ask())

    assert quick.body == b"done"
    assert slow.body == _PIECE * 5


def test_who_stops_reading_is_let_go_and_the_answer_closed(settings: Settings) -> None:
    closed, client = [], Client(b"/file")

    def body(_: WSGIEnvironment) -> Iterable[bytes]:
        try:
            yield from [_PIECE] * 5
        finally:
            closed.append(True)

    async def ask() -> None:
        client.reads = asyncio.Event()
        gateway = Gateway(_answering(body), settings, read_seconds=0.01)
        await gateway(client.scope, client.receive, client.send)

    asyncio.run(ask())

    assert closed == [True]
    assert client.body == _PIECE


def _seen(settings: Settings, client: Client) -> WSGIEnvironment:
    seen: list[WSGIEnvironment] = []

    def body(environ: WSGIEnvironment) -> list[bytes]:
        seen.append({**environ, "body": environ["wsgi.input"].read()})
        return []

    asyncio.run(_one_thread_each(settings, _answering(body))(client.scope, client.receive, client.send))
    return seen[0]


def test_a_header_with_underscores_does_not_pass_for_a_proxys(settings: Settings) -> None:
    headers = [(b"x-forwarded-for", b"198.51.100.1"), (b"x_forwarded_for", b"203.0.113.66")]

    assert _seen(settings, Client(headers=headers))["HTTP_X_FORWARDED_FOR"] == "198.51.100.1"


def test_path_and_query_reach_the_app_as_they_were_sent_and_decoded(settings: Settings) -> None:
    seen = _seen(settings, Client(b"/hooks/a%20b/%C3%A9?c=%20d"))

    assert seen["RAW_URI"] == "/hooks/a%20b/%C3%A9?c=%20d"
    assert seen["PATH_INFO"].encode("latin-1").decode() == "/hooks/a b/é"
    assert seen["QUERY_STRING"] == "c=%20d"


def test_a_body_in_chunks_is_whole_and_has_its_length(settings: Settings) -> None:
    pieces: list[Event] = [
        {"type": "http.request", "body": b"Body=", "more_body": True},
        {"type": "http.request", "body": b"STOP", "more_body": False},
    ]

    seen = _seen(settings, Client(headers=[(b"transfer-encoding", b"chunked")], events=pieces))

    assert (seen["body"], seen["CONTENT_LENGTH"]) == (b"Body=STOP", "9")
    assert "HTTP_TRANSFER_ENCODING" not in seen


@pytest.mark.parametrize(
    "events",
    [
        [{"type": "http.request", "body": b"Body", "more_body": True}, {"type": "http.disconnect"}],
        [{"type": "http.request", "body": b"Body", "more_body": False}],
    ],
)
def test_half_a_body_never_reaches_the_app(settings: Settings, events: list[Event]) -> None:
    client = Client(headers=[(b"content-length", b"9")], events=events)

    def body(_: WSGIEnvironment) -> list[bytes]:
        raise AssertionError("half a body was handed over")

    asyncio.run(_one_thread_each(settings, _answering(body))(client.scope, client.receive, client.send))

    assert client.got == []


def test_only_the_import_takes_a_file_and_only_of_a_browser_with_a_session() -> None:
    assert largest("/console/supporters/import", has_session=True) == 25 * 1024 * 1024
    assert largest("/console/supporters/import", has_session=False) == 64 * 1024
    assert largest("/console/campaigns/c/blasts/schedule", has_session=False) == 500_000
    assert largest("/hooks/sendgrid/events", has_session=False) == 8 * 1024 * 1024
    small = ("/", "/c/join", "/hooks/twilio/sms", "/leave/x")
    assert {largest(path, has_session=True) for path in small} == {64 * 1024}
