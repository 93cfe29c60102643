"""The phones in the browser: whose there are, one thread of bubbles, and a box to text in from any number."""

import re
from urllib.parse import quote

from aiohttp import web

from sandbox.inbound import text_in
from sandbox.rendering import leaf_through, page
from sandbox.segments import measure
from sandbox.state import SANDBOX

_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_LONGEST = 1600


def routes() -> list[web.RouteDef]:
    """What the phones answer at."""
    return [
        web.get("/phones", _phones),
        web.post("/phones", _new_phone),
        web.get("/phones/{number}", _thread),
        web.post("/phones/{number}", _text_in),
    ]


async def _phones(request: web.Request, *, mistake: str = "", number: str = "", body: str = "") -> web.Response:
    search = request.query.get("q", "")
    people, leaf = leaf_through(request, request.app[SANDBOX].phones.people(search))
    return page(
        request,
        "phones.html",
        status=400 if mistake else 200,
        people=people,
        leaf=leaf,
        search=search,
        mistake=mistake,
        number=number,
        body=body,
    )


async def _new_phone(request: web.Request) -> web.Response:
    form = await request.post()
    number, body = re.sub(r"[\s()-]", "", str(form.get("number", ""))), str(form.get("body", "")).strip()
    if not _NUMBER.fullmatch(number):
        words = "A number starts with + and the country code, like +447700900123."
        return await _phones(request, mistake=words, number=number, body=body)
    if not 0 < len(body) <= _LONGEST:
        words = "Type what the person texts, 1 to 1600 characters."
        return await _phones(request, mistake=words, number=number, body=body)
    await text_in(request.app[SANDBOX], number, _our_number(request, str(form.get("to", ""))), body)
    return web.Response(status=303, headers={"Location": f"/phones/{quote(number)}"})


async def _thread(request: web.Request, *, mistake: str = "", body: str = "") -> web.Response:
    sandbox, number = request.app[SANDBOX], request.match_info["number"]
    texts = sandbox.phones.thread(number)
    return page(
        request,
        "thread.html",
        status=400 if mistake else 200,
        number=number,
        texts=[(text, measure(text.body)) for text in texts[-200:]],
        earlier_count=max(len(texts) - 200, 0),
        opted_out=[our for our in sandbox.options.numbers if sandbox.phones.has_opted_out(our, number)],
        mistake=mistake,
        body=body,
    )


async def _text_in(request: web.Request) -> web.Response:
    number, form = request.match_info["number"], await request.post()
    body = str(form.get("body", "")).strip()
    if not _NUMBER.fullmatch(number) or not 0 < len(body) <= _LONGEST:
        return await _thread(request, mistake="Type what the person texts, 1 to 1600 characters.", body=body)
    await text_in(request.app[SANDBOX], number, _our_number(request, str(form.get("to", ""))), body)
    return web.Response(status=303, headers={"Location": f"/phones/{quote(number)}#end"})


def _our_number(request: web.Request, asked: str) -> str:
    numbers = request.app[SANDBOX].options.numbers
    return asked if asked in numbers else numbers[0]
