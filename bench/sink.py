"""A provider that takes everything: reads a request, answers 202 with an id, as fast as Python can."""

import argparse
import asyncio
import itertools
import sys

_ids = itertools.count(1)


class Sink(asyncio.Protocol):
    """One connection. `delay`: seconds before each answer."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._waiting = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while (end := self._waiting.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._waiting[:end]).lower()
            place = head.find(b"content-length:")
            length = int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
            if len(self._waiting) < end + 4 + length:
                return
            del self._waiting[: end + 4 + length]
            asyncio.get_running_loop().call_later(self._delay, self._answer) if self._delay else self._answer()

    def _answer(self) -> None:
        if self._transport is not None:
            self._transport.write(
                b"HTTP/1.1 202 Accepted\r\nX-Message-Id: sink%d\r\nContent-Length: 0\r\n\r\n" % next(_ids)
            )


async def main(port: int, delay: float) -> None:
    """Listen on loopback until killed."""
    server = await asyncio.get_running_loop().create_server(lambda: Sink(delay), "127.0.0.1", port)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--delay", type=float, default=0.0)
    arguments = parser.parse_args()
    asyncio.run(main(arguments.port, arguments.delay))
