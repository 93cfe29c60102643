"""What a person does with an email: open, follow a link, report it, press the mailbox's unsubscribe."""

import re
from dataclasses import dataclass
from enum import StrEnum
from html.parser import HTMLParser

import aiohttp

from sandbox.mail import Letter, MailCopy, put_together
from sandbox.mail_delivery import meet
from sandbox.sendgrid_events import Kind
from sandbox.state import Sandbox

_URL = re.compile(r"https?://[^\s<>\"']+")
_ANGLED = re.compile(r"<\s*(https?://[^>\s]+)\s*>")


class Act(StrEnum):
    """The things a person can do with an email."""

    OPEN = "open"
    MACHINE_OPEN = "machine_open"
    CLICK = "click"
    SPAM = "spam"
    UNSUBSCRIBE = "unsubscribe"
    RESUBSCRIBE = "resubscribe"
    ONE_CLICK_UNSUBSCRIBE = "one_click_unsubscribe"


NO_READER = frozenset({"bounced", "dropped", "lost"})


class CannotAct(Exception):
    """The message does not allow this act; the message says why."""


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a message, in the order of the text."""

    url: str
    index: int
    is_tracked: bool
    part: str


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        url = given.get("href") or ""
        if tag == "a" and url.startswith(("http://", "https://")):
            self.found.append((url, given.get("clicktracking") != "off"))


def links_of(copy: MailCopy, letter: Letter) -> list[Link]:
    """The links a person can follow: those of the HTML, or those of the text if there is no HTML."""
    if not letter.html:
        urls = [url.rstrip(".,;:!?)") for url in _URL.findall(letter.text)]
        return [Link(url, place, copy.batch.tracks_clicks, "text") for place, url in enumerate(urls)]
    parser = _Links()
    parser.feed(letter.html)
    return [
        Link(url, place, tracked and copy.batch.tracks_clicks, "html")
        for place, (url, tracked) in enumerate(parser.found)
    ]


def open_mail(sandbox: Sandbox, copy: MailCopy, *, by_machine: bool = False) -> bool:
    """Open it (or let the mailbox's own machine fetch it); True if SendGrid tells of it."""
    if not by_machine:
        copy.opened += 1
    if not copy.batch.tracks_opens or not copy.batch.html:
        return False
    meet(sandbox, copy, Kind.MACHINE_OPEN if by_machine else Kind.OPEN)
    return True


def follow(sandbox: Sandbox, copy: MailCopy, url: str) -> bool:
    """Follow a link of the message; True if SendGrid tells of it. Raises CannotAct for a link that is not in it."""
    link = next((each for each in links_of(copy, put_together(copy)) if each.url == url), None)
    if link is None:
        raise CannotAct("the message has no such link")
    copy.clicked += 1
    if link.is_tracked:
        copy.marks.append(Kind.CLICK.value)
        details = {"url": url, "url_offset": {"index": link.index, "type": link.part}}
        sandbox.events.tell(copy, Kind.CLICK, {**details, "sg_content_type": link.part})
    return link.is_tracked


def report_spam(sandbox: Sandbox, copy: MailCopy) -> None:
    """Report it as spam to the mailbox provider, which tells SendGrid."""
    meet(sandbox, copy, Kind.SPAM_REPORT)


def unsubscribe_at_sendgrid(sandbox: Sandbox, copy: MailCopy) -> None:
    """Use SendGrid's own unsubscribe link: from the group if the message has one, else from everything."""
    meet(sandbox, copy, Kind.UNSUBSCRIBE if copy.batch.asm_group_id is None else Kind.GROUP_UNSUBSCRIBE)


def resubscribe_at_sendgrid(sandbox: Sandbox, copy: MailCopy) -> None:
    """Come back to the message's group. Raises CannotAct if it has none."""
    if copy.batch.asm_group_id is None:
        raise CannotAct("the message belongs to no unsubscribe group")
    meet(sandbox, copy, Kind.GROUP_RESUBSCRIBE)


def one_click_url(letter: Letter) -> str:
    """The address the mailbox's own unsubscribe posts to (RFC 8058). Raises CannotAct if it may not."""
    headers = {name.lower(): value for name, value in letter.headers.items()}
    if headers.get("list-unsubscribe-post", "").strip() != "List-Unsubscribe=One-Click":
        raise CannotAct("no List-Unsubscribe-Post: List-Unsubscribe=One-Click header")
    found = _ANGLED.search(headers.get("list-unsubscribe", ""))
    if found is None:
        raise CannotAct("no https address in a List-Unsubscribe header")
    return found.group(1)


async def press_unsubscribe(sandbox: Sandbox, copy: MailCopy, session: aiohttp.ClientSession) -> tuple[str, int]:
    """Post as a mailbox does: no cookies, no redirects. Gives the address and the answer's status (0: nobody)."""
    url = one_click_url(put_together(copy))
    headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Mailbox one-click"}
    try:
        async with session.post(
            url, data=b"List-Unsubscribe=One-Click", headers=headers, allow_redirects=False
        ) as answer:
            status = answer.status
    except (aiohttp.ClientError, TimeoutError):
        status = 0
    copy.marks.append(f"one-click: {status or 'no answer'}")
    return url, status
