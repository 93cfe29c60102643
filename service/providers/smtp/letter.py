"""One recipient's email as it travels: the batch's words with the tokens filled, and the headers.

A letter is set once for its batch; what differs from person to person is put in as bytes, for a message made anew
from its parts takes Python a millisecond.
"""

import re
from binascii import b2a_qp
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from service.providers.ports import EmailBatch, EmailRecipient

# Seven bits, for servers that know no more. Lines as long as the law allows: folding would encode long links in
# headers, and mailbox providers look for List-Unsubscribe as it is.
_LONGEST_LINE = 998
_POLICY = SMTP.clone(cte_type="7bit", max_line_length=_LONGEST_LINE)


@dataclass(slots=True)
class LetterPress:
    """Writes the letters of one batch. `now` is their date."""

    batch: EmailBatch
    now: datetime
    _head: bytes = field(init=False)
    _domain: str = field(init=False)
    _boundary: str = field(init=False)
    # Words parted at their tokens: every other piece is one.
    _pieces: dict[tuple[str, tuple[str, ...]], list[str]] = field(init=False, default_factory=dict)
    _subjects: dict[str, bytes] = field(init=False, default_factory=dict)
    _longest: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        batch = self.batch
        self._domain = batch.from_address.rpartition("@")[2]
        # No words of ours hold this: it is drawn from the attempt, which nobody knew when they were written.
        self._boundary = f"=_{batch.attempt_id}"
        self._longest = {words: max(map(len, words.splitlines()), default=0) for words in (batch.text, batch.html)}
        lines = [
            _header("From", formataddr((batch.from_name, batch.from_address))),
            b"Date: " + format_datetime(self.now).encode(),
            b"MIME-Version: 1.0",
            f'Content-Type: multipart/alternative; boundary="{self._boundary}"'.encode(),
        ]
        if batch.reply_to:
            lines.append(_header("Reply-To", batch.reply_to))
        lines += [_header(name, value) for name, value in batch.headers.items()]
        self._head = b"\r\n".join(lines)

    def letter(self, recipient: EmailRecipient) -> bytes:
        """The bytes of one message, lines ending as SMTP wants them. Raises ValueError where a header has a line break."""
        to = _header("To", formataddr((recipient.name, recipient.address)))
        # Our own name for the message, for whoever has only a bounce to go by.
        name = f"Message-ID: <{recipient.ref}.{self.batch.attempt_id}@{self._domain}>".encode()
        own = [_header(name, value) for name, value in recipient.headers.items()]
        boundary = f"--{self._boundary}".encode()
        lines = [
            *(self._head, to, self._subject(recipient), name, *own, b"", boundary),
            *(self._part("plain", self.batch.text, recipient), boundary),
            *(self._part("html", self.batch.html, recipient), boundary + b"--", b""),
        ]
        return b"\r\n".join(lines)

    def _subject(self, recipient: EmailRecipient) -> bytes:
        words = self._filled(self.batch.subject, recipient)
        known = self._subjects.get(words)
        if known is None:
            known = self._subjects[words] = _header("Subject", words)
        return known

    def _part(self, kind: str, words: str, recipient: EmailRecipient) -> bytes:
        filled = "\r\n".join((*self._filled(words, recipient).splitlines(), ""))
        longest = self._longest[words] + sum(map(len, recipient.substitutions.values()))
        is_plain = filled.isascii() and longest < _LONGEST_LINE
        body = filled.encode("ascii") if is_plain else b2a_qp(filled.encode(), istext=True)
        coding, charset = ("7bit", "us-ascii") if is_plain else ("quoted-printable", "utf-8")
        head = f"Content-Type: text/{kind}; charset={charset}\r\nContent-Transfer-Encoding: {coding}\r\n\r\n"
        return head.encode() + body

    def _filled(self, words: str, recipient: EmailRecipient) -> str:
        """Put each token's words in its place. What was filled in is not looked at again, whatever it holds."""
        tokens = tuple(recipient.substitutions)
        pieces = self._pieces.get((words, tokens))
        if pieces is None:
            longest_first = sorted(tokens, key=len, reverse=True)
            pattern = "|".join(map(re.escape, longest_first))
            pieces = self._pieces[words, tokens] = re.split(f"({pattern})", words) if tokens else [words]
        filled = pieces.copy()
        filled[1::2] = [recipient.substitutions[token] for token in pieces[1::2]]
        return "".join(filled)


def _header(name: str, value: str) -> bytes:
    """A header line. Raises ValueError where its value has a line break or another sign that is none to print."""
    if value.isascii() and value.isprintable() and len(value) < _LONGEST_LINE - 40:
        return f"{name}: {value}".encode()
    message = EmailMessage(policy=_POLICY)
    message[name] = value
    return message.as_bytes().split(b"\r\n\r\n")[0].rstrip(b"\r\n")
