"""The mailboxes in the browser: whose there are, what is in one, and one message as its reader sees it."""

import html
import re
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from urllib.parse import quote

from aiohttp import web

from sandbox import clock
from sandbox.control import SESSION, do
from sandbox.mail import Letter, MailCopy, put_together
from sandbox.mail_acts import NO_READER, Act, CannotAct, follow, links_of, one_click_url, open_mail
from sandbox.rendering import leaf_through, page
from sandbox.state import SANDBOX

_VIEWS = ("html", "text", "headers", "raw")
_HREF = re.compile(r"(<a\b[^>]*?\bhref=)([\"'])(https?://.*?)\2", re.IGNORECASE | re.DOTALL)
_PREVIEW_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; script-src 'none'; object-src 'none'; form-action 'none';"
    " frame-ancestors 'self'"
)


def routes() -> list[web.RouteDef]:
    """What the mailboxes answer at."""
    return [
        web.get("/", _boxes),
        web.get("/mail/{address}", _box),
        web.get("/letters/{n:[0-9]{1,12}}", _letter),
        web.get("/letters/{n:[0-9]{1,12}}/html", _preview),
        web.get("/letters/{n:[0-9]{1,12}}/follow", _follow),
        web.post("/letters/{n:[0-9]{1,12}}/act", _act),
    ]


async def _boxes(request: web.Request) -> web.Response:
    search = request.query.get("q", "")
    found, leaf = leaf_through(request, request.app[SANDBOX].mail.addresses(search))
    boxes = [
        {"address": copy.address, "count": count, "subject": put_together(copy).subject, "newest": copy}
        for _, copy, count in found
    ]
    return page(request, "mailboxes.html", boxes=boxes, leaf=leaf, search=search)


async def _box(request: web.Request) -> web.Response:
    address = request.match_info["address"]
    found, leaf = leaf_through(request, request.app[SANDBOX].mail.of(address))
    letters = [(copy, put_together(copy)) for copy in found]
    return page(request, "mailbox.html", address=address, letters=letters, leaf=leaf)


async def _letter(request: web.Request) -> web.Response:
    copy = _the_copy(request)
    letter = put_together(copy)
    view = request.query.get("view", "html" if letter.html else "text")
    is_read = copy.landed not in NO_READER
    if is_read and not copy.opened:
        open_mail(request.app[SANDBOX], copy)
    return page(
        request,
        "letter.html",
        copy=copy,
        letter=letter,
        view=view if view in _VIEWS else "text",
        views=_VIEWS,
        raw=_raw(copy, letter) if view == "raw" else "",
        links=links_of(copy, letter),
        one_click=_one_click(letter),
        is_read=is_read,
        said=request.query.get("said", ""),
    )


async def _preview(request: web.Request) -> web.Response:
    copy = _the_copy(request)
    words = _HREF.sub(
        lambda found: (
            f"{found[1]}{found[2]}/letters/{copy.n}/follow?url={quote(html.unescape(found[3]), safe='')}{found[2]}"
        ),
        put_together(copy).html,
    )
    # The message's own links open outside the frame.
    framed = f'<base target="_blank">{words}' if words else "<p>There is no HTML part.</p>"
    headers = {"Content-Security-Policy": _PREVIEW_POLICY, "Referrer-Policy": "no-referrer"}
    return web.Response(text=framed, content_type="text/html", headers=headers)


async def _follow(request: web.Request) -> web.Response:
    copy, url = _the_copy(request), request.query.get("url", "")
    try:
        follow(request.app[SANDBOX], copy, url)
    except CannotAct as why:
        return page(request, "sorry.html", status=404, words=str(why))
    return web.Response(status=302, headers={"Location": url, "Referrer-Policy": "no-referrer"})


async def _act(request: web.Request) -> web.Response:
    copy = _the_copy(request)
    form = await request.post()
    try:
        act = Act(str(form.get("what", "")))
        done = await do(request.app[SANDBOX], copy, act, str(form.get("url", "")), request.app[SESSION])
    except ValueError:
        return page(request, "sorry.html", status=400, words="There is no such thing to do with a message.")
    except CannotAct as why:
        return page(request, "sorry.html", status=409, words=f"That cannot be done: {why}.")
    said = _SAID[act]
    if act is Act.ONE_CLICK_UNSUBSCRIBE:
        said = f"Posted to the unsubscribe address; it answered {done['status'] or 'nothing'}."
    elif not done["told"]:
        said += " SendGrid was told not to track this, so it tells nobody."
    return web.Response(status=303, headers={"Location": f"/letters/{copy.n}?said={quote(said)}"})


_SAID = {
    Act.OPEN: "Opened again.",
    Act.MACHINE_OPEN: "Opened by the mailbox's own machine.",
    Act.CLICK: "Link followed.",
    Act.SPAM: "Reported as spam.",
    Act.UNSUBSCRIBE: "Unsubscribed at SendGrid.",
    Act.RESUBSCRIBE: "Back in the group at SendGrid.",
    Act.ONE_CLICK_UNSUBSCRIBE: "",
}


def _the_copy(request: web.Request) -> MailCopy:
    copy = request.app[SANDBOX].mail.find(int(request.match_info["n"]))
    if copy is None:
        raise web.HTTPNotFound(text="This message is not kept any more.")
    return copy


def _one_click(letter: Letter) -> str:
    try:
        return one_click_url(letter)
    except CannotAct:
        return ""


def _raw(copy: MailCopy, letter: Letter) -> str:
    """The message as it would travel."""
    message = EmailMessage()
    message["From"] = formataddr((letter.sender_name, letter.sender))
    message["To"] = formataddr((letter.to_name, letter.to))
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"] = format_datetime(clock.utc(copy.batch.accepted_at))
    message["Message-ID"] = f"<{copy.batch.message_id}@geopod-ismtpd-3>"
    if letter.reply_to:
        message["Reply-To"] = letter.reply_to
    message.set_content(letter.text)
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    # As typed by the sender: the email package would fold and encode these.
    own = "".join(f"{name}: {value}\n" for name, value in letter.headers.items())
    return own + message.as_string()
