"""Tell another system of an alert: one signed post over TLS, to an address of the public internet and no other."""

import asyncio
import base64
import hmac
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from aiohttp import (
    AddrInfoType,
    ClientError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
    ThreadedResolver,
)
from aiohttp.abc import AbstractResolver, ResolveResult

SECONDS = 5.0
_TURNS = 5


class NotTold(Exception):
    """The other system did not take it; the message says why, without its address."""


def is_public(address: str) -> bool:
    """Whether an address belongs to the public internet: no machine of ours, no network beside us, no metadata service."""
    found = _plain(ip_address(address.partition("%")[0]))
    return found.is_global and not found.is_multicast and not found.is_reserved


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that is dressed up as one of IPv6, in any of the four ways."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)


# By which IPv6 reaches IPv4 (RFC 6052).
_NAT64 = IPv6Network("64:ff9b::/96")


class _Private(Exception):
    """The name leads into a private network."""


class _Public(AbstractResolver):
    """Names as the machine knows them; of one that leads anywhere private nothing is told."""

    def __init__(self, may_reach: Callable[[str], bool]) -> None:
        self._known, self._may_reach = ThreadedResolver(), may_reach

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Every address of a name: what is looked at here is what is connected to, whatever it says a moment later."""
        found = await self._known.resolve(host, port, family)
        if not all(self._may_reach(each["host"]) for each in found):
            raise _Private
        return found

    async def close(self) -> None:
        """Nothing is kept open."""


async def _hang_up(lines: Sequence[socket.socket]) -> None:
    """End what is still open, however slowly the other side takes leave, before the loop ends."""
    for line in lines:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
    for _ in range(_TURNS):
        await asyncio.sleep(0)


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where alerts go, and the key that signs them, as standardwebhooks.com says.

    `may_reach` and `trusts`: for whoever runs the other system beside this one, as tests do.
    """

    url: str
    secret: str
    may_reach: Callable[[str], bool] = is_public
    trusts: ssl.SSLContext | None = None
    seconds: float = SECONDS

    def tell(self, alert_id: str, body: bytes, *, at: int) -> None:
        """Post it, once, within `seconds` whatever the other side does, and follow nothing. Raises NotTold."""
        try:
            status = asyncio.run(self._post(body, self._signed(alert_id, body, at)))
        except _Private:
            raise NotTold("its name leads into a private network, where alerts are never sent") from None
        except (ClientError, OSError, TimeoutError) as failed:
            raise NotTold(f"it could not be reached: {type(failed).__name__}") from failed
        if not 200 <= status < 300:
            raise NotTold(f"it answered {status}")

    async def _post(self, body: bytes, signed: dict[str, str]) -> int:
        host = urlsplit(self.url).hostname or ""
        # Whoever writes an address instead of a name asks no resolver.
        if is_address(host) and not self.may_reach(host):
            raise _Private
        lines: list[socket.socket] = []

        def open_line(to: AddrInfoType) -> socket.socket:
            lines.append(socket.socket(*to[:3]))
            return lines[-1]

        resolver = _Public(self.may_reach)
        connector = TCPConnector(
            resolver=resolver, ssl=self.trusts or True, use_dns_cache=False, socket_factory=open_line
        )
        timeout, headers = ClientTimeout(total=self.seconds), {"Content-Type": "application/json", **signed}
        try:
            async with (
                ClientSession(connector=connector, timeout=timeout, cookie_jar=DummyCookieJar()) as session,
                session.post(self.url, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                return answer.status
        finally:
            await _hang_up(lines)

    def _signed(self, alert_id: str, body: bytes, at: int) -> dict[str, str]:
        said = f"{alert_id}.{at}.".encode() + body
        signature = base64.b64encode(hmac.digest(self.secret.encode(), said, "sha256")).decode()
        return {"webhook-id": alert_id, "webhook-timestamp": str(at), "webhook-signature": f"v1,{signature}"}


def is_address(host: str) -> bool:
    """Whether a host is written as an address, not as a name; other spellings of one (127.1, 0x7f000001) are names, and looked up."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
