"""Email out through SMTP, the second road: one message each over a kept connection, each with an outcome of its own."""

import smtplib
import threading
from collections import Counter
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formataddr
from ssl import create_default_context
from urllib.parse import unquote, urlsplit

from service import clock
from service.providers.ports import EmailBatch, EmailOutcome, EmailRecipient, Outcome, Refusal

_SECONDS = 15.0


class BadSmtpUrl(ValueError):
    """SMTP_URL cannot be read."""


@dataclass(slots=True)
class Smtp:
    """`smtp://`, `smtps://` or `smtp+starttls://user:password@host:port`. Each thread keeps a connection of its own."""

    url: str = field(repr=False)
    name: str = field(init=False, default="smtp")
    _mine: threading.local = field(init=False, repr=False, default_factory=threading.local)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in {"smtp", "smtps", "smtp+starttls"} or not parts.hostname:
            raise BadSmtpUrl("SMTP_URL: smtp://, smtps:// or smtp+starttls:// and a host")

    def send(self, batch: EmailBatch, *, deadline: float) -> EmailOutcome:
        """Hand over a batch one message at a time; `per_recipient` holds how each fared."""
        outcomes: dict[int, EmailOutcome] = {}
        for place, recipient in enumerate(batch.recipients):
            outcomes[place] = self._send_one(batch, recipient, deadline if place == 0 else None)
            if outcomes[place].outcome is Outcome.NOT_SENT:
                # Nobody answers: the rest was not tried.
                rest = range(place + 1, len(batch.recipients))
                outcomes |= dict.fromkeys(rest, EmailOutcome(Outcome.NOT_SENT, detail=outcomes[place].detail))
                break
        commonest = Counter(outcome.outcome for outcome in outcomes.values()).most_common(1)[0][0]
        whole = next(outcome for outcome in outcomes.values() if outcome.outcome is commonest)
        return EmailOutcome(
            whole.outcome,
            provider_ref=whole.provider_ref,
            retry_after=whole.retry_after,
            refusal=whole.refusal,
            code=whole.code,
            detail=whole.detail,
            per_recipient=outcomes,
        )

    def close(self) -> None:
        """Let go of this thread's connection."""
        self._drop()

    def _send_one(self, batch: EmailBatch, recipient: EmailRecipient, deadline: float | None) -> EmailOutcome:
        if deadline is not None and clock.monotonic() > deadline:
            return EmailOutcome(Outcome.NOT_SENT, detail="the deadline had passed")
        message = _message(batch, recipient)
        try:
            connection = self._connection()
            connection.ehlo_or_helo_if_needed()
            code, _ = connection.mail(batch.from_address)
            if code != 250:
                raise smtplib.SMTPResponseException(code, b"sender refused")
            code, _ = connection.rcpt(recipient.address)
            if code not in {250, 251}:
                connection.rset()
                return _answered(code, at_recipient=True)
        except smtplib.SMTPAuthenticationError as refused:
            self._drop()
            return EmailOutcome(
                Outcome.REFUSED, refusal=Refusal.CREDENTIALS, code=str(refused.smtp_code), detail="sign-in refused"
            )
        except smtplib.SMTPResponseException as refused:
            self._drop()
            return _answered(refused.smtp_code, at_recipient=False)
        except (OSError, smtplib.SMTPException) as broken:
            self._drop()
            return EmailOutcome(Outcome.NOT_SENT, detail=type(broken).__name__)
        return self._data(connection, message, recipient)

    def _data(self, connection: smtplib.SMTP, message: EmailMessage, recipient: EmailRecipient) -> EmailOutcome:
        try:
            code, _ = connection.data(message.as_bytes())
        except smtplib.SMTPDataError as refused:
            return _answered(refused.smtp_code, at_recipient=False)
        except (OSError, smtplib.SMTPException) as broken:
            # The server may have taken it before the line went dead.
            self._drop()
            return EmailOutcome(Outcome.IN_DOUBT, detail=type(broken).__name__)
        if code != 250:
            return _answered(code, at_recipient=False)
        return EmailOutcome(Outcome.ACCEPTED, provider_ref=recipient.ref)

    def _connection(self) -> smtplib.SMTP:
        kept: smtplib.SMTP | None = getattr(self._mine, "connection", None)
        if kept is not None:
            return kept
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        if parts.scheme == "smtps":
            made: smtplib.SMTP = smtplib.SMTP_SSL(
                host, parts.port or 465, timeout=_SECONDS, context=create_default_context()
            )
        else:
            made = smtplib.SMTP(host, parts.port or (587 if "starttls" in parts.scheme else 25), timeout=_SECONDS)
        if parts.scheme == "smtp+starttls":
            made.starttls(context=create_default_context())
        if parts.username:
            made.login(unquote(parts.username), unquote(parts.password or ""))
        self._mine.connection = made
        return made

    def _drop(self) -> None:
        kept: smtplib.SMTP | None = getattr(self._mine, "connection", None)
        self._mine.connection = None
        if kept is not None:
            kept.close()


def _answered(code: int, *, at_recipient: bool) -> EmailOutcome:
    """A 4xx is a busy server; a 5xx at the recipient is about the address, elsewhere about us or the words."""
    if 400 <= code < 500:
        return EmailOutcome(Outcome.BUSY, code=str(code), detail="the server asks to wait")
    refusal = Refusal.INVALID_ADDRESS if at_recipient and code in {550, 551, 553} else Refusal.CONTENT
    return EmailOutcome(Outcome.REFUSED, refusal=refusal, code=str(code), detail=f"refused with {code}")


def _message(batch: EmailBatch, recipient: EmailRecipient) -> EmailMessage:
    message = EmailMessage()
    message["From"] = formataddr((batch.from_name, batch.from_address))
    message["To"] = formataddr((recipient.name, recipient.address))
    message["Subject"] = _filled(batch.subject, recipient)
    message["Message-ID"] = f"<{recipient.ref}.{batch.attempt_id}@{batch.from_address.rpartition('@')[2]}>"
    message["Date"] = clock.now()
    if batch.reply_to:
        message["Reply-To"] = batch.reply_to
    for name, value in {**batch.headers, **recipient.headers}.items():
        message[name] = value
    message.set_content(_filled(batch.text, recipient))
    message.add_alternative(_filled(batch.html, recipient), subtype="html")
    return message


def _filled(words: str, recipient: EmailRecipient) -> str:
    """Put each token's words in its place, in one pass over the tokens: none contains another."""
    pieces = [words]
    for token, value in recipient.substitutions.items():
        filled: list[str] = []
        for index, piece in enumerate(pieces):
            if index % 2:
                filled.append(piece)
                continue
            parts = piece.split(token)
            filled.append(parts[0])
            for part in parts[1:]:
                filled += [value, part]
        pieces = filled
    return "".join(pieces)
