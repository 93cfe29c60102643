"""Small servers that answer as a test tells them, byte by byte: the faults no library would let a server commit."""

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import BinaryIO
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it arrived."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Slowly:
    """An answer given a byte at a time."""

    said: bytes
    pause: float


class Rude(Exception):
    """The server ends the connection here, perhaps in mid-sentence; `resets` with a RST, otherwise as if finished."""

    def __init__(self, *, resets: bool, said: bytes = b"") -> None:
        super().__init__()
        self.resets, self.said = resets, said


Answer = Callable[[Asked], bytes | Slowly]


def http(status: int, body: bytes = b"", **headers: str) -> bytes:
    """A whole HTTP answer; header names are written with underscores."""
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def resetting(_: Asked) -> bytes:
    raise Rude(resets=True)


def hanging_up(_: Asked) -> bytes:
    raise Rude(resets=False)


def breaking_off(_: Asked) -> bytes:
    raise Rude(resets=False, said=b"HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\nX-Message-Id: abc\r\n\r\nhalf")


@dataclass(slots=True)
class Server:
    """Listens on loopback; keeps every request it was sent whole."""

    answer: Answer
    tls: ssl.SSLContext | None = None
    asked: list[Asked] = field(default_factory=list)
    connection_count: int = 0
    most_at_once: int = 0
    # How many answers, given a byte at a time, were listened to from beginning to end.
    ends: int = 0
    _at_once: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _listening: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0), backlog=1024))
    _open: list[socket.socket] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self._listening.getsockname()[1]}"

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                taken, _ = self._listening.accept()
                self.connection_count += 1
                self._open.append(taken)
                thread = threading.Thread(target=self._talk, args=(taken,), daemon=True)
                thread.start()
                self._threads.append(thread)

    def stop(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for taken in list(self._open):
            with suppress(OSError):
                taken.shutdown(socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join(60)

    def _talk(self, taken: socket.socket) -> None:
        if self.tls is not None:
            try:
                taken = self.tls.wrap_socket(taken, server_side=True)
                self._open.append(taken)
            except OSError:
                # A guest who does not trust us hangs up here.
                taken.close()
                return
        with taken, suppress(OSError, EOFError):
            incoming = taken.makefile("rb")
            try:
                while True:
                    self._answer(taken, _read(incoming))
            except Rude as rude:
                taken.sendall(rude.said)
                if rude.resets:
                    taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            finally:
                incoming.close()

    def _answer(self, taken: socket.socket, asked: Asked) -> None:
        with self._lock:
            self.asked.append(asked)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            said = self.answer(asked)
        finally:
            with self._lock:
                self._at_once -= 1
        if isinstance(said, bytes):
            taken.sendall(said)
            return
        for place in range(len(said.said)):
            taken.sendall(said.said[place : place + 1])
            time.sleep(said.pause)
        self.ends += 1


def _read(incoming: BinaryIO) -> Asked:
    line = incoming.readline().decode("latin-1").strip()
    if not line:
        raise EOFError
    headers: dict[str, str] = {}
    while header := incoming.readline().decode("latin-1").strip():
        name, _, value = header.partition(":")
        headers[name.strip().title()] = value.strip()
    return Asked(line, headers, incoming.read(int(headers.get("Content-Length", "0"))))


@contextmanager
def serving(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server for the length of a test."""
    server = Server(answer, tls)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join(60)


@contextmanager
def silent() -> Iterator[str]:
    """An address where connections are taken and nobody ever says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


def nobody() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return f"127.0.0.1:{listening.getsockname()[1]}"
