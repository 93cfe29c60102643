"""Carrying out the faults that a request can meet: refusals, errors, silence and cut lines."""

import asyncio
import functools
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from sandbox.faults import REQUEST_FAULTS, Rule
from sandbox.state import SANDBOX

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_BEFORE = frozenset({"unauthorised", "too_many", "reset_before", "hang_before", "error_before"})
_SILENCE = 120.0


@dataclass(frozen=True, slots=True)
class Tongue:
    """How one provider words its own failures."""

    unauthorised: Callable[[], web.Response]
    too_many: Callable[[int], web.Response]
    broken: Callable[[int], web.Response]
    without_id: Callable[[web.Response], web.Response]


def may_misbehave(channel: str, tongue: Tongue) -> Callable[[Handler], Handler]:
    """Let a handler meet the faults told for its channel, before or after it has done its work."""

    def wrap(handler: Handler) -> Handler:
        @functools.wraps(handler)
        async def answer(request: web.Request) -> web.StreamResponse:
            faults = request.app[SANDBOX].faults
            slow = faults.strikes(channel, "slow")
            if slow:
                await asyncio.sleep(1.0 if slow[1].seconds is None else slow[1].seconds)
            struck = faults.strikes(channel, *REQUEST_FAULTS)
            if struck is None:
                return await handler(request)
            name, rule = struck
            if name in _BEFORE:
                return await _before(request, name, rule, tongue)
            response = await handler(request)
            if response.status >= 300 or not isinstance(response, web.Response):
                return response
            return await _after(request, response, name, rule, tongue)

        return answer

    return wrap


async def _before(request: web.Request, name: str, rule: Rule, tongue: Tongue) -> web.Response:
    # What was sent is read first: a reset while the caller still writes would be another fault.
    await request.read()
    if name == "unauthorised":
        return tongue.unauthorised()
    if name == "too_many":
        return tongue.too_many(1 if rule.retry_after is None else rule.retry_after)
    if name == "error_before":
        return tongue.broken(rule.status or 503)
    if name == "hang_before":
        await _keep_silent(request, rule)
    return _cut(request)


async def _after(request: web.Request, response: web.Response, name: str, rule: Rule, tongue: Tongue) -> web.Response:
    if name == "error_after":
        return tongue.broken(rule.status or 500)
    if name == "no_id":
        return tongue.without_id(response)
    if name == "truncated":
        return _half(response)
    if name == "hang_after":
        await _keep_silent(request, rule)
    return _cut(request)


async def _keep_silent(request: web.Request, rule: Rule) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + (_SILENCE if rule.seconds is None else rule.seconds)
    while loop.time() < until and request.transport is not None and not request.transport.is_closing():
        await asyncio.sleep(min(0.1, until - loop.time()))


def _cut(request: web.Request) -> web.Response:
    """Reset the connection, so that the caller sees no answer at all."""
    if request.transport is not None:
        line = request.transport.get_extra_info("socket")
        if line is not None:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response(status=500)


def _half(response: web.Response) -> web.Response:
    whole = response.body if isinstance(response.body, bytes) else b""
    kept = {name: value for name, value in response.headers.items() if name != "Content-Length"}
    return web.Response(status=response.status, headers=kept, body=whole[: len(whole) // 2] or b'{"err')
