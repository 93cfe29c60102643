"""The sandbox put together: one web application, its doors and its background work."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import aiohttp
from aiohttp import web

from sandbox import control, fault_pages, mail_pages, phone_pages, sendgrid_api, twilio_api
from sandbox.control import SESSION
from sandbox.rendering import HERE
from sandbox.state import SANDBOX, Options, Sandbox

_POST_TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5)


def make_app(options: Options) -> web.Application:
    """The application, with its stores empty and its signing key at hand."""
    app = web.Application(client_max_size=sendgrid_api.LARGEST)
    app[SANDBOX] = Sandbox(options)
    for door in (sendgrid_api, twilio_api, control, mail_pages, phone_pages, fault_pages):
        app.add_routes(door.routes())
    app.router.add_static("/static", HERE / "static")
    app.cleanup_ctx.append(_background)
    return app


async def _background(app: web.Application) -> AsyncIterator[None]:
    sandbox = app[SANDBOX]
    connector = aiohttp.TCPConnector(limit=32)
    # Webhooks carry no cookies, and no proxy of the machine stands between neighbours.
    session = aiohttp.ClientSession(
        connector=connector, timeout=_POST_TIMEOUT, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
    )
    app[SESSION] = session
    work = [
        asyncio.create_task(sandbox.agenda.run(), name="agenda"),
        asyncio.create_task(sandbox.events.run(session), name="events"),
        asyncio.create_task(sandbox.texts.run(session), name="texts"),
    ]
    yield
    for task in work:
        task.cancel()
    for task in work:
        with contextlib.suppress(asyncio.CancelledError):
            await task
    await session.close()
