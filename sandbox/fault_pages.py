"""The faults in the browser: what goes wrong now, a form to make more go wrong, and the magic numbers."""

from aiohttp import web

from sandbox.faults import FAULTS, LISTS, UnknownFault
from sandbox.magic import MAGIC_ADDRESSES, MAGIC_ENDINGS
from sandbox.rendering import page
from sandbox.state import SANDBOX

_NUMBERS = ("rate", "next", "seconds", "status", "retry_after", "code")
CHANNEL_WORDS = {
    "email": "Sending email",
    "sms": "Sending texts",
    "lookup": "Looking texts up",
    "suppression_lists": "Reading SendGrid's suppression lists",
    "events": "Telling of email events",
    "statuses": "Telling of text statuses",
    "inbound": "Passing on inbound texts",
}
FAULT_WORDS = {
    "unauthorised": "refuse the credentials (401)",
    "too_many": "too many requests (429)",
    "reset_before": "reset the connection before accepting",
    "hang_before": "stay silent, then cut, before accepting",
    "error_before": "error (503) before accepting",
    "reset_after": "accept, then reset the connection",
    "hang_after": "accept, then stay silent",
    "error_after": "accept, then error (500)",
    "truncated": "accept, and cut the answer in half",
    "no_id": "accept, and leave the id out",
    "slow": "answer slowly",
    "unverified_sender": "refuse the sender (403)",
    "lost": "accept, and never tell of it again",
    "hard_bounce": "bounce: no such mailbox",
    "soft_bounce": "bounce: mailbox full",
    "blocked": "blocked by the receiving server",
    "late_bounce": "deliver, then bounce",
    "deferred": "defer, then deliver",
    "dropped": "drop without sending",
    "complaint": "deliver, then a spam report",
    "refused": "refuse with an error code",
    "undelivered": "accept, then undelivered",
    "failed": "accept, then failed",
    "never": "never tell",
    "delay": "tell late",
    "duplicate": "tell twice",
    "shuffle": "tell out of order",
}


def routes() -> list[web.RouteDef]:
    """What the faults page answers at."""
    return [web.get("/faults", _faults), web.post("/faults", _instruct)]


async def _faults(request: web.Request, *, mistake: str = "") -> web.Response:
    sandbox = request.app[SANDBOX]
    return page(
        request,
        "faults.html",
        status=400 if mistake else 200,
        faults=sandbox.faults,
        known=FAULTS,
        lists=LISTS,
        channel_words=CHANNEL_WORDS,
        fault_words=FAULT_WORDS,
        addresses=MAGIC_ADDRESSES,
        endings=MAGIC_ENDINGS,
        suppressed=sorted(sandbox.suppressed.items())[:200],
        suppressed_count=len(sandbox.suppressed),
        ledger=sandbox.ledger.summary(),
        mistake=mistake,
    )


async def _instruct(request: web.Request) -> web.Response:
    sandbox, form = request.app[SANDBOX], await request.post()
    deed = form.get("deed")
    try:
        if deed == "behave":
            sandbox.faults.clear()
        elif deed == "forget_suppressed":
            sandbox.suppressed.clear()
            sandbox.lists.clear()
        elif deed == "add":
            channel, _, fault = str(form.get("fault", "")).partition(".")
            rule = {name: _number(str(form[name])) for name in _NUMBERS if form.get(name)}
            if not rule.keys() & {"rate", "next"}:
                rule["next"] = 1
            known = {name: each.as_json() for name, each in sandbox.faults.rules.get(channel, {}).items()}
            sandbox.faults.instruct({channel: {**known, fault: rule}})
        elif deed == "lists":
            given = {name: str(form.get(name, "")).replace(",", " ").split() for name in LISTS}
            sandbox.faults.instruct({"lists": given})
    except UnknownFault as mistaken:
        return await _faults(request, mistake=str(mistaken))
    return web.Response(status=303, headers={"Location": "/faults"})


def _number(given: str) -> float:
    try:
        return float(given)
    except ValueError as unreadable:
        raise UnknownFault(f"{given!r} is not a number") from unreadable
