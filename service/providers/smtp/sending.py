"""Email out through SMTP, the second road: one message each over a kept connection, each with an outcome of its own."""

import smtplib
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from service import clock
from service.providers.ports import EmailBatch, EmailOutcome, EmailRecipient, Outcome, Refusal
from service.providers.smtp.letter import LetterPress
from service.providers.smtp.line import open_line, read_url

# A batch's handover ends well before the house begins to wonder what became of it; the rest goes another time.
_BATCH_SECONDS = 45.0
_Line = smtplib.SMTP


@dataclass(slots=True)
class Smtp:
    """`smtp://`, `smtps://` or `smtp+starttls://user:password@host:port`. Each thread keeps a connection of its own."""

    url: str = field(repr=False)
    batch_seconds: float = _BATCH_SECONDS
    name: str = field(init=False, default="smtp")
    _mine: threading.local = field(init=False, repr=False, default_factory=threading.local)
    _lines: set[_Line] = field(init=False, repr=False, default_factory=set)

    def __post_init__(self) -> None:
        read_url(self.url)

    def send(self, batch: EmailBatch, *, deadline: float) -> EmailOutcome:
        """Hand over a batch one message at a time; `per_recipient` holds how each fared."""
        if clock.monotonic() > deadline:
            return EmailOutcome(Outcome.NOT_SENT, detail="the deadline had passed")
        self._check_kept_line()
        until = clock.monotonic() + self.batch_seconds
        press = LetterPress(batch, clock.now())
        outcomes: dict[int, EmailOutcome] = {}
        for place, recipient in enumerate(batch.recipients):
            if place and clock.monotonic() > until:
                ending = EmailOutcome(Outcome.NOT_SENT, retry_after=0.0, detail="the rest goes another time")
            else:
                outcomes[place] = ending = self._send_one(press, recipient)
            if ending.outcome is Outcome.NOT_SENT or (ending.refusal and ending.refusal.stops_everything):
                # It would go the same way for everyone: the rest was not tried.
                rest = range(len(outcomes), len(batch.recipients))
                outcomes |= dict.fromkeys(rest, ending)
                break
        return _gathered(outcomes)

    def close(self) -> None:
        """Let go of every thread's connection."""
        while self._lines:
            self._lines.pop().close()
        self._mine = threading.local()

    def _send_one(self, press: LetterPress, recipient: EmailRecipient) -> EmailOutcome:
        try:
            recipient.address.encode("ascii")
            message = press.letter(recipient)
        except UnicodeError:
            return EmailOutcome(Outcome.REFUSED, refusal=Refusal.INVALID_ADDRESS, detail="an address beyond ASCII")
        except ValueError:
            # A header with a line break in it.
            return EmailOutcome(Outcome.REFUSED, refusal=Refusal.CONTENT, detail="a header cannot be written")
        try:
            line = self._line()
            line.ehlo_or_helo_if_needed()
            answers = _address(line, press.batch.from_address, recipient.address)
        except smtplib.SMTPResponseException as refused:
            self._drop()
            return _at_greeting(refused.smtp_code)
        except smtplib.SMTPNotSupportedError:
            self._drop()
            return EmailOutcome(Outcome.REFUSED, refusal=Refusal.CONFIGURATION, detail="SMTP_URL asks for too much")
        except (OSError, smtplib.SMTPException) as broken:
            self._drop()
            return EmailOutcome(Outcome.NOT_SENT, detail=type(broken).__name__)
        for (code, said), good, meaning in zip(answers, _GOOD, (_at_sender, _at_recipient, _at_words), strict=False):
            if code not in good:
                is_policy = meaning is _at_recipient and said.startswith(b"5.7.")
                return self._answered(line, code, _about_us if is_policy else meaning)
        return self._data(line, message, recipient)

    def _data(self, line: _Line, message: bytes, recipient: EmailRecipient) -> EmailOutcome:
        try:
            # A line that begins with a dot gets a second one (RFC 5321, 4.5.2); a letter begins with a header.
            line.send(message.replace(b"\r\n.", b"\r\n..") + b".\r\n")
            code, _ = line.getreply()
        except (OSError, smtplib.SMTPException) as broken:
            # The server may have taken it before the line went dead.
            self._drop()
            return EmailOutcome(Outcome.IN_DOUBT, detail=type(broken).__name__)
        if code == -1:
            # No answer that can be read.
            self._drop()
            return EmailOutcome(Outcome.IN_DOUBT, detail="an unreadable answer")
        if code // 100 != 2:
            return self._answered(line, code, _at_words)
        return EmailOutcome(Outcome.ACCEPTED, provider_ref=recipient.ref)

    def _answered(self, line: _Line, code: int, meaning: Callable[[int], EmailOutcome]) -> EmailOutcome:
        """A server's no, and the line made ready for the next message."""
        try:
            if code in {-1, 421} or line.rset()[0] != 250:
                self._drop()
        except (OSError, smtplib.SMTPException):
            self._drop()
        return meaning(code)

    def _check_kept_line(self) -> None:
        """Servers hang up on silence: look before a message would meet a dead line."""
        kept: _Line | None = getattr(self._mine, "line", None)
        if kept is None:
            return
        try:
            is_alive = kept.noop()[0] == 250
        except (OSError, smtplib.SMTPException):
            is_alive = False
        if not is_alive:
            self._drop()

    def _line(self) -> _Line:
        kept: _Line | None = getattr(self._mine, "line", None)
        if kept is None:
            kept = self._mine.line = open_line(self.url)
            self._lines.add(kept)
        return kept

    def _drop(self) -> None:
        kept: _Line | None = getattr(self._mine, "line", None)
        self._mine.line = None
        if kept is not None:
            self._lines.discard(kept)
            with suppress(OSError):
                kept.close()


# What each command is answered with when all is well: MAIL, RCPT, DATA.
_GOOD = (frozenset({250}), frozenset({250, 251}), frozenset({354}))


def _address(line: _Line, sender: str, recipient: str) -> list[tuple[int, bytes]]:
    """Say whom a letter is from and for, and that it follows; each answer as far as they were good.

    In one go where the server knows PIPELINING (RFC 2920), which saves two waits for each letter.
    """
    commands = (f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>", "DATA")
    answers: list[tuple[int, bytes]] = []
    if not line.has_extn("pipelining"):
        for command, good in zip(commands, _GOOD, strict=True):
            answers.append(line.docmd(command))
            if answers[-1][0] not in good:
                break
        return answers
    line.send("".join(f"{command}\r\n" for command in commands).encode("ascii"))
    answers = [line.getreply() for _ in commands]
    if answers[2][0] in _GOOD[2] and not (answers[0][0] in _GOOD[0] and answers[1][0] in _GOOD[1]):
        # It would take a letter for nobody: give it an empty one.
        line.send(b".\r\n")
        line.getreply()
    return answers


def _gathered(outcomes: dict[int, EmailOutcome]) -> EmailOutcome:
    """The commonest outcome for the batch as a whole, and each one's own."""
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


def _no(code: int, refusal: Refusal) -> EmailOutcome:
    """A 4xx is a server that asks to wait; what it cannot say plainly was not taken either."""
    if code < 500:
        return EmailOutcome(Outcome.BUSY, code=str(code), detail="the server asks to wait")
    return EmailOutcome(Outcome.REFUSED, refusal=refusal, code=str(code), detail=f"refused with {code}")


def _at_greeting(code: int) -> EmailOutcome:
    return _no(code, Refusal.CREDENTIALS if code in {530, 534, 535, 538} else Refusal.CONFIGURATION)


def _at_sender(code: int) -> EmailOutcome:
    return _at_greeting(code)


def _at_recipient(code: int) -> EmailOutcome:
    return _no(code, Refusal.INVALID_ADDRESS) if code in {550, 551, 553} else _about_us(code)


def _about_us(code: int) -> EmailOutcome:
    """A policy (the enhanced code 5.7), or no room: it says nothing of the address, which must not be called wrong for it."""
    return _no(code, Refusal.CREDENTIALS if code == 530 else Refusal.UNREACHABLE)


def _at_words(code: int) -> EmailOutcome:
    return _no(code, Refusal.CONTENT)
