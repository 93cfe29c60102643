"""Twilio's answers: message resources, pages of them, and errors."""

from collections.abc import Sequence
from email.utils import format_datetime

import orjson
from aiohttp import web

from sandbox import clock
from sandbox.misbehave import Tongue
from sandbox.phones import Text
from sandbox.state import ACCOUNT_SID

_HEADERS = {"Twilio-Concurrent-Requests": "1", "Twilio-Request-Duration": "0.010"}
_PENCE_PER_SEGMENT = 4


class TwilioRefusal(Exception):
    """Twilio says no: an error code, an HTTP status and its words."""

    def __init__(self, code: int, words: str, status: int = 400) -> None:
        super().__init__(words)
        self.code, self.words, self.status = code, words, status


def answer(status: int, content: object) -> web.Response:
    """A JSON answer with the headers Twilio adds."""
    headers = {**_HEADERS, "Twilio-Request-Id": clock.new_sid("RQ")}
    return web.Response(status=status, body=orjson.dumps(content), content_type="application/json", headers=headers)


def refused(refusal: TwilioRefusal) -> web.Response:
    """The error envelope."""
    return answer(
        refusal.status,
        {
            "code": refusal.code,
            "message": refusal.words,
            "more_info": f"https://www.twilio.com/docs/errors/{refusal.code}",
            "status": refusal.status,
        },
    )


def unauthorised() -> web.Response:
    """Wrong or missing credentials."""
    return refused(TwilioRefusal(20003, "Authenticate", 401))


def too_many(seconds: int) -> web.Response:
    """Too many at once; nothing was accepted."""
    response = refused(TwilioRefusal(20429, "Too Many Requests", 429))
    response.headers["Retry-After"] = str(seconds)
    return response


def broken(status: int) -> web.Response:
    """Something failed over there."""
    if status == 503:
        return answer(503, {"code": 20503, "message": "Service is unavailable", "status": 503})
    return web.Response(status=status, body=b"<html>Internal Server Error</html>", content_type="text/html")


def without_id(response: web.Response) -> web.Response:
    """The same answer with its sid gone."""
    whole = orjson.loads(response.body) if isinstance(response.body, bytes) else {}
    return answer(response.status, {name: value for name, value in whole.items() if name != "sid"})


def resource(text: Text, *, at_creation: bool = False) -> dict[str, object]:
    """The message resource of the 2010-04-01 API."""
    unpicked = text.service_sid is not None and text.status in ("accepted", "scheduled")
    uri = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/{text.sid}.json"
    is_priced = not at_creation and text.sent_at is not None
    price = _PENCE_PER_SEGMENT * text.segment_count / 100 if is_priced else 0
    return {
        "account_sid": ACCOUNT_SID,
        "api_version": "2010-04-01",
        "body": text.body,
        "date_created": _date(text.created_at),
        "date_sent": _date(text.sent_at),
        "date_updated": _date(text.updated_at),
        "direction": text.direction,
        "error_code": text.error_code,
        "error_message": None if text.error_code is None else f"Error {text.error_code}",
        "from": text.sender,
        "messaging_service_sid": text.service_sid,
        "num_media": "0",
        "num_segments": "0" if unpicked else str(text.segment_count),
        "price": f"-{price:.5f}" if is_priced else None,
        "price_unit": "GBP",
        "sid": text.sid,
        "status": text.status,
        "subresource_uris": {"media": uri.removesuffix(".json") + "/Media.json"},
        "to": text.to,
        "uri": uri,
    }


def page(
    texts: Sequence[Text], *, uri: str, first: str, previous: str | None, following: str | None, number: int, size: int
) -> dict[str, object]:
    """One page of a list."""
    start = number * size
    return {
        "end": max(start + len(texts) - 1, 0),
        "first_page_uri": first,
        "messages": [resource(text) for text in texts],
        "next_page_uri": following,
        "page": number,
        "page_size": size,
        "previous_page_uri": previous,
        "start": start,
        "uri": uri,
    }


def _date(moment: float | None) -> str | None:
    return None if moment is None else format_datetime(clock.utc(moment))


TONGUE = Tongue(unauthorised=unauthorised, too_many=too_many, broken=broken, without_id=without_id)
