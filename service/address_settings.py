"""Addresses that the environment names: mailboxes, and where things are told."""

import re

from service.environment import Environment, SettingsError

_SHORTEST_ALERT_SECRET = 32


def read_address(read: Environment, name: str) -> str:
    """An email address in small letters, or empty. Raises SettingsError."""
    given = read.text(name, "").lower()
    if given and not re.fullmatch(r"[^@\s,;<>]+@[a-z0-9-]+(\.[a-z0-9-]+)+", given):
        raise SettingsError(f"{name}: an email address such as touchline@example.org; got {given!r}")
    return given


def read_alert_url(read: Environment) -> str:
    """Where alerts are posted, or empty. Raises SettingsError."""
    url = read.text("ALERT_WEBHOOK_URL", "")
    if url and not re.fullmatch(r"https://[a-z0-9.-]+(:443)?(/[!-~]*)?", url, re.IGNORECASE):
        raise SettingsError(
            "ALERT_WEBHOOK_URL: an address of the public internet that begins with https://, on port 443 and without a "
            "password in it"
        )
    return url


def read_alert_secret(read: Environment) -> str:
    """What signs alerts. Raises SettingsError where they are posted and it is missing or short."""
    secret = read.text("ALERT_WEBHOOK_SECRET", "")
    if read.text("ALERT_WEBHOOK_URL", "") and len(secret) < _SHORTEST_ALERT_SECRET:
        raise SettingsError(
            "ALERT_WEBHOOK_SECRET: needed with ALERT_WEBHOOK_URL, at least 32 characters; it signs alerts"
        )
    return secret


def read_security_contact(read: Environment) -> str:
    """Whom to tell of a weakness, or empty. Raises SettingsError."""
    given = read.text("SECURITY_CONTACT", "")
    if given and not re.fullmatch(r"mailto:[^@\s,;<>]+@[a-z0-9-]+(\.[a-z0-9-]+)+|https://[!-~]+", given):
        raise SettingsError(
            f"SECURITY_CONTACT: mailto:security@example.org or an address that begins with https://; got {given!r}"
        )
    return given
