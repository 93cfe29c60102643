"""Runs the app in a thread and sends what it answers; whoever reads slowly holds no thread."""

import asyncio
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field
from types import TracebackType
from wsgiref.types import WSGIApplication, WSGIEnvironment

from service.web.even_time import HELD_BACK, HeldBack
from service.web.serving.asgi import Event, Headers, Send

# Pages are smaller and go out at once; what is larger goes in pieces of this size, each made when the last one is out.
_AT_ONCE = 256 * 1024
_ExcInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]


@dataclass(slots=True)
class Answer:
    """What the app answers: its head, and its body piece by piece."""

    status: int = 500
    headers: Headers = field(default_factory=list)
    pieces: Iterator[bytes] = field(default_factory=lambda: iter(()))
    source: Iterable[bytes] = ()
    is_whole: bool = False

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: _ExcInfo | None = None, /) -> None:
        """WSGI's start_response."""
        self.status = int(status.split(" ", 1)[0])
        self.headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]

    def next_piece(self) -> bytes:
        """The next part of the body; `is_whole` afterwards where it was the last one."""
        taken, size = [], 0
        for piece in self.pieces:
            taken.append(piece)
            size += len(piece)
            if size >= _AT_ONCE:
                return b"".join(taken)
        self.is_whole = True
        return b"".join(taken)

    def close(self) -> None:
        """Let the app know that it is done with."""
        if callable(close := getattr(self.source, "close", None)):
            close()


def _begin(app: WSGIApplication, environ: WSGIEnvironment) -> tuple[Answer, bytes]:
    answer = Answer()
    answer.source = app(environ, answer.start)  # type: ignore[arg-type]  # the write() of old is not offered
    answer.pieces = iter(answer.source)
    try:
        first = answer.next_piece()
    except BaseException:
        answer.close()
        raise
    if answer.is_whole:
        answer.close()
    return answer, first


async def answer_request(
    app: WSGIApplication, environ: WSGIEnvironment, threads: Executor, send: Send, *, read_seconds: float
) -> None:
    """Run the app in one of the threads and send its answer, a thread being held only while the app works.

    What the app holds back waits here, and takes no thread. Raises TimeoutError where the client takes nothing of a large answer for so long.
    """
    loop = asyncio.get_running_loop()
    held_back = environ[HELD_BACK] = HeldBack()
    answer, piece = await loop.run_in_executor(threads, _begin, app, environ)
    if seconds := held_back.seconds_left():
        await asyncio.sleep(seconds)
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    if answer.is_whole:
        await send(_part(piece, is_last=True))
        return
    try:
        is_last = False
        while not is_last:
            async with asyncio.timeout(read_seconds):
                await send(_part(piece, is_last=False))
            piece = await loop.run_in_executor(threads, answer.next_piece)
            is_last = answer.is_whole
        await send(_part(piece, is_last=True))
    finally:
        await loop.run_in_executor(threads, answer.close)


def _part(piece: bytes, *, is_last: bool) -> Event:
    return {"type": "http.response.body", "body": piece, "more_body": not is_last}
