"""The supporters of a demo: they sign up, read, click, sign, reply and leave, over HTTP as people do."""

import json
import random
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from http.cookiejar import CookieJar
from urllib.parse import urlencode

_NAMES = ("Ana", "Bilal", "Cora", "Dev", "Elif", "Femi", "Grace", "Hana", "Idris", "June", "Kamran", "Leyla")
_LINK = re.compile(r"https?://[^\s<>\"]+/l/[\w-]+")
_CONFIRM = re.compile(r"https?://[^\s<>\"]+/confirm/[\w-]+")
_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
_QUESTIONS = (
    "Will the petition be handed over in Baku?",
    "My brother is at the match, can he help?",
    "Where can I read the sources?",
    "Is this only about football?",
)
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Fan:
    """One made supporter."""

    number: int

    @property
    def name(self) -> str:
        return _NAMES[self.number % len(_NAMES)]

    @property
    def full_name(self) -> str:
        return f"{self.name} Supporter"

    @property
    def email(self) -> str:
        return f"{self.name.lower()}.{self.number}@example.org"

    @property
    def phone(self) -> str:
        # Ofcom keeps 07700 900000 to 900999 for drama; the sandbox keeps the last nine for numbers that fail.
        return f"+4477009{self.number:05d}"

    @property
    def texts(self) -> bool:
        return self.number % 2 == 0


class Browser:
    """One person's browser: keeps cookies, follows links, sends forms with their token."""

    def __init__(self, fan: Fan) -> None:
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        # Each comes from an address of their own (RFC 5737's for documentation), as people do.
        theirs = f"198.51.100.{fan.number % 250 + 1}"
        self._opener.addheaders = [("User-Agent", "Mozilla/5.0 (demo supporter)"), ("X-Forwarded-For", theirs)]
        self.address = ""

    def open(self, address: str) -> str:
        """The page at an address, after redirects."""
        return self._read(urllib.request.Request(address))  # noqa: S310 - our own loopback

    def send(self, address: str, page: str, fields: Mapping[str, str]) -> str:
        """Send a form of a page."""
        found = _CSRF.search(page)
        whole = {**fields, "csrf_token": found[1] if found else ""}
        return self._read(urllib.request.Request(address, data=urlencode(whole).encode()))  # noqa: S310 - loopback

    def _read(self, request: urllib.request.Request) -> str:
        with self._opener.open(request, timeout=20) as answer:
            self.address = answer.geturl()
            return str(answer.read().decode("utf-8", "replace"))


@dataclass(slots=True)
class Crowd:
    """All of them, and the sandbox in which their mailboxes and phones are."""

    public_url: str
    sandbox_url: str
    slug: str
    fans: list[Fan]
    chance: random.Random
    counts: dict[str, int] = field(default_factory=dict)
    source: str = "demo"

    def sign_up(self, fans: list[Fan]) -> None:
        """Fill in the form on the landing page, then confirm by link and by text."""
        self._each(fans, self._sign_up)

    def confirm(self, fans: list[Fan]) -> None:
        """Press the button in the confirmation email; reply JOIN to the confirmation text."""
        self._each(fans, self._confirm)

    def read_mail(self, subject: str, *, share: float, sign: float) -> None:
        """A share of them open the newest email with this in its subject, click, and some of those sign."""
        readers = [fan for fan in self.fans if self.chance.random() < share]
        plans = [(fan, self.chance.random() < sign) for fan in readers]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(lambda plan: self._guarded(partial(self._read_mail, plan[0], subject, signs=plan[1])), plans))

    def text(self, body: str, *, share: float) -> None:
        """A share of those with a phone text this; `{name}` is their whole name."""
        writers = [fan for fan in self.fans if fan.texts and self.chance.random() < share]
        self._each(writers, lambda fan: self._text(fan, body.replace("{name}", fan.full_name)))

    def ask_questions(self) -> None:
        """A few write something only a person can answer."""
        for question in _QUESTIONS:
            self._guarded(partial(self._text, self.chance.choice(self.fans), question))

    def leave(self, *, share: float) -> None:
        """A few press the mailbox's own unsubscribe button."""
        leavers = [fan for fan in self.fans if self.chance.random() < share]
        self._each(leavers, self._one_click)

    def _sign_up(self, fan: Fan) -> None:
        browser = Browser(fan)
        page = browser.open(f"{self.public_url}/{self.slug}/?s={self.source}")
        fields = {"first_name": fan.name, "email": fan.email, "consent_email": "yes", "locale": "en"}
        fields["source"] = self.source
        if fan.texts:
            fields |= {"phone": fan.phone, "consent_sms": "yes"}
        browser.send(f"{self.public_url}/{self.slug}/join", page, fields)
        self._count("sign-ups")

    def _confirm(self, fan: Fan) -> None:
        for message in self._messages(fan.email):
            found = _CONFIRM.search(str(message.get("text", "")))
            if found:
                browser = Browser(fan)
                browser.send(found[0], browser.open(found[0]), {})
                self._count("confirmed by email")
                break
        if fan.texts:
            self._text(fan, "JOIN")

    def _read_mail(self, fan: Fan, subject: str, *, signs: bool) -> None:
        mail = [each for each in self._messages(fan.email) if subject in str(each.get("subject", ""))]
        if not mail:
            return
        message = mail[-1]
        self._control("act", {"to": fan.email, "message": message.get("message"), "what": "open"})
        found = _LINK.search(str(message.get("text", "")))
        if not found:
            return
        browser = Browser(fan)
        page = browser.open(found[0])
        self._count("clicked")
        if signs:
            petition = re.search(r'href="(/[^"]*/petition\?(?:[^"]*;)?t=[^"]+)"', page)
            if "/petition" not in browser.address and petition:
                page = browser.open(self.public_url + petition[1].replace("&amp;", "&"))
            if "Sign as" in page:
                token = re.search(r'name="t" value="([^"]+)"', page)
                address = f"{self.public_url}/{self.slug}/petition"
                fields = {"t": token[1] if token else "", "name": fan.full_name, "place": "GB"}
                browser.send(address, page, fields)
                self._count("signed by email")

    def _text(self, fan: Fan, body: str) -> None:
        self._control("inbound", {"from": fan.phone, "body": body})
        self._count("texts in")

    def _one_click(self, fan: Fan) -> None:
        messages = [each for each in self._messages(fan.email) if "List-Unsubscribe" in str(each.get("headers", ""))]
        if messages:
            self._control(
                "act", {"to": fan.email, "message": messages[-1].get("message"), "what": "one_click_unsubscribe"}
            )
            self._count("left")

    def _messages(self, address: str) -> list[dict[str, object]]:
        address = f"{self.sandbox_url}/control/messages?{urlencode({'to': address})}"
        with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310 - our own loopback
            found = json.loads(answer.read())
        messages = found.get("messages", found) if isinstance(found, dict) else found
        return [dict(message) for message in messages]

    def _control(self, door: str, content: Mapping[str, object]) -> None:
        request = urllib.request.Request(  # noqa: S310 - our own loopback
            f"{self.sandbox_url}/control/{door}",
            data=json.dumps(content).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30):  # noqa: S310 - our own loopback
            pass

    def _each(self, fans: list[Fan], deed: Callable[[Fan], None]) -> None:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(lambda fan: self._guarded(partial(deed, fan)), fans))

    def _guarded(self, deed: Callable[[], None]) -> None:
        try:
            deed()
        except (urllib.error.URLError, OSError):
            # One person's line went dead; the demo's report shows how many.
            self._count("lines that went dead")

    def _count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1
