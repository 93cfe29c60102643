"""Addresses as pages and the audit may show them: enough to be known by whoever knows them, and no more."""

import re

from service.domain.channel import Channel
from service.patterns import AT, BETWEEN_DIGITS, DOTS, QUOTED

# What looks like an address, and like a number: seven digits or more, however they are parted.
_EMAIL = re.compile(rf"({QUOTED}|[^\s@<>\"',;:()\[\]]{{1,254}}){AT}([^\s@<>\"',;:()\[\]]+)", re.IGNORECASE)
_NUMBER = re.compile(rf"[+＋]?\(?\d(?:[\s{BETWEEN_DIGITS}]*\d){{6,}}")
# Millions, by their thousands: nobody's number.
_COUNT = re.compile(r"[1-9]\d{0,2}(?:,\d{3}){2}")
_DOTS = re.compile(f"[{DOTS}]")


def mask_email(email: str | None) -> str:
    """`a…@e….org` for `ana@example.org`."""
    if not email:
        return ""
    local, _, domain = email.partition("@")
    name, _, top = domain.rpartition(".")
    return f"{local[:1]}…@{name[:1]}….{top}"


def mask_phone(phone: str | None) -> str:
    """`+44…23` for `+447700900123`."""
    return f"{phone[:3]}…{phone[-2:]}" if phone else ""


def mask_address(channel: Channel, address: str) -> str:
    """An address of this channel, masked."""
    return mask_email(address) if channel is Channel.EMAIL else mask_phone(address)


def mask_words(words: str) -> str:
    """The same words with every address and number in them masked, whatever else they say."""
    without_emails = _EMAIL.sub(_mask_found, words)
    return _NUMBER.sub(lambda found: _mask_number(found[0]), without_emails)


def _mask_found(found: re.Match[str]) -> str:
    local, domain = found[1].lstrip('\\"'), _DOTS.sub(".", found[2])
    return mask_email(f"{local[:1]}@{domain}")


def _mask_number(number: str) -> str:
    if _COUNT.fullmatch(number):
        return number
    digits = re.sub(r"\D", "", number)
    return f"{'+' if number.startswith(('+', '＋')) else ''}{digits[:2]}…{digits[-2:]}"
