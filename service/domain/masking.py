"""Addresses as pages and the audit may show them: enough to be known by whoever knows them, and no more."""

from service.domain.channel import Channel


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
