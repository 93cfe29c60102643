"""Twilio's door: the Messages resource of the 2010-04-01 API."""

import base64
import hashlib
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from sandbox import clock
from sandbox import twilio_answers as answers
from sandbox.misbehave import may_misbehave
from sandbox.phones import FINAL, Text
from sandbox.state import ACCOUNT_SID, SANDBOX, Sandbox
from sandbox.text_delivery import deliver
from sandbox.twilio_answers import TwilioRefusal
from sandbox.twilio_list import listed
from sandbox.twilio_rules import NewText, check_recipient, read_new_text

_ALL = "/2010-04-01/Accounts/{account}/Messages.json"
_ONE = "/2010-04-01/Accounts/{account}/Messages/{sid}.json"


def routes() -> list[web.RouteDef]:
    """What Twilio answers at; anything else under its version is not found."""
    return [
        web.post(_ALL, create),
        web.get(_ALL, list_texts, allow_head=False),
        web.get(_ONE, fetch, allow_head=False),
        web.post(_ONE, update),
        web.delete(_ONE, delete),
        web.route("*", "/2010-04-01/{rest:.*}", _not_found),
    ]


@may_misbehave("sms", answers.TONGUE)
async def create(request: web.Request) -> web.Response:
    """Accept one text, or refuse it as Twilio would."""
    sandbox = request.app[SANDBOX]
    try:
        _authenticate(request)
        new = read_new_text(await _form(request), numbers=sandbox.options.numbers, now=clock.now())
        check_recipient(new, sandbox.phones, sandbox.faults)
    except TwilioRefusal as refusal:
        return answers.refused(refusal)
    text = accept(sandbox, new)
    return answers.answer(201, answers.resource(text, at_creation=True))


def accept(sandbox: Sandbox, new: NewText, *, direction: str = "outbound-api") -> Text:
    """Write the text into the ledger and the phone's thread, and start its course."""
    now = clock.now()
    status = "queued" if new.service_sid is None else "accepted"
    text = Text(
        sid=clock.new_sid(),
        direction=direction,
        sender=new.sender,
        to=new.to,
        body=new.body,
        status="scheduled" if new.send_at else status,
        created_at=now,
        updated_at=now,
        service_sid=new.service_sid,
        callback=new.callback,
    )
    sandbox.phones.put(text)
    ref, attempt = _ref_of(new.callback)
    sandbox.ledger.accept(
        "sms",
        new.to,
        ref=ref,
        attempt=attempt,
        digest=hashlib.blake2b(new.body.encode(), digest_size=12).hexdigest(),
        at=now,
        request_id=text.sid,
    )
    deliver(sandbox, text, delay=max(0.0, new.send_at - now) if new.send_at else 0.0)
    return text


@may_misbehave("lookup", answers.TONGUE)
async def list_texts(request: web.Request) -> web.Response:
    """A page of texts, newest first."""
    try:
        _authenticate(request)
        return answers.answer(200, listed(request.app[SANDBOX].phones, request.query, path=request.path))
    except TwilioRefusal as refusal:
        return answers.refused(refusal)


@may_misbehave("lookup", answers.TONGUE)
async def fetch(request: web.Request) -> web.Response:
    """One text."""
    try:
        _authenticate(request)
        return answers.answer(200, answers.resource(_the_text(request)))
    except TwilioRefusal as refusal:
        return answers.refused(refusal)


async def update(request: web.Request) -> web.Response:
    """Cancel a scheduled text, or empty the body of a finished one."""
    try:
        _authenticate(request)
        text, form = _the_text(request), await _form(request)
        if form.get("Status") == "canceled":
            if text.status != "scheduled":
                raise TwilioRefusal(30409, f"Cannot cancel a message that is {text.status}", 409)
            text.status, text.updated_at = "canceled", clock.now()
        if form.get("Body") == "":
            if text.status not in FINAL | {"sent"}:
                raise TwilioRefusal(20009, "Cannot redact a message that is still in progress", 409)
            text.body, text.updated_at = "", clock.now()
        return answers.answer(200, answers.resource(text))
    except TwilioRefusal as refusal:
        return answers.refused(refusal)


async def delete(request: web.Request) -> web.Response:
    """Remove a finished text from the account."""
    try:
        _authenticate(request)
        text = _the_text(request)
        if text.status not in FINAL | {"sent"}:
            raise TwilioRefusal(20009, "Cannot delete a message that is still in progress", 409)
        request.app[SANDBOX].phones.forget(text.sid)
        return web.Response(status=204)
    except TwilioRefusal as refusal:
        return answers.refused(refusal)


def _authenticate(request: web.Request) -> None:
    given = request.headers.get("Authorization", "")
    pair = f"{ACCOUNT_SID}:{request.app[SANDBOX].twilio_token}"
    if given != "Basic " + base64.b64encode(pair.encode()).decode() or request.match_info["account"] != ACCOUNT_SID:
        raise TwilioRefusal(20003, "Authenticate", 401)


async def _form(request: web.Request) -> Mapping[str, str]:
    try:
        return dict(parse_qsl((await request.read()).decode(), keep_blank_values=True))
    except ValueError as unreadable:
        raise TwilioRefusal(20001, "The form cannot be read") from unreadable


def _the_text(request: web.Request) -> Text:
    text = request.app[SANDBOX].phones.find(request.match_info["sid"])
    if text is None:
        raise TwilioRefusal(20404, f"The requested resource {request.path} was not found", 404)
    return text


def _ref_of(callback: str | None) -> tuple[str, str]:
    """Our sender's reference (the last path segment) and attempt (in the query) from its callback URL."""
    if not callback:
        return "", ""
    parts = urlsplit(callback)
    return parts.path.rstrip("/").rpartition("/")[2], dict(parse_qsl(parts.query)).get("attempt", "")


async def _not_found(request: web.Request) -> web.Response:
    return answers.refused(TwilioRefusal(20404, f"The requested resource {request.path} was not found", 404))
