"""Providers that take everything, as fast as Python can: an email API, a text API and an SMTP server."""

import argparse
import asyncio
import itertools
import sys
from abc import abstractmethod

_ids = itertools.count(1)


class HttpSink(asyncio.Protocol):
    """Reads a request and gives the same answer to each. `delay`: seconds before it."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._head = b""
        self._body_left = 0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        # A body is counted, not kept: the sink must cost as little as it can beside what is measured.
        while data:
            if self._body_left:
                taken = min(self._body_left, len(data))
                self._body_left -= taken
                data = data[taken:]
            else:
                self._head += data
                end = self._head.find(b"\r\n\r\n")
                if end < 0:
                    return
                head, data, self._head = self._head[:end].lower(), self._head[end + 4 :], b""
                place = head.find(b"content-length:")
                self._body_left = int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
                if self._body_left:
                    continue
            if not self._body_left:
                asyncio.get_running_loop().call_later(self._delay, self._answer) if self._delay else self._answer()

    def _answer(self) -> None:
        if self._transport is not None:
            self._transport.write(self.answer(next(_ids)))

    @abstractmethod
    def answer(self, number: int) -> bytes:
        """The bytes of an answer."""


class EmailSink(HttpSink):
    """As SendGrid: 202 and a message id."""

    def answer(self, number: int) -> bytes:
        return b"HTTP/1.1 202 Accepted\r\nX-Message-Id: sink%d\r\nContent-Length: 0\r\n\r\n" % number


class TextSink(HttpSink):
    """As Twilio: 201 and the message as JSON."""

    def answer(self, number: int) -> bytes:
        sid = b"SM%032x" % number
        body = b'{"sid":"%s","status":"queued","direction":"outbound-api","error_code":null,"uri":"/x","to":"x"}' % sid
        return (
            b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        )


class MailServer(asyncio.Protocol):
    """As a mail server that knows PIPELINING and takes every letter."""

    def __init__(self, _: float) -> None:
        self._waiting = bytearray()
        self._in_letter = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport
            transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        answers = bytearray()
        while True:
            if self._in_letter:
                end = self._waiting.find(b"\r\n.\r\n")
                if end < 0:
                    break
                del self._waiting[: end + 5]
                self._in_letter = False
                answers += b"250 taken\r\n"
                continue
            end = self._waiting.find(b"\r\n")
            if end < 0:
                break
            word = bytes(self._waiting[:4]).upper()
            del self._waiting[: end + 2]
            answers += self._answer(word)
        if self._transport is not None and answers:
            self._transport.write(bytes(answers))

    def _answer(self, word: bytes) -> bytes:
        if word == b"EHLO":
            return b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n"
        if word == b"DATA":
            self._in_letter = True
            return b"354 go on\r\n"
        return b"221 bye\r\n" if word == b"QUIT" else b"250 fine\r\n"


KINDS = {"email": EmailSink, "sms": TextSink, "smtp": MailServer}


async def main(kind: str, port: int, delay: float) -> None:
    """Listen on loopback until killed."""
    server = await asyncio.get_running_loop().create_server(lambda: KINDS[kind](delay), "127.0.0.1", port)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--kind", choices=sorted(KINDS), default="email")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--delay", type=float, default=0.0)
    arguments = parser.parse_args()
    asyncio.run(main(arguments.kind, arguments.port, arguments.delay))
