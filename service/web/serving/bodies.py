"""Reads the body of a request whole before any thread is taken for it, within a size and a time."""

import asyncio
from dataclasses import dataclass
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO

from service.web.serving.asgi import Headers, Receive

# What is larger waits in a file: many who send slowly must not fill the memory.
_IN_MEMORY = 256 * 1024
# A large file may take longer: a second more for so many bytes that came.
_SLOWEST_PER_SECOND = 32 * 1024


class BodyTooSlow(Exception):
    """The body of a request did not come within its time."""


class ClientGone(Exception):
    """Whoever sent the request went before it was whole."""


@dataclass(frozen=True, slots=True)
class Body:
    """A body that came whole; or nothing but its length, where that is more than may be sent there."""

    stream: IO[bytes]
    length: int


async def read_body(receive: Receive, headers: Headers, *, largest: int, seconds: float) -> Body:
    """The body, sent at once or in chunks. Raises BodyTooSlow and ClientGone.

    What is larger than `largest` is not read to its end: the app sees how long it is, and refuses it by that.
    """
    declared = _declared(headers)
    if declared == 0 or (declared or 0) > largest:
        return Body(BytesIO(), declared or 0)
    stream: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed by whoever answers the request
    try:
        length = await _fill(stream, receive, largest, seconds)
    except BaseException:
        stream.close()
        raise
    if declared is not None and length < declared:
        stream.close()
        raise ClientGone
    stream.seek(0)
    return Body(stream, length)


def _declared(headers: Headers) -> int | None:
    """How long the body is said to be; None where it comes in chunks."""
    found = dict(headers)
    if b"transfer-encoding" in found:
        return None
    length = found.get(b"content-length", b"0")
    # The server has refused whatever is no number.
    return int(length) if length.isdigit() else 0


async def _fill(stream: IO[bytes], receive: Receive, largest: int, seconds: float) -> int:
    length, began, is_whole = 0, asyncio.get_running_loop().time(), False
    try:
        async with asyncio.timeout(seconds) as deadline:
            while not is_whole and length <= largest:
                event = await receive()
                if event["type"] == "http.disconnect":
                    raise ClientGone
                piece = event.get("body", b"")
                if isinstance(piece, bytes) and piece:
                    length += len(piece)
                    stream.write(piece)
                    deadline.reschedule(began + seconds + length / _SLOWEST_PER_SECOND)
                is_whole = not event.get("more_body", False)
    except TimeoutError:
        raise BodyTooSlow from None
    return length
