"""Addresses as pages and the audit may show them: enough to be known by whoever knows them, and no more."""

import re

from service.domain.channel import Channel

# What looks like an address, and like a number: seven digits or more, however they are parted.
_EMAIL = re.compile(r"[^\s@<>\"',;:()\[\]]+@[^\s@<>\"',;:()\[\]]+")
_NUMBER = re.compile(r"\+?\(?\d(?:[\s().\-/\u00a0\u2010-\u2015]*\d){6,}")


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
    without_emails = _EMAIL.sub(lambda found: mask_email(found[0]), words)
    return _NUMBER.sub(lambda found: _mask_number(found[0]), without_emails)


def _mask_number(number: str) -> str:
    digits = re.sub(r"\D", "", number)
    return f"{'+' if number.startswith('+') else ''}{digits[:2]}…{digits[-2:]}"
