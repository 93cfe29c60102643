"""Everything one running sandbox holds."""

from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from sandbox.agenda import Agenda
from sandbox.event_poster import EventPoster
from sandbox.faults import Faults
from sandbox.keys import SENDGRID_API_KEY, TWILIO_AUTH_TOKEN, kept_key
from sandbox.ledger import Ledger
from sandbox.mail import Mailboxes
from sandbox.phones import Phones
from sandbox.signing import SendGridSigner
from sandbox.suppression_lists import SuppressionLists
from sandbox.text_poster import TextPoster

ACCOUNT_SID = "AC" + "0" * 31 + "1"
SERVICE_SID = "MG" + "0" * 31 + "1"
NUMBER = "+447700900000"


@dataclass(frozen=True, slots=True)
class Options:
    """How the sandbox was started."""

    port: int = 8026
    public_url: str = "http://127.0.0.1:8000"
    home: Path = Path(".touchline")
    keep: int = 200_000
    pace: float = 1.0
    flush_seconds: float = 0.3
    numbers: tuple[str, ...] = (NUMBER,)
    advanced_opt_out: bool = False


class Sandbox:
    """The stores, the posters and the agenda of one process; nothing outlives it but its keys."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.signer = SendGridSigner(options.home)
        self.sendgrid_key = kept_key(options.home, SENDGRID_API_KEY)
        self.twilio_token = kept_key(options.home, TWILIO_AUTH_TOKEN)
        self.agenda = Agenda()
        self.faults = Faults()
        self.events = EventPoster(
            options.public_url + "/hooks/sendgrid/events",
            self.signer,
            self.faults,
            self.agenda,
            flush_seconds=options.flush_seconds,
        )
        self.texts = TextPoster(self.twilio_token, self.faults, self.agenda)
        self.forget()

    def forget(self) -> None:
        """Start afresh: ledger, mailboxes, phones, suppressions, faults and everything still to be told."""
        self.agenda.clear()
        self.events.clear()
        self.texts.clear()
        self.faults.clear()
        self.ledger = Ledger()
        self.mail = Mailboxes(self.options.keep)
        self.phones = Phones(self.options.keep)
        self.suppressed: dict[str, str] = {}
        self.lists = SuppressionLists()


SANDBOX: web.AppKey[Sandbox] = web.AppKey("sandbox", Sandbox)
