"""What carries the SendGrid package's calls: one pool of connections, one try, a limit on the whole call.

The package opens a new TLS connection and reparses the CA bundle for every call, and waits for ever; only its
innermost leaf is replaced, the documented `client.mail.send.post`.
"""

from dataclasses import dataclass, field
from types import SimpleNamespace

import orjson
import urllib3
from python_http_client.exceptions import HTTPError, err_dict

from service import clock

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 15.0
_CHUNK = 16_384


class TooLate(Exception):
    """The deadline had passed before the first byte was written."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the package expects of a call."""

    status_code: int
    body: bytes
    headers: urllib3.HTTPHeaderDict


@dataclass(slots=True)
class Leaf:
    """`mail.send` of the package's client."""

    url: str
    headers: dict[str, str]
    pool_size: int
    pool: urllib3.PoolManager = field(init=False)

    def __post_init__(self) -> None:
        self.pool = urllib3.PoolManager(
            maxsize=self.pool_size,
            block=False,
            # No retries hidden in the library: each would be a second handover.
            retries=False,
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=TOTAL_SECONDS),
        )

    def post(self, request_body: "Request", **_: object) -> Answer:
        """POST the body once. Raises TooLate, urllib3's own errors, and the package's errors for a status above 399."""
        if clock.monotonic() > request_body.deadline:
            raise TooLate
        give_up = clock.monotonic() + TOTAL_SECONDS
        response = self.pool.request(
            "POST", self.url, body=request_body.body, headers=self.headers, preload_content=False, redirect=False
        )
        body = _read(response, give_up)
        if response.status >= 400:
            kind = err_dict.get(response.status, HTTPError)
            raise kind(response.status, response.reason or "", body, response.headers)
        return Answer(response.status, body, response.headers)


@dataclass(frozen=True, slots=True)
class Request:
    """A body ready to be written, and the moment past which it must not be."""

    body: bytes
    deadline: float

    @classmethod
    def of(cls, payload: dict[str, object], deadline: float) -> "Request":
        return cls(orjson.dumps(payload), deadline)


def _read(response: urllib3.BaseHTTPResponse, give_up: float) -> bytes:
    """Read to the end, but not for ever: a limit per read is no limit when a byte comes every second."""
    try:
        chunks = []
        for chunk in response.stream(_CHUNK, decode_content=True):
            chunks.append(chunk)
            if clock.monotonic() > give_up:
                raise urllib3.exceptions.ReadTimeoutError(None, "", "the whole call took too long")  # type: ignore[arg-type]  # no pool to name
        return b"".join(chunks)
    finally:
        if response.closed:
            response.release_conn()
        else:
            response.close()


def plant(client: object, leaf: Leaf) -> None:
    """Put the leaf in the package's client's place."""
    client.client = SimpleNamespace(mail=SimpleNamespace(send=leaf))  # type: ignore[attr-defined]  # untyped package
