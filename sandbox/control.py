"""The door for tests and demonstrations: the ledger, full messages, acts of people, faults, a fresh start."""

import asyncio
import re

import aiohttp
import orjson
from aiohttp import web

from sandbox.faults import UnknownFault
from sandbox.inbound import text_in
from sandbox.mail import MailCopy, put_together
from sandbox.mail_acts import (
    NO_READER,
    Act,
    CannotAct,
    follow,
    links_of,
    open_mail,
    press_unsubscribe,
    report_spam,
    resubscribe_at_sendgrid,
    unsubscribe_at_sendgrid,
)
from sandbox.phones import Text
from sandbox.shapes import object_of, text_of
from sandbox.state import SANDBOX, Sandbox

SESSION: web.AppKey[aiohttp.ClientSession] = web.AppKey("session", aiohttp.ClientSession)
_NUMBER = re.compile(r"\+[1-9]\d{2,14}")


def routes() -> list[web.RouteDef]:
    """What the control door answers at."""
    return [
        web.get("/healthz", _healthz),
        web.get("/keys/sendgrid", _key),
        web.get("/control/ledger", _ledger),
        web.get("/control/ledger/summary", _summary),
        web.get("/control/messages", _messages),
        web.get("/control/faults", _faults),
        web.put("/control/faults", _instruct),
        web.delete("/control/faults", _behave),
        web.post("/control/reset", _reset),
        web.post("/control/inbound", _inbound),
        web.post("/control/act", _act),
        web.post("/control/account", _account),
    ]


def answer(content: object, status: int = 200) -> web.Response:
    """A JSON answer."""
    return web.Response(status=status, body=orjson.dumps(content), content_type="application/json")


def mistake(words: str, status: int = 400) -> web.Response:
    """What was wrong with the request."""
    return answer({"error": words}, status)


async def _healthz(_: web.Request) -> web.Response:
    return answer({"status": "ok"})


async def _key(request: web.Request) -> web.Response:
    return web.Response(text=request.app[SANDBOX].signer.public_key)


async def _ledger(request: web.Request) -> web.Response:
    try:
        after, limit = int(request.query.get("after", 0)), int(request.query.get("limit", 10_000))
    except ValueError:
        return mistake("after and limit are whole numbers")
    rows = request.app[SANDBOX].ledger.rows_after(after, limit)
    return answer({"rows": [row.as_row() for row in rows], "next": rows[-1].n if rows else max(after, 0)})


async def _summary(request: web.Request) -> web.Response:
    sandbox = request.app[SANDBOX]
    events, texts = sandbox.events, sandbox.texts
    return answer(
        {
            **sandbox.ledger.summary(),
            "agenda": len(sandbox.agenda),
            "webhooks": {
                "events": {"waiting": events.waiting, "posted": events.posted, "failed_posts": events.refused},
                "statuses": {"waiting": texts.waiting, "posted": texts.posted, "failed_posts": texts.refused},
            },
        }
    )


async def _messages(request: web.Request) -> web.Response:
    sandbox, to = request.app[SANDBOX], request.query.get("to", "").strip()
    if not to:
        return mistake("to: an email address or a number")
    if "@" in to:
        return answer({"messages": [mail_as_json(copy) for copy in reversed(sandbox.mail.of(to))]})
    # A "+" typed plainly into a query arrives as a space.
    number = to if to.startswith("+") else "+" + to
    return answer({"messages": [text_as_json(text) for text in sandbox.phones.thread(number)]})


def mail_as_json(copy: MailCopy) -> dict[str, object]:
    """Everything about one person's copy."""
    letter = put_together(copy)
    return {
        "message": copy.n,
        "channel": "email",
        "to": copy.address,
        "to_name": letter.to_name,
        "from": letter.sender,
        "from_name": letter.sender_name,
        "reply_to": letter.reply_to,
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
        "headers": dict(letter.headers),
        "links": [link.url for link in links_of(copy, letter)],
        "custom_args": copy.custom_args,
        "ref": copy.ref,
        "request_id": copy.batch.message_id,
        "accepted_at": copy.batch.accepted_at,
        "landed": copy.landed,
        "opened": copy.opened,
        "clicked": copy.clicked,
        "marks": list(copy.marks),
    }


def text_as_json(text: Text) -> dict[str, object]:
    """Everything about one text."""
    return {
        "message": text.sid,
        "channel": "sms",
        "direction": text.direction,
        "from": text.sender,
        "to": text.to,
        "body": text.body,
        "segments": text.segment_count,
        "status": text.status,
        "error_code": text.error_code,
        "automatic": text.is_automatic,
        "accepted_at": text.created_at,
        "status_callback": text.callback,
    }


async def _faults(request: web.Request) -> web.Response:
    return answer(request.app[SANDBOX].faults.as_json())


async def _instruct(request: web.Request) -> web.Response:
    faults = request.app[SANDBOX].faults
    try:
        faults.instruct(orjson.loads(await request.read()))
    except (UnknownFault, orjson.JSONDecodeError) as mistaken:
        return mistake(str(mistaken))
    return answer(faults.as_json())


async def _behave(request: web.Request) -> web.Response:
    request.app[SANDBOX].faults.clear()
    return answer(request.app[SANDBOX].faults.as_json())


async def _reset(request: web.Request) -> web.Response:
    sandbox = request.app[SANDBOX]
    sandbox.forget()
    # What is being posted at this moment arrives before the answer, so that nothing old comes after it.
    for _ in range(100):
        if not sandbox.events.in_flight and not sandbox.texts.in_flight:
            break
        await asyncio.sleep(0.02)
    return answer({"status": "fresh"})


async def _account(request: web.Request) -> web.Response:
    kind = text_of((await _told(request)).get("type")) or "compliance_suspend"
    request.app[SANDBOX].events.tell_of_account(kind)
    return answer({"event": "account_status_change", "type": kind})


async def _inbound(request: web.Request) -> web.Response:
    sandbox = request.app[SANDBOX]
    told = await _told(request)
    sender, body = text_of(told.get("from")), text_of(told.get("body"))
    to = text_of(told.get("to")) or sandbox.options.numbers[0]
    if not _NUMBER.fullmatch(sender) or not body or len(body) > 1600:
        return mistake("from: a number like +447700900123; body: 1 to 1600 characters")
    if to not in sandbox.options.numbers:
        return mistake(f"to: one of the campaign's numbers ({', '.join(sandbox.options.numbers)})")
    heard = await text_in(sandbox, sender, to, body)
    return answer({"sid": heard.text.sid, "posted": heard.was_posted, "status": heard.status})


async def _act(request: web.Request) -> web.Response:
    sandbox, told = request.app[SANDBOX], await _told(request)
    copy = _the_copy(sandbox, told)
    if copy is None:
        return mistake("no such message: give message (its number), or to (its address, for the newest)", 404)
    try:
        act = Act(text_of(told.get("what")))
    except ValueError:
        return mistake(f"what: one of {', '.join(Act)}")
    try:
        done = await do(sandbox, copy, act, text_of(told.get("url")), request.app[SESSION])
    except CannotAct as why:
        return mistake(str(why), 409)
    return answer({"message": copy.n, "what": act, **done})


async def do(sandbox: Sandbox, copy: MailCopy, act: Act, url: str, session: aiohttp.ClientSession) -> dict[str, object]:
    """Do what the person does; what came of it. Raises CannotAct."""
    if copy.landed in NO_READER:
        raise CannotAct(f"the message never arrived ({copy.landed})")
    if act is Act.ONE_CLICK_UNSUBSCRIBE:
        posted_to, status = await press_unsubscribe(sandbox, copy, session)
        return {"url": posted_to, "status": status}
    if act is Act.SPAM:
        report_spam(sandbox, copy)
    if act is Act.UNSUBSCRIBE:
        unsubscribe_at_sendgrid(sandbox, copy)
    if act is Act.RESUBSCRIBE:
        resubscribe_at_sendgrid(sandbox, copy)
    if act is Act.CLICK:
        first = next((link.url for link in links_of(copy, put_together(copy))), "")
        return {"url": url or first, "told": follow(sandbox, copy, url or first)}
    if act in (Act.OPEN, Act.MACHINE_OPEN):
        return {"told": open_mail(sandbox, copy, by_machine=act is Act.MACHINE_OPEN)}
    return {"told": True}


def _the_copy(sandbox: Sandbox, told: dict[str, object]) -> MailCopy | None:
    number, to = told.get("message"), text_of(told.get("to"))
    if isinstance(number, int):
        return sandbox.mail.find(number)
    return next(iter(sandbox.mail.of(to)), None)


async def _told(request: web.Request) -> dict[str, object]:
    try:
        return object_of(orjson.loads(await request.read()))
    except orjson.JSONDecodeError:
        return {}
