"""What Twilio refuses when a text is created, and with which code."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sandbox.faults import Faults
from sandbox.magic import fate_of_number
from sandbox.phones import Phones
from sandbox.state import SERVICE_SID
from sandbox.twilio_answers import TwilioRefusal

_NUMBER = re.compile(r"\+[1-9]\d{7,14}")
_SERVICE = re.compile(r"MG[0-9a-fA-F]{32}")
_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]+")
_LONGEST = 1600
_SOONEST, _LATEST = 300, 35 * 24 * 3600
_MAGIC_SENDER = "+15005550006"
_WORDS = {
    21211: "Invalid 'To' Phone Number: {to}",
    21408: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: {to}.",
    21608: "The number {to} is unverified. Trial accounts cannot send messages to unverified numbers.",
    21610: "Attempt to send to unsubscribed recipient",
    21611: "This 'From' number has exceeded the maximum number of queued messages",
    21612: "Message cannot be sent with the current combination of 'To' and/or 'From' parameters",
    21614: "'To' number is not a valid mobile number: {to}",
}


@dataclass(frozen=True, slots=True)
class NewText:
    """A request to send that Twilio accepts."""

    to: str
    sender: str | None
    service_sid: str | None
    body: str
    callback: str | None
    validity: int | None
    send_at: float | None


def refusal(code: int, to: str) -> TwilioRefusal:
    """The refusal with that code about that number."""
    return TwilioRefusal(code, _WORDS.get(code, "The message was refused").format(to=to))


def read_new_text(form: Mapping[str, str], *, numbers: tuple[str, ...], now: float) -> NewText:
    """Check the form's shape in Twilio's order. Raises TwilioRefusal."""
    to = form.get("To", "").strip()
    if not to:
        raise TwilioRefusal(21604, "A 'To' phone number is required.")
    sender, service = _origin(form, numbers)
    body = _body(form)
    if not _NUMBER.fullmatch(to):
        raise refusal(21211, to)
    if sender == to:
        raise TwilioRefusal(21266, "'To' and 'From' number cannot be the same")
    return NewText(
        to=to,
        sender=sender,
        service_sid=service,
        body=body,
        callback=_callback(form),
        validity=_validity(form),
        send_at=_send_at(form, service, now),
    )


def check_recipient(new: NewText, phones: Phones, faults: Faults) -> None:
    """Refuse numbers that cannot or must not be written to. Raises TwilioRefusal."""
    struck = faults.strikes("sms", "refused")
    if struck:
        raise refusal(struck[1].code or 21211, new.to)
    if faults.lists_have("invalid_numbers", new.to):
        raise refusal(21211, new.to)
    if faults.lists_have("landline_numbers", new.to):
        raise refusal(21614, new.to)
    magic = fate_of_number(new.to)
    if magic and magic.refused:
        raise refusal(magic.refused, new.to)
    # Through a messaging service the opt-out only shows in the status callback.
    if new.service_sid is None and is_opted_out(new.to, new.sender or "", phones, faults):
        raise refusal(21610, new.to)


def is_opted_out(to: str, sender: str, phones: Phones, faults: Faults) -> bool:
    """Has this person opted out of this sender, by text or by instruction?"""
    return faults.lists_have("opted_out_numbers", to) or phones.has_opted_out(sender, to)


def _origin(form: Mapping[str, str], numbers: tuple[str, ...]) -> tuple[str | None, str | None]:
    sender = form.get("From", "").strip() or None
    service = form.get("MessagingServiceSid", "").strip() or None
    if sender is None and service is None:
        raise TwilioRefusal(21603, "A 'From' phone number is required.")
    if service is not None and (not _SERVICE.fullmatch(service) or service != SERVICE_SID):
        raise TwilioRefusal(21705, "The Messaging Service Sid is invalid.")
    if sender is not None and not _NUMBER.fullmatch(sender):
        raise TwilioRefusal(21212, f"Invalid From Number (caller ID): {sender}")
    if sender is not None and sender not in (*numbers, _MAGIC_SENDER):
        raise TwilioRefusal(
            21606,
            f"The 'From' phone number {sender} is not a valid, message-capable Twilio phone number for this"
            " account/country",
        )
    return sender, service


def _body(form: Mapping[str, str]) -> str:
    body = form.get("Body", "")
    if not body.strip() and not form.get("MediaUrl") and not form.get("ContentSid"):
        raise TwilioRefusal(21602, "Message body is required.")
    if len(body) > _LONGEST:
        raise TwilioRefusal(21617, "The concatenated message body exceeds the 1600 character limit.")
    return body


def _callback(form: Mapping[str, str]) -> str | None:
    url = form.get("StatusCallback", "").strip()
    if not url:
        return None
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host):
        raise TwilioRefusal(21609, f"The 'StatusCallback' URL {url} is not a valid URL.")
    return url


def _validity(form: Mapping[str, str]) -> int | None:
    given = form.get("ValidityPeriod", "").strip()
    if not given:
        return None
    if not re.fullmatch(r"\d{1,6}", given) or not 1 <= int(given) <= 36_000:
        raise TwilioRefusal(21624, f"Invalid validity period value: {given}. It must be between 1 and 36000.")
    return int(given)


def _send_at(form: Mapping[str, str], service: str | None, now: float) -> float | None:
    if form.get("ScheduleType") != "fixed" and "SendAt" not in form:
        return None
    if service is None:
        raise TwilioRefusal(35118, "MessagingServiceSid is required to schedule a message")
    if form.get("ScheduleType") != "fixed":
        raise TwilioRefusal(35117, "ScheduleType is required to schedule a message")
    try:
        moment = datetime.fromisoformat(form.get("SendAt", "")).timestamp()
    except ValueError as unreadable:
        raise TwilioRefusal(35114, "SendAt must be an ISO 8601 time") from unreadable
    if not now + _SOONEST < moment <= now + _LATEST:
        raise TwilioRefusal(
            35114, "SendAt time must be between 300 seconds and 35 days (3024000 seconds) in the future"
        )
    return moment
