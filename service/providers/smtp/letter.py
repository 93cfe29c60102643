"""One recipient's email as it travels: the batch's words with the tokens filled, and the headers."""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr

from service.providers.ports import EmailBatch, EmailRecipient

# Seven bits, for servers that know no more. Lines as long as the law allows: folding would encode long links in
# headers, and mailbox providers look for List-Unsubscribe as it is.
_POLICY = SMTP.clone(cte_type="7bit", max_line_length=998)


def letter(batch: EmailBatch, recipient: EmailRecipient, *, now: datetime) -> bytes:
    """The bytes of one message, lines ending as SMTP wants them. Raises ValueError where a header has a line break."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = formataddr((batch.from_name, batch.from_address))
    message["To"] = formataddr((recipient.name, recipient.address))
    message["Subject"] = _filled(batch.subject, recipient)
    # Our own name for the message, for whoever has only a bounce to go by.
    message["Message-ID"] = f"<{recipient.ref}.{batch.attempt_id}@{batch.from_address.rpartition('@')[2]}>"
    message["Date"] = now
    if batch.reply_to:
        message["Reply-To"] = batch.reply_to
    for name, value in {**batch.headers, **recipient.headers}.items():
        message[name] = value
    message.set_content(_filled(batch.text, recipient))
    message.add_alternative(_filled(batch.html, recipient), subtype="html")
    return message.as_bytes()


def _filled(words: str, recipient: EmailRecipient) -> str:
    """Put each token's words in its place. What was filled in is not looked at again, whatever it holds."""
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
