"""Threat: many ask for sign-in links at once. Each answer is held back, and no thread of the pages with it."""

import asyncio
import re
from dataclasses import replace

import pytest
from flask import Flask

from service import clock
from service.domain.manager import Role
from service.settings import Settings
from service.web.console.signing_in import LINK_SECONDS
from service.web.even_time import takes_at_least
from service.web.serving.asgi import Scope
from service.web.serving.gateway import Gateway
from tests.attacks.test_what_holds_a_thread import Client
from tests.console.conftest import Browser, app, browser, signed_in

__all__ = ["app", "browser", "signed_in"]

HOUR = 3600.0


def _one_thread(app: Flask, settings: Settings) -> Gateway:
    return Gateway(app.wsgi_app, replace(settings, web=replace(settings.web, web_threads=1)))


class Reader(Client):
    """Asks for a page of ours."""

    @property
    def scope(self) -> Scope:
        return {**super().scope, "method": "GET", "headers": [(b"host", b"localhost")]}


def test_pages_are_answered_while_answers_are_held_back(app: Flask, settings: Settings) -> None:
    app.add_url_rule("/held", view_func=takes_at_least(HOUR)(lambda: "held"), endpoint="held")
    held, page = [Reader(b"/held") for _ in range(20)], Reader(b"/console/sign-in")

    async def ask() -> None:
        gateway = _one_thread(app, settings)
        waiting = [asyncio.create_task(gateway(each.scope, each.receive, each.send)) for each in held]
        await asyncio.sleep(0)
        await gateway(page.scope, page.receive, page.send)
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    asyncio.run(ask())

    assert page.status == 200, page.body
    assert {each.status for each in held} == {None}


@pytest.mark.parametrize("email", ["viewer@example.org", "nobody@example.org"])
def test_a_link_is_answered_no_sooner_than_every_other(
    app: Flask, browser: Browser, settings: Settings, signed_in: object, email: str
) -> None:
    assert callable(signed_in)
    signed_in(Role.VIEWER)
    page = browser.see("/console/sign-in")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    cookie = browser.client.get_cookie("touchline")
    assert token
    assert cookie
    body = f"csrf_token={token[1]}&email={email}".encode()
    headers = [
        (b"host", b"localhost"),
        (b"content-type", b"application/x-www-form-urlencoded"),
        (b"content-length", b"%d" % len(body)),
        (b"cookie", f"touchline={cookie.value}".encode()),
    ]
    client = Client(b"/console/link", headers, [{"type": "http.request", "body": body, "more_body": False}])

    began = clock.monotonic()
    asyncio.run(_one_thread(app, settings)(client.scope, client.receive, client.send))

    assert client.status == 302, client.body
    assert clock.monotonic() - began >= LINK_SECONDS
