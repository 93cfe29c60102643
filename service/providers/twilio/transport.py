"""What carries the Twilio package's calls: aiohttp, with limits, one try, and no answer shared between callers."""

import logging
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp
from aiohttp import ClientRequest, ClientResponse, ClientSession, ClientTimeout, TCPConnector, encode_basic_auth
from aiohttp.connector import Connection
from twilio.http import AsyncHttpClient
from twilio.http.response import Response

from service import clock

log = logging.getLogger(__name__)

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 15.0
_LONGEST_WAIT = 3600.0


class TooLate(Exception):
    """The deadline had passed before the first byte was written."""


class NeverBegan(Exception):
    """The line failed before the first byte was written: certainly not processed."""


class CutOff(Exception):
    """The line failed after the first byte was written: nobody knows."""


@dataclass(slots=True)
class Call:
    """One request on its way: until when it may begin, and what the package's errors do not tell."""

    deadline: float | None = None
    has_begun: bool = False
    retry_after: float | None = None


# Each task has its own: texts sent at once share a transport and never a call.
CALL: ContextVar[Call] = ContextVar("call")


class _Request(ClientRequest):
    """A request that looks at the clock when it has its connection, just before the first byte."""

    async def send(self, conn: Connection) -> ClientResponse:
        call = CALL.get()
        if call.deadline is not None and clock.monotonic() > call.deadline:
            raise TooLate
        call.has_begun = True
        return await super().send(conn)


def open_session(limit: int, total_seconds: float) -> ClientSession:
    """A pool of connections; must be called inside the running loop."""
    connector = TCPConnector(limit=limit, limit_per_host=limit)
    timeout = ClientTimeout(total=total_seconds, sock_connect=CONNECT_SECONDS)
    return ClientSession(connector=connector, timeout=timeout, trust_env=False, request_class=_Request)


class Transport(AsyncHttpClient):
    """The package's documented extension point. Every request belongs to the task's own `CALL`."""

    def __init__(self, session: ClientSession) -> None:
        super().__init__(log, True, TOTAL_SECONDS)
        self._session = session

    async def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """Make one call, once. Raises TooLate, NeverBegan and CutOff."""
        call = CALL.get()
        sent = dict(headers or {})
        if auth is not None:
            sent["Authorization"] = encode_basic_auth(*auth)
        body = None
        if data is not None:
            # Spelled here: a form of aiohttp's own is made of five times as many pieces.
            body = urlencode(_plain(data) or []).encode("ascii")
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            async with self._session.request(
                method, url, params=_plain(params), data=body, headers=sent, allow_redirects=False
            ) as answer:
                call.retry_after = _retry_after(answer.headers)
                return Response(answer.status, await answer.text(errors="replace"), answer.headers)
        except (aiohttp.ClientError, TimeoutError, OSError) as broken:
            raise (CutOff if call.has_begun else NeverBegan)(type(broken).__name__) from broken


def _plain(values: Mapping[str, object] | None) -> list[tuple[str, str]] | None:
    if values is None:
        return None
    flat = []
    for name, value in values.items():
        for one in value if isinstance(value, list | tuple) else (value,):
            flat.append((name, str(one)))
    return flat


def _retry_after(headers: Mapping[str, str]) -> float | None:
    try:
        return min(max(0.0, float(headers["Retry-After"])), _LONGEST_WAIT)
    except (KeyError, ValueError):
        return None
