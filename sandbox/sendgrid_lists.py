"""SendGrid's lists of whom it no longer writes to: GET and DELETE /v3/suppression/…, GET /v3/asm/suppressions."""

from collections.abc import Iterable

import orjson
from aiohttp import web

from sandbox import sendgrid_answers as answers
from sandbox.misbehave import may_misbehave
from sandbox.sendgrid_rules import Problem
from sandbox.shapes import number_of
from sandbox.state import SANDBOX

MOST = 500
NAMES = ("bounces", "blocks", "spam_reports", "unsubscribes", "invalid_emails")
GROUPS = "asm"


def routes() -> list[web.RouteDef]:
    """Where the lists are asked for."""
    names = "|".join(NAMES)
    return [
        web.get(f"/v3/suppression/{{name:{names}}}", _list),
        web.delete(f"/v3/suppression/{{name:{names}}}/{{email}}", _remove),
        web.get("/v3/asm/suppressions", _groups),
    ]


@may_misbehave("suppression_lists", answers.TONGUE)
async def _list(request: web.Request) -> web.Response:
    if not _may(request):
        return answers.unauthorised()
    asked = {name: request.query.get(name, "") for name in ("start_time", "end_time", "limit", "offset")}
    wrong = [name for name, value in asked.items() if value and not value.isdecimal()]
    if wrong:
        return answers.refused(400, [Problem(f"{name} must be a whole number", name) for name in wrong])
    limit = int(asked["limit"] or MOST)
    if not 0 < limit <= MOST:
        return answers.refused(400, [Problem(f"limit must be between 1 and {MOST}", "limit")])
    since, upto = int(asked["start_time"] or 0), int(asked["end_time"] or 2**40)
    entries = request.app[SANDBOX].lists.of(request.match_info["name"])
    wanted = [entry for entry in entries if since <= number_of(entry.get("created"), 0) <= upto]
    place = int(asked["offset"] or 0)
    return _answer(wanted[place : place + limit])


@may_misbehave("suppression_lists", answers.TONGUE)
async def _groups(request: web.Request) -> web.Response:
    return _answer(request.app[SANDBOX].lists.of(GROUPS)) if _may(request) else answers.unauthorised()


@may_misbehave("suppression_lists", answers.TONGUE)
async def _remove(request: web.Request) -> web.Response:
    if not _may(request):
        return answers.unauthorised()
    sandbox, email = request.app[SANDBOX], request.match_info["email"].lower()
    if not sandbox.lists.remove(request.match_info["name"], email):
        return answers.not_found()
    sandbox.suppressed.pop(email, None)
    return web.Response(status=204)


def _may(request: web.Request) -> bool:
    return request.headers.get("Authorization") == f"Bearer {request.app[SANDBOX].sendgrid_key}"


def _answer(entries: Iterable[dict[str, object]]) -> web.Response:
    return web.Response(body=orjson.dumps(list(entries)), content_type="application/json")
