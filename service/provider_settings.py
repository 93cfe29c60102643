"""Who carries email and texts, by the environment; the sandbox only on this machine."""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from service import sandbox_keys
from service.environment import Environment, SettingsError
from service.sandbox_keys import is_loopback, kept_key


class EmailRoad(StrEnum):
    SANDBOX = "sandbox"
    SENDGRID = "sendgrid"
    SMTP = "smtp"
    NONE = "none"


class SmsRoad(StrEnum):
    SANDBOX = "sandbox"
    TWILIO = "twilio"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class TwilioSettings:
    """How texts go; nothing but the address where nobody carries them."""

    account_sid: str
    auth_tokens: tuple[str, ...]
    api_url: str
    messaging_service_sid: str | None = None
    from_numbers: tuple[str, ...] = ()


def read_roads(read: Environment, public_url: str) -> tuple[EmailRoad, SmsRoad]:
    """Who is chosen; where nobody is, the sandbox on this machine alone, and anywhere else none.

    The sandbox takes whatever it is sent and answers to keys in a file: it is for one machine. Raises SettingsError.
    """
    is_local = is_loopback(public_url)
    email = read.choice("EMAIL_PROVIDER", EmailRoad, EmailRoad.SANDBOX if is_local else EmailRoad.NONE)
    sms = read.choice("SMS_PROVIDER", SmsRoad, SmsRoad.SANDBOX if is_local else SmsRoad.NONE)
    for name, chosen, others in (
        ("EMAIL_PROVIDER", email, "sendgrid, smtp or none"),
        ("SMS_PROVIDER", sms, "twilio or none"),
    ):
        if chosen == "sandbox" and not is_local:
            raise SettingsError(
                f"{name}: the sandbox is only for a PUBLIC_URL of this machine, such as http://127.0.0.1:8000, "
                f"and PUBLIC_URL is {public_url}; set {name} to {others}"
            )
    return email, sms


def read_second_road(read: Environment, first: EmailRoad) -> EmailRoad | None:
    """Who takes over while the first one is failing, where somebody does."""
    value = read.text("EMAIL_SECOND_PROVIDER", "")
    if not value:
        return None
    if value.casefold() != EmailRoad.SMTP or first in {EmailRoad.SMTP, EmailRoad.NONE}:
        raise SettingsError(f"EMAIL_SECOND_PROVIDER: smtp beside another first provider, or nothing; got {value!r}")
    return EmailRoad.SMTP


def read_twilio(read: Environment, home: Path, road: SmsRoad, sandbox_url: str) -> TwilioSettings:
    """How texts go: by the sandbox as by Twilio, with another address and keys of its own. Raises SettingsError."""
    if road is SmsRoad.SANDBOX:
        token = kept_key(home, sandbox_keys.TWILIO_AUTH_TOKEN)
        return TwilioSettings(sandbox_keys.TWILIO_ACCOUNT_SID, (token,), sandbox_url, None, (sandbox_keys.NUMBER,))
    api_url = read.url("TWILIO_API_URL", "https://api.twilio.com")
    if road is SmsRoad.NONE:
        return TwilioSettings("", (), api_url)
    read.require("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", because="SMS_PROVIDER=twilio")
    service_sid = read.optional_pattern("TWILIO_MESSAGING_SERVICE_SID", r"MG[0-9a-fA-F]{32}")
    return TwilioSettings(
        read.pattern("TWILIO_ACCOUNT_SID", r"AC[0-9a-fA-F]{32}"),
        read.several("TWILIO_AUTH_TOKEN", needed=True),
        api_url,
        service_sid,
        _from_numbers(read, needed=service_sid is None),
    )


def _from_numbers(read: Environment, *, needed: bool) -> tuple[str, ...]:
    numbers = read.several("TWILIO_FROM_NUMBERS", needed=False)
    if needed and not numbers:
        raise SettingsError(
            "TWILIO_MESSAGING_SERVICE_SID or TWILIO_FROM_NUMBERS: needed with SMS_PROVIDER=twilio, and not set"
        )
    for number in numbers:
        if not re.fullmatch(r"\+[1-9]\d{6,14}", number):
            raise SettingsError("TWILIO_FROM_NUMBERS: numbers parted by commas, each like +447700900000")
    return numbers
