"""The sandbox as tests meet it: its doors, its packages, and a campaign that notes down every webhook."""

import json
import socket
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import parse_qsl

from sendgrid import SendGridAPIClient
from twilio.rest import Client

ACCOUNT = "AC" + "0" * 31 + "1"
OUR_NUMBER = "+447700900000"
ANA, BILAL = "+447700900101", "+447700900102"


@dataclass(frozen=True)
class Hook:
    """One webhook as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def events(self) -> list[dict[str, object]]:
        return list(json.loads(self.body))


@dataclass
class Campaign:
    """The receiving end: keeps what it is sent and answers as told."""

    url: str = ""
    hooks: list[Hook] = field(default_factory=list)
    status: int = 204
    failures: int = 0
    twiml: str = ""

    def events(self) -> list[dict[str, object]]:
        return [event for hook in self.at("/hooks/sendgrid/events") for event in hook.events]

    def at(self, path: str) -> list[Hook]:
        return [hook for hook in list(self.hooks) if hook.path.startswith(path)]


@dataclass(frozen=True)
class Box:
    """The running sandbox, as its control door and the providers' packages reach it."""

    url: str
    home: Path

    def get(self, path: str) -> dict[str, object]:
        return self.ask("GET", path)

    def ask(self, method: str, path: str, content: object = None) -> dict[str, object]:
        asked = urllib.request.Request(
            self.url + path,
            data=None if content is None else json.dumps(content).encode(),
            method=method,
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:
                return dict(json.loads(answer.read()))
        except HTTPError as refused:
            with refused:
                return {"http_status": refused.code, **json.loads(refused.read())}

    def page(self, path: str, form: bytes | None = None) -> str:
        with urllib.request.urlopen(self.url + path, data=form, timeout=60) as answer:
            return str(answer.read().decode())

    def waiting_events(self) -> int:
        webhooks = self.get("/control/ledger/summary")["webhooks"]
        assert isinstance(webhooks, dict)
        return int(webhooks["events"]["waiting"])

    @property
    def key(self) -> str:
        """What SendGrid's door opens to."""
        return (self.home / "sandbox" / "sendgrid_api_key").read_text().strip()

    @property
    def token(self) -> str:
        """What Twilio's door opens to, and its webhooks are signed with."""
        return (self.home / "sandbox" / "twilio_auth_token").read_text().strip()

    def mailer(self, key: str | None = None) -> SendGridAPIClient:
        return SendGridAPIClient(key or self.key, host=self.url)

    def texter(self, token: str | None = None) -> Client:
        client = Client(ACCOUNT, token or self.token)
        client.api.base_url = self.url
        return client

    def faults(self, **channels: object) -> None:
        answer = self.ask("PUT", "/control/faults", channels)
        assert "error" not in answer, answer

    def messages(self, to: str) -> list[dict[str, object]]:
        found = self.get("/control/messages?to=" + to.replace("+", "%2B"))["messages"]
        assert isinstance(found, list)
        return found


def door_of(campaign: Campaign) -> type[BaseHTTPRequestHandler]:
    """The handler that notes webhooks down and answers as the campaign is told to."""

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            campaign.hooks.append(Hook(self.path, dict(self.headers.items()), body))
            status = campaign.status
            if campaign.failures:
                campaign.failures -= 1
                status = 503
            words = campaign.twiml.encode() if self.path == "/hooks/twilio/sms" else b""
            self.send_response(200 if words else status)
            self.send_header("Content-Type", "text/xml")
            if words or status != 204:
                self.send_header("Content-Length", str(len(words)))
            self.end_headers()
            self.wfile.write(words)

        def log_message(self, format: str, *args: object) -> None:
            return

    return Door


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


def until(holds: Callable[[], object], *, seconds: float = 60) -> None:
    """Wait until it holds; fail the test when it does not."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.02)


def answers(box: Box) -> bool:
    try:
        return box.get("/healthz") == {"status": "ok"}
    except OSError:
        return False


def letter(*addresses: str, **changes: object) -> dict[str, object]:
    """A request to mail/send: one personalization per address, in the campaign's way."""
    people = [
        {
            "to": [{"email": address, "name": address.partition("@")[0].title()}],
            "substitutions": {"-first_name-": address.partition("@")[0].title()},
            "custom_args": {"ref": f"1.e.{number}", "attempt": "a1"},
        }
        for number, address in enumerate(addresses)
    ]
    mail: dict[str, object] = {
        "personalizations": people,
        "from": {"email": "campaign@example.org", "name": "Touchline"},
        "subject": "Half time, -first_name-",
        "content": [
            {"type": "text/plain", "value": "Hello -first_name-"},
            {
                "type": "text/html",
                "value": '<p>Hello -first_name-, <a href="https://example.org/sign?a=1&amp;b=2">sign</a>',
            },
        ],
    }
    mail.update(changes)
    return {name: value for name, value in mail.items() if value is not None}
