"""SendGrid's answers: status codes, headers and error bodies as the real host gives them."""

from collections.abc import Sequence

import orjson
from aiohttp import web

from sandbox import clock
from sandbox.misbehave import Tongue
from sandbox.sendgrid_rules import Problem

_TOO_LARGE = (
    b"<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body>\r\n"
    b"<center><h1>413 Request Entity Too Large</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)


def refused(status: int, problems: Sequence[Problem]) -> web.Response:
    """An error body with one entry per problem."""
    body = orjson.dumps({"errors": [problem.as_json() for problem in problems]})
    return web.Response(status=status, body=body, content_type="application/json")


def unauthorised() -> web.Response:
    """The key is wrong or missing."""
    return refused(401, [Problem("The provided authorization grant is invalid, expired, or revoked", None)])


def unverified_sender() -> web.Response:
    """The from address is nobody's verified sender."""
    words = (
        "The from address does not match a verified Sender Identity. Mail cannot be sent until this error is"
        " resolved. Visit https://sendgrid.com/docs/for-developers/sending-email/sender-identity/ to see the"
        " Sender Identity requirements"
    )
    return refused(403, [Problem(words, "from")])


def not_json() -> web.Response:
    """The body cannot be read."""
    return refused(400, [Problem("Bad Request", None)])


def wrong_type() -> web.Response:
    """The body is not announced as JSON."""
    return refused(415, [Problem("Content-Type should be application/json.", None)])


def wrong_method() -> web.Response:
    """mail/send only takes POST."""
    return refused(405, [Problem("method not allowed", None)])


def not_found() -> web.Response:
    """There is nothing at this path."""
    return refused(404, [Problem("not found", None)])


def too_large() -> web.Response:
    """Over 30 MB the proxy answers, in HTML."""
    return web.Response(status=413, body=_TOO_LARGE, content_type="text/html")


def too_many(seconds: int) -> web.Response:
    """Come back later; nothing was accepted."""
    response = web.Response(
        status=429,
        body=orjson.dumps({"errors": [{"field": None, "message": "too many requests"}]}),
        content_type="application/json",
    )
    response.headers["X-RateLimit-Limit"] = "150"
    response.headers["X-RateLimit-Remaining"] = "0"
    response.headers["X-RateLimit-Reset"] = str(int(clock.now()) + seconds)
    response.headers["Retry-After"] = str(seconds)
    return response


def broken(status: int) -> web.Response:
    """Something failed over there; whether it was accepted is unknown to the caller."""
    if status == 500:
        return refused(500, [Problem("Internal Server Error", None)])
    return web.Response(status=status)


def accepted(message_id: str) -> web.Response:
    """Queued: 202, no body, the id in a header."""
    return web.Response(status=202, headers={"X-Message-Id": message_id})


def without_id(_: web.Response) -> web.Response:
    """Accepted, but the header with the id got lost."""
    return web.Response(status=202)


TONGUE = Tongue(unauthorised=unauthorised, too_many=too_many, broken=broken, without_id=without_id)
