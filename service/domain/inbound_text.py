"""What a person texted, made fit to keep: whatever a phone, a gateway or an attacker put into it."""

import re
from urllib.parse import urlsplit

# Twilio takes 1,600 characters; what is longer is no text of a person.
LONGEST_BODY = 4000
_LONGEST_FIELD = 200
_LONGEST_LINK = 2000
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Control signs but for tab and line feed; halves of a character, which no database keeps; and signs that turn the
# direction of what stands after them, with which a text can be made to read as another. Marks of a direction
# (U+200E, U+200F, U+061C), which Arabic and Hebrew need, turn nothing.
_UNFIT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]")
_MARKED_NUMBER = re.compile(r"(whatsapp|rcs):(\+?[0-9 ()-]+)", re.IGNORECASE)
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")


def clean_body(text: str) -> str:
    """The words as a person would read them, fit for any database; emoji, scripts and line breaks stay."""
    return _UNFIT.sub("", _LINE_ENDS.sub("\n", text))[:LONGEST_BODY]


def clean_field(text: str) -> str:
    """A short field of a webhook on one line."""
    return " ".join(clean_body(text[: 4 * _LONGEST_FIELD]).split())[:_LONGEST_FIELD]


def split_sender(sender: str) -> tuple[str, str]:
    """How a text came and from which number: `whatsapp:+447700900123` is that person's number, as is `rcs:`."""
    marked = _MARKED_NUMBER.fullmatch(sender)
    return (marked[1].lower(), marked[2]) if marked else ("sms", sender)


def is_number(phone: str) -> bool:
    """Whether this is a number in E.164, which alone can be answered: not a name, a short code or nothing."""
    return _NUMBER.fullmatch(phone) is not None


def safe_link(url: str) -> str:
    """The address of a picture where it can be opened without harm; '' where it cannot."""
    if len(url) > _LONGEST_LINK or url != clean_body(url) or re.search(r"\s|\\", url):
        return ""
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        return ""
    is_plain = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
    return url if is_plain and port_is_fine else ""
