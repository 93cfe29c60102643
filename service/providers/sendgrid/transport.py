"""What carries the SendGrid package's calls: one pool of connections, one try, a limit on the whole call.

The package opens a new TLS connection and reparses the CA bundle for every call, and waits for ever; only its
innermost leaf is replaced, the documented `client.mail.send.post`.
"""

import socket
import threading
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from http.client import HTTPException
from ssl import create_default_context
from types import SimpleNamespace
from typing import ClassVar

import orjson
import urllib3
from python_http_client.exceptions import HTTPError, err_dict
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from service import clock

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 15.0
# A refusal whose status says everything; a 400 without its body would not say who was refused.
_PLAIN_REFUSALS = frozenset({401, 403, 404, 413, 429})
_BROKEN = (urllib3.exceptions.HTTPError, HTTPException, OSError)


class TooLate(Exception):
    """The deadline had passed before the first byte was written."""


class NeverBegan(Exception):
    """The line failed before the first byte was written: certainly not processed."""


class CutOff(Exception):
    """The line failed after the first byte was written: nobody knows."""


@dataclass(slots=True)
class _Call:
    """One call on its way: until when it may begin, by when it must end, and whether a byte was written."""

    deadline: float
    gives_up_at: float
    has_begun: bool = False
    line: "_Line | None" = None

    def begin(self, line: "_Line") -> None:
        """Take the line over for this call. Raises TooLate."""
        now = clock.monotonic()
        if now > min(self.deadline, self.gives_up_at):
            raise TooLate
        with _handing:
            self.line, line.call, self.has_begun = line, self, True

    def cut(self) -> None:
        """End the call from another thread: a limit per read is no limit when a byte comes every second."""
        with _handing:
            held = self.line.sock if self.line is not None and self.line.call is self else None
        if held is not None:
            with suppress(OSError):
                # Not the TLS socket's own shutdown, which is not made for another thread.
                socket.socket.shutdown(held, socket.SHUT_RDWR)


_call: ContextVar[_Call] = ContextVar("_call")
# A line goes back to the pool before its call has ended: `cut` must not meet the next call on it.
_handing = threading.Lock()


class _Line(HTTPConnection):
    """A connection that looks at the clock just before the first byte, and remembers that it wrote one."""

    call: _Call | None = None

    def send(self, data: object) -> None:
        if self.sock is None:
            self.connect()
        call = _call.get()
        if not call.has_begun:
            call.begin(self)
        self.sock.settimeout(max(0.001, call.gives_up_at - clock.monotonic()))
        super().send(data)  # type: ignore[arg-type]  # what urllib3 gives, passed on


class _SafeLine(_Line, HTTPSConnection):
    """The same over TLS."""


class _Lines(HTTPConnectionPool):
    ConnectionCls: ClassVar[type[HTTPConnection]] = _Line  # type: ignore[misc]  # urllib3 declares no ClassVar


class _SafeLines(HTTPSConnectionPool):
    ConnectionCls: ClassVar[type[HTTPSConnection]] = _SafeLine  # type: ignore[misc]  # urllib3 declares no ClassVar


@dataclass(frozen=True, slots=True)
class Answer:
    """What the package expects of a call."""

    status_code: int
    body: bytes
    headers: urllib3.HTTPHeaderDict


@dataclass(frozen=True, slots=True)
class Request:
    """A body ready to be written, and the moment past which it must not be."""

    body: bytes
    deadline: float

    @classmethod
    def of(cls, payload: dict[str, object], deadline: float) -> "Request":
        return cls(orjson.dumps(payload), deadline)


@dataclass(slots=True)
class Leaf:
    """`mail.send` of the package's client."""

    url: str
    headers: dict[str, str]
    pool_size: int
    total_seconds: float = TOTAL_SECONDS
    pool: urllib3.PoolManager = field(init=False)

    def __post_init__(self) -> None:
        self.pool = urllib3.PoolManager(
            maxsize=self.pool_size,
            block=False,
            # No retries hidden in the library: each would be a second handover.
            retries=False,
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=self.total_seconds),
            # Made once: reading the CA bundle takes longer than a call.
            ssl_context=create_default_context(),
        )
        self.pool.pool_classes_by_scheme = {"http": _Lines, "https": _SafeLines}

    def post(self, request_body: Request, **_: object) -> Answer:
        """POST the body once. Raises TooLate, NeverBegan, CutOff, and the package's errors for a status above 399."""
        call = _Call(request_body.deadline, clock.monotonic() + self.total_seconds)
        mine = _call.set(call)
        watch = threading.Timer(self.total_seconds, call.cut)
        watch.daemon = True
        watch.start()
        try:
            return self._post(request_body.body)
        except _BROKEN as broken:
            raise (CutOff if call.has_begun else NeverBegan)(type(broken).__name__) from broken
        finally:
            watch.cancel()
            _call.reset(mine)

    def close(self) -> None:
        """Hang up. Left to itself urllib3 does so whenever its pools happen to be collected."""
        self.pool.connection_from_url(self.url).close()
        self.pool.clear()

    def _post(self, body: bytes) -> Answer:
        response = self.pool.request(
            "POST", self.url, body=body, headers=self.headers, preload_content=False, redirect=False
        )
        try:
            said = response.read()
        except _BROKEN:
            if response.status not in _PLAIN_REFUSALS:
                raise
            said = b""
        finally:
            response.release_conn()
        if response.status >= 400:
            kind = err_dict.get(response.status, HTTPError)
            raise kind(response.status, response.reason or "", said, response.headers)
        return Answer(response.status, said, response.headers)


def plant(client: object, leaf: Leaf) -> None:
    """Put the leaf in the package's client's place."""
    client.client = SimpleNamespace(mail=SimpleNamespace(send=leaf))  # type: ignore[attr-defined]  # untyped package
