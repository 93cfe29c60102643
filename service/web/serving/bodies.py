"""Reads the body of a request whole before any thread is taken for it, within a size and a time."""

import asyncio
from dataclasses import dataclass
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO

from service.web.serving.asgi import Headers, Receive

# What is larger waits in a file: many who send slowly must not fill the memory.
_IN_MEMORY = 32 * 1024
# A large file may take longer: a second more for so many bytes that came.
_SLOWEST_PER_SECOND = 32 * 1024


class BodyTooSlow(Exception):
    """The body of a request did not come within its time."""


class ClientGone(Exception):
    """Whoever sent the request went before it was whole."""


class TooMuchWaits(Exception):
    """As much as may waits in this process already."""


@dataclass(slots=True)
class Waiting:
    """How many bytes of bodies wait here, and how many may."""

    most: int
    held: int = 0

    def take(self, size: int) -> None:
        """Make room for so many more. Raises TooMuchWaits."""
        if self.held + size > self.most:
            raise TooMuchWaits
        self.held += size


@dataclass(slots=True)
class Body:
    """A body that came whole; or nothing but its length, where that is more than may be sent there."""

    stream: IO[bytes]
    length: int
    waiting: Waiting
    held: int = 0

    def write(self, piece: bytes) -> None:
        """Keep what came. Raises TooMuchWaits."""
        self.waiting.take(len(piece))
        self.held += len(piece)
        self.length += len(piece)
        self.stream.write(piece)

    def close(self) -> None:
        """Let it go, and its room with it."""
        self.stream.close()
        self.waiting.held -= self.held
        self.held = 0


async def read_body(receive: Receive, headers: Headers, *, largest: int, seconds: float, waiting: Waiting) -> Body:
    """The body, sent at once or in chunks; close it. Raises BodyTooSlow, ClientGone and TooMuchWaits.

    What is larger than `largest` is not read to its end: the app sees how long it is, and refuses it by that.
    """
    declared = _declared(headers)
    if declared == 0 or (declared or 0) > largest:
        return Body(BytesIO(), declared or 0, waiting)
    body = Body(SpooledTemporaryFile(_IN_MEMORY), 0, waiting)  # noqa: SIM115 - closed by whoever answers the request
    try:
        await _fill(body, receive, largest, seconds)
        if declared is not None and body.length < declared:
            raise ClientGone
    except BaseException:
        body.close()
        raise
    body.stream.seek(0)
    return body


def _declared(headers: Headers) -> int | None:
    """How long the body is said to be; None where it comes in chunks."""
    found = dict(headers)
    if b"transfer-encoding" in found:
        return None
    length = found.get(b"content-length", b"0")
    # The server has refused whatever is no number.
    return int(length) if length.isdigit() else 0


async def _fill(body: Body, receive: Receive, largest: int, seconds: float) -> None:
    began, is_whole = asyncio.get_running_loop().time(), False
    try:
        async with asyncio.timeout(seconds) as deadline:
            while not is_whole and body.length <= largest:
                event = await receive()
                if event["type"] == "http.disconnect":
                    raise ClientGone
                piece = event.get("body", b"")
                if isinstance(piece, bytes) and piece:
                    body.write(piece)
                    deadline.reschedule(began + seconds + body.length / _SLOWEST_PER_SECOND)
                is_whole = not event.get("more_body", False)
    except TimeoutError:
        raise BodyTooSlow from None
