"""A person texts in: keywords as Twilio treats them, the webhook, and the TwiML answer to it."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin
from xml.etree import ElementTree

from sandbox import clock
from sandbox.phones import Text
from sandbox.state import ACCOUNT_SID, SERVICE_SID, Sandbox
from sandbox.text_poster import Answer
from sandbox.twilio_api import accept
from sandbox.twilio_rules import NewText, is_opted_out

STOP_WORDS = frozenset(["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"])
START_WORDS = frozenset(["START", "YES", "UNSTOP"])
HELP_WORDS = frozenset(["HELP", "INFO"])
_STOPPED = (
    "You have successfully been unsubscribed. You will not receive any more messages from this number."
    " Reply START to resubscribe."
)
_STARTED = (
    "You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to"
    " unsubscribe. Msg&Data Rates May Apply."
)
_HELPED = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of an inbound text: the text, whether the webhook was posted, and the answer."""

    text: Text
    was_posted: bool
    status: int | None


async def text_in(sandbox: Sandbox, sender: str, to: str, body: str) -> Heard:
    """A person texts one of our numbers: Twilio's own keyword answer first, then the webhook and its TwiML."""
    now = clock.now()
    text = Text(clock.new_sid(), "inbound", sender, to, body, "received", now, now, sent_at=now)
    sandbox.phones.put(text)
    keyword = obey_keyword(sandbox, text)
    struck = sandbox.faults.strikes("inbound", "never", "delay", "duplicate")
    if struck and struck[0] == "never":
        return Heard(text, was_posted=False, status=None)
    if struck and struck[0] == "delay":
        await asyncio.sleep(2.0 if struck[1].seconds is None else struck[1].seconds)
    url, form = sandbox.options.public_url + "/hooks/twilio/sms", _form(sandbox, text, keyword)
    answer = await sandbox.texts.post(url, form)
    if struck and struck[0] == "duplicate":
        await sandbox.texts.post(url, form)
    for reply in _replies(answer, url):
        _send_reply(sandbox, text, reply)
    return Heard(text, was_posted=True, status=answer.status)


def obey_keyword(sandbox: Sandbox, text: Text) -> str | None:
    """Block, unblock or help as Twilio does for a text that is exactly one keyword; gives which it was."""
    word, person = text.body.strip().upper(), text.sender or ""
    senders = (text.to, SERVICE_SID)
    if word in STOP_WORDS:
        already = is_opted_out(person, text.to, sandbox.phones, sandbox.faults)
        sandbox.phones.opt_out(senders, person)
        if not already:
            _answer_by_itself(sandbox, text, _STOPPED)
        return "STOP"
    if word in START_WORDS:
        if sandbox.phones.opt_in(senders, person):
            _answer_by_itself(sandbox, text, _STARTED)
        return "START"
    if word in HELP_WORDS:
        _answer_by_itself(sandbox, text, _HELPED)
        return "HELP"
    return None


def _answer_by_itself(sandbox: Sandbox, text: Text, words: str) -> None:
    now = clock.now()
    sandbox.phones.put(
        Text(
            clock.new_sid(),
            "outbound-reply",
            text.to,
            text.sender or "",
            words,
            "delivered",
            now,
            now,
            sent_at=now,
            is_automatic=True,
        )
    )


def _form(sandbox: Sandbox, text: Text, keyword: str | None) -> dict[str, str]:
    form = {
        "ToCountry": "GB",
        "ToState": "",
        "SmsMessageSid": text.sid,
        "NumMedia": "0",
        "ToCity": "",
        "FromZip": "",
        "SmsSid": text.sid,
        "FromState": "",
        "SmsStatus": "received",
        "FromCity": "",
        "Body": text.body,
        "FromCountry": "GB",
        "To": text.to,
        "ToZip": "",
        "NumSegments": str(text.segment_count),
        "MessageSid": text.sid,
        "AccountSid": ACCOUNT_SID,
        "From": text.sender or "",
        "ApiVersion": "2010-04-01",
    }
    if sandbox.options.advanced_opt_out and keyword:
        form["OptOutType"] = keyword
    return form


@dataclass(frozen=True, slots=True)
class _Reply:
    body: str
    callback: str | None


def _replies(answer: Answer, base: str) -> Iterator[_Reply]:
    if not 200 <= answer.status < 300 or not answer.body.strip():
        return
    if answer.content_type == "text/plain":
        yield _Reply(answer.body.strip(), None)
        return
    try:
        # Our own service wrote it, and expat refuses entity bombs since 2.4.1.
        root = ElementTree.fromstring(answer.body)  # noqa: S314
    except ElementTree.ParseError:
        return
    for message in root.iter("Message"):
        inner = message.find("Body")
        words = "".join((message if inner is None else inner).itertext()).strip()
        action = message.get("action") or message.get("statusCallback")
        if words:
            yield _Reply(words, urljoin(base, action) if action else None)


def _send_reply(sandbox: Sandbox, text: Text, reply: _Reply) -> None:
    """Send what the TwiML says; after STOP nothing goes out any more (21610)."""
    person = text.sender or ""
    if is_opted_out(person, text.to, sandbox.phones, sandbox.faults):
        now = clock.now()
        blocked = Text(
            clock.new_sid(), "outbound-reply", text.to, person, reply.body, "failed", now, now, error_code=21610
        )
        sandbox.phones.put(blocked)
        return
    new = NewText(
        to=person,
        sender=text.to,
        service_sid=None,
        body=reply.body,
        callback=reply.callback,
        validity=None,
        send_at=None,
    )
    accept(sandbox, new, direction="outbound-reply")
