"""SendGrid's door: POST /v3/mail/send."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator

import orjson
from aiohttp import web

from sandbox import clock, sendgrid_lists
from sandbox import sendgrid_answers as answers
from sandbox.mail import MailBatch, MailCopy, digest_of
from sandbox.mail_delivery import deliver
from sandbox.misbehave import may_misbehave
from sandbox.sendgrid_rules import problems_of
from sandbox.shapes import list_of, number_of, object_of, text_of, texts_of
from sandbox.state import SANDBOX, Sandbox

LARGEST = 30 * 1024 * 1024


def routes() -> list[web.RouteDef]:
    """What SendGrid answers at; anything else under /v3 is not found."""
    return [
        web.post("/v3/mail/send", send),
        web.route("*", "/v3/mail/send", _wrong_method),
        *sendgrid_lists.routes(),
        web.route("*", "/v3/{rest:.*}", _not_found),
    ]


@may_misbehave("email", answers.TONGUE)
async def send(request: web.Request) -> web.Response:
    """Check the request as SendGrid would, and accept a copy for everybody in it."""
    sandbox = request.app[SANDBOX]
    try:
        mail = await _read(request)
    except _Refused as refused:
        return refused.response
    if sandbox.faults.strikes("email", "unverified_sender"):
        return answers.unverified_sender()
    if _is_on(mail, "mail_settings", "sandbox_mode"):
        return web.Response(status=200)
    return answers.accepted(accept(sandbox, mail))


class _Refused(Exception):
    def __init__(self, response: web.Response) -> None:
        super().__init__(response.status)
        self.response = response


async def _read(request: web.Request) -> dict[str, object]:
    """The request, once it has passed every check in SendGrid's order."""
    try:
        raw = await request.read()
    except web.HTTPRequestEntityTooLarge as too_large:
        raise _Refused(answers.too_large()) from too_large
    if request.headers.get("Authorization") != f"Bearer {request.app[SANDBOX].sendgrid_key}":
        raise _Refused(answers.unauthorised())
    if request.content_type != "application/json":
        raise _Refused(answers.wrong_type())
    try:
        mail = orjson.loads(raw)
    except orjson.JSONDecodeError as unreadable:
        raise _Refused(answers.not_json()) from unreadable
    if not isinstance(mail, dict):
        raise _Refused(answers.not_json())
    problems = problems_of(mail, now=clock.now())
    if problems:
        raise _Refused(answers.refused(400, problems))
    return mail


def accept(sandbox: Sandbox, mail: dict[str, object]) -> str:
    """Write every copy into the ledger and its mailbox, start its course, and give the message id."""
    batch = _batch(mail)
    copies_by_time: dict[float, list[MailCopy]] = defaultdict(list)
    for place, person in enumerate(map(object_of, list_of(mail.get("personalizations")))):
        send_at = number_of(person.get("send_at", mail.get("send_at")), 0.0)
        copies_by_time[send_at].extend(_copies(sandbox, batch, place, person))
    bypasses_lists = _is_on(mail, "mail_settings", "bypass_list_management")
    for send_at, copies in copies_by_time.items():
        wait = max(0.0, send_at - batch.accepted_at)
        deliver(sandbox, copies, bypasses_lists=bypasses_lists, wait=wait)
    return batch.message_id


def _copies(sandbox: Sandbox, batch: MailBatch, place: int, person: dict[str, object]) -> Iterator[MailCopy]:
    packed = orjson.dumps(person)
    own_args = {**batch.custom_args, **texts_of(person.get("custom_args"))}
    for role in ("to", "cc", "bcc"):
        for recipient in list_of(person.get(role)):
            address = text_of(object_of(recipient).get("email"))
            sandbox.ledger.accept(
                "email",
                address,
                ref=own_args.get("ref", ""),
                attempt=own_args.get("attempt", own_args.get("attempt_id", "")),
                digest=digest_of(batch, packed),
                at=batch.accepted_at,
                request_id=batch.message_id,
            )
            yield sandbox.mail.put(batch, place, address, packed)


def _batch(mail: dict[str, object]) -> MailBatch:
    parts = {
        text_of(object_of(part).get("type")): text_of(object_of(part).get("value"))
        for part in list_of(mail.get("content"))
    }
    asm = object_of(mail.get("asm")).get("group_id")
    words = [text_of(mail.get("subject")), parts.get("text/plain", ""), parts.get("text/html", "")]
    return MailBatch(
        message_id=clock.new_message_id(),
        accepted_at=clock.now(),
        sender=text_of(object_of(mail.get("from")).get("email")),
        sender_name=text_of(object_of(mail.get("from")).get("name")),
        reply_to=text_of(object_of(mail.get("reply_to")).get("email")),
        subject=words[0],
        text=words[1],
        html=words[2],
        headers=texts_of(mail.get("headers")),
        custom_args=texts_of(mail.get("custom_args")),
        category=mail.get("categories"),
        asm_group_id=asm if isinstance(asm, int) else None,
        pool=text_of(mail.get("ip_pool_name")),
        tracks_opens=not _is_off(mail, "tracking_settings", "open_tracking"),
        tracks_clicks=not _is_off(mail, "tracking_settings", "click_tracking"),
        digest=hashlib.blake2b("\0".join(words).encode(), digest_size=16).digest(),
    )


def _is_on(mail: dict[str, object], group: str, name: str) -> bool:
    return object_of(object_of(mail.get(group)).get(name)).get("enable") is True


def _is_off(mail: dict[str, object], group: str, name: str) -> bool:
    return object_of(object_of(mail.get(group)).get(name)).get("enable") is False


async def _wrong_method(_: web.Request) -> web.Response:
    return answers.wrong_method()


async def _not_found(_: web.Request) -> web.Response:
    return answers.not_found()
