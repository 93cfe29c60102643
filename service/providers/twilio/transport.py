"""What carries the Twilio package's calls: aiohttp, with limits, one try, and no answer shared between callers."""

import logging
from collections.abc import Mapping
from typing import Any

import aiohttp
from aiohttp import ClientSession, ClientTimeout, TCPConnector, encode_basic_auth
from twilio.http import AsyncHttpClient
from twilio.http.response import Response

from service import clock

log = logging.getLogger(__name__)

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 15.0


class TooLate(Exception):
    """The deadline had passed before the first byte was written."""


def open_session(limit: int) -> ClientSession:
    """A pool of connections; must be called inside the running loop."""
    connector = TCPConnector(limit=limit, limit_per_host=limit)
    timeout = ClientTimeout(total=TOTAL_SECONDS, sock_connect=CONNECT_SECONDS)
    return ClientSession(connector=connector, timeout=timeout, trust_env=False)


class Transport(AsyncHttpClient):
    """The package's documented extension point. `deadline` is read by every request just before it is written."""

    def __init__(self, session: ClientSession) -> None:
        super().__init__(log, True, TOTAL_SECONDS)
        self._session = session
        self.deadline: float | None = None

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
        """Make one call, once."""
        if self.deadline is not None and clock.monotonic() > self.deadline:
            raise TooLate
        sent: dict[str, Any] = dict(headers or {})
        if auth is not None:
            sent["Authorization"] = encode_basic_auth(*auth)
        async with self._session.request(
            method, url, params=_plain(params), data=_plain(data), headers=sent, allow_redirects=False
        ) as answer:
            return Response(answer.status, await answer.text(), answer.headers)


def _plain(values: Mapping[str, object] | None) -> list[tuple[str, str]] | None:
    if values is None:
        return None
    flat = []
    for name, value in values.items():
        for one in value if isinstance(value, list | tuple) else (value,):
            flat.append((name, str(one)))
    return flat


BEFORE_THE_FIRST_BYTE = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
