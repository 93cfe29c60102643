"""Twilio's webhooks: verified against the public address first, then put into our own words."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from twilio.request_validator import RequestValidator

from service.domain.inbound_text import clean_field
from service.domain.receipt import Receipt, ReceiptKind
from service.providers.twilio.errors import is_permanent
from service.providers.twilio.inbound import parse_inbound

__all__ = ["SETTINGS_HEADER", "SIGNATURE_HEADER", "parse_inbound", "parse_status", "verified"]

SIGNATURE_HEADER = "X-Twilio-Signature"
SETTINGS_HEADER = "X-Twilio-Webhooks-Signature-Settings"

_KINDS = {
    "scheduled": ReceiptKind.ACCEPTED,
    "accepted": ReceiptKind.ACCEPTED,
    "queued": ReceiptKind.ACCEPTED,
    "sending": ReceiptKind.ACCEPTED,
    "sent": ReceiptKind.SENT,
    "delivered": ReceiptKind.DELIVERED,
    "read": ReceiptKind.DELIVERED,
    "undelivered": ReceiptKind.FAILED,
    "failed": ReceiptKind.FAILED,
    "canceled": ReceiptKind.FAILED,
}


class _Form(dict[str, str]):
    """A form in which a name may come several times, as the package's validator reads it."""

    def __init__(self, items: Sequence[tuple[str, str]]) -> None:
        super().__init__(items)
        self._items = items

    def getlist(self, name: str) -> list[str]:
        return [value for key, value in self._items if key == name]


def verified(
    *,
    public_url: str,
    path_and_query: str,
    form: Sequence[tuple[str, str]],
    signature: str | None,
    settings_header: str | None,
    tokens: Sequence[str],
) -> bool:
    """Whether Twilio signed this request for the address we gave it. Never raises.

    `public_url` is the configured one: Host and X-Forwarded-* are whatever a stranger says they are. A request that
    brings its own signature settings is refused: no such key is configured, and a caller does not choose the algorithm.
    """
    if not signature or settings_header is not None:
        return False
    return any(_signed_with(token, public_url + path_and_query, form, signature) for token in tokens)


def _signed_with(token: str, url: str, form: Sequence[tuple[str, str]], signature: str) -> bool:
    try:
        return bool(RequestValidator(token).validate(url, _Form(form), signature))
    except Exception:  # the validator raises several kinds on junk; each is a plain no, and a 403
        return False


def parse_status(form: Mapping[str, str], *, ref: str, now: datetime) -> Receipt:
    """What became of a text. Raises KeyError where the callback has no message id."""
    status = clean_field(form.get("MessageStatus") or form.get("SmsStatus") or "")
    code = clean_field(form.get("ErrorCode", ""))
    return Receipt(
        event_id=f"{clean_field(form['MessageSid'])}:{status}",
        ref=ref,
        attempt_id=None,
        kind=_KINDS.get(status, ReceiptKind.UNKNOWN),
        at=now,
        permanent=is_permanent(form.get("ErrorCode", "")),
        reason=f"error {code}" if code else "",
        code=code,
    )
