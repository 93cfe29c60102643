"""Threat: strangers who send much and slowly. What waits of them has bounds, and keeps nobody else out."""

import asyncio
from collections.abc import Callable, Iterable
from wsgiref.types import WSGIEnvironment

import pytest

from service.settings import Settings
from service.web import body_sizes
from service.web.body_sizes import EVENTS, FILE, FORM, IMPORT_PATH, WORDS
from service.web.console.access import COOKIE
from service.web.serving.asgi import Event, has_cookie
from service.web.serving.bodies import Body, BodyTooSlow, TooMuchWaits, Waiting, read_body
from service.web.serving.gateway import Gateway
from tests.attacks.test_what_holds_a_thread import Client

PIECE = 64 * 1024
MEGABYTE = 1024 * 1024


def _app(environ: WSGIEnvironment, start_response: Callable[..., object]) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [environ["CONTENT_LENGTH"].encode()]


class Stalling(Client):
    """Sends so many pieces and then nothing more."""

    def sends(self, count: int) -> "Stalling":
        self.events = [{"type": "http.request", "body": b"x" * PIECE, "more_body": True} for _ in range(count)]
        return self

    async def receive(self) -> Event:
        if not self.events:
            await asyncio.Event().wait()
        return self.events.pop(0)


def _file(*cookies: bytes) -> Stalling:
    headers = [(b"content-length", b"%d" % FILE), *((b"cookie", value) for value in cookies)]
    return Stalling(IMPORT_PATH.encode(), headers)


def test_nothing_of_a_stranger_s_file_is_kept(settings: Settings) -> None:
    stranger = _file(b"touchline_consoles=1; other=touchline_console=")

    asyncio.run(Gateway(_app, settings)(stranger.scope, stranger.receive, stranger.send))

    # It was answered although nothing of the file ever came.
    assert stranger.body == b"%d" % FILE


def test_a_session_s_cookie_is_found_among_others() -> None:
    assert has_cookie([(b"cookie", b"a=1; touchline_console=abc")], COOKIE)
    assert has_cookie([(b"cookie", b"a=1"), (b"cookie", b"touchline_console=abc")], COOKIE)
    assert not has_cookie([(b"cookie", b"touchline_console="), (b"x", b"touchline_console=1")], COOKIE)


def test_stalled_files_are_bounded_together_and_keep_no_form_out(settings: Settings) -> None:
    stalled, late = (_file(b"touchline_console=made+up") for _ in range(2))
    form = Client(b"/c/join", [(b"content-length", b"2")])
    form.events = [{"type": "http.request", "body": b"a=", "more_body": False}]

    async def ask() -> None:
        gateway = Gateway(_app, settings, most_waiting={**body_sizes.MOST_WAITING, FILE: MEGABYTE})
        waiting = asyncio.create_task(gateway(stalled.scope, stalled.sends(15).receive, stalled.send))
        while stalled.events:
            await asyncio.sleep(0)
        await gateway(late.scope, late.sends(2).receive, late.send)
        await gateway(form.scope, form.receive, form.send)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

    asyncio.run(ask())

    assert late.status == 503
    assert b"Too much is being sent here at once" in late.body
    assert form.status == 200


def test_room_comes_back_when_a_request_ends_however_it_ends() -> None:
    waiting = Waiting(MEGABYTE)

    async def read(seconds: float, count: int) -> Body:
        client = _file().sends(count)
        return await read_body(
            client.receive, [(b"transfer-encoding", b"chunked")], largest=FILE, seconds=seconds, waiting=waiting
        )

    with pytest.raises(BodyTooSlow):
        asyncio.run(read(-6.0, 3))
    assert waiting.held == 0
    with pytest.raises(TooMuchWaits):
        asyncio.run(read(60.0, 17))
    assert waiting.held == 0


def test_every_size_has_room_of_its_own_for_several() -> None:
    assert set(body_sizes.MOST_WAITING) == {FORM, WORDS, EVENTS, FILE}
    assert all(most >= 5 * size for size, most in body_sizes.MOST_WAITING.items())
