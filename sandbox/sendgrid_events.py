"""The entries of SendGrid's event webhook, field by field."""

import base64
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from sandbox.mail import MailCopy

_IP = "203.0.113.9"
_READER_IP = "198.51.100.7"
_APPLE_IP = "17.58.0.1"
_BROWSER = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"


class Kind(StrEnum):
    """What happened to a copy; finer than the webhook's `event`, which is the first part of the value."""

    PROCESSED = "processed"
    DROPPED = "dropped"
    DEFERRED = "deferred"
    DELIVERED = "delivered"
    HARD_BOUNCE = "bounce.hard"
    SOFT_BOUNCE = "bounce.mailbox_full"
    BLOCKED = "bounce.blocked"
    LATE_BOUNCE = "bounce.late"
    OPEN = "open"
    MACHINE_OPEN = "open.machine"
    CLICK = "click"
    SPAM_REPORT = "spamreport"
    UNSUBSCRIBE = "unsubscribe"
    GROUP_UNSUBSCRIBE = "group_unsubscribe"
    GROUP_RESUBSCRIBE = "group_resubscribe"

    @property
    def event(self) -> str:
        """The webhook's `event`."""
        return self.value.partition(".")[0]


class EventNote(NamedTuple):
    """An event that is to be told; the entry itself is written when it is posted."""

    copy: MailCopy
    kind: Kind
    at: float
    event_id: str
    details: Mapping[str, object]


def event_id(kind: Kind, n: int, serial: int, nonce: str) -> str:
    """An id that stays the same however often the event is told."""
    return base64.urlsafe_b64encode(f"{kind}-{n}-{serial}-{nonce}".encode()).rstrip(b"=").decode()


def event_id_of_account(kind: str, serial: int, nonce: str) -> str:
    """An id for an event about the account."""
    return base64.urlsafe_b64encode(f"{kind}-{serial}-{nonce}".encode()).rstrip(b"=").decode()


def entry(note: EventNote) -> dict[str, object]:
    """The event as SendGrid writes it: custom_args flattened at the top, reserved keys winning."""
    copy, batch = note.copy, note.copy.batch
    fields: dict[str, object] = {"email": copy.address, "timestamp": int(note.at)}
    if note.kind in _WITH_SMTP_ID:
        fields["smtp-id"] = f"<{batch.message_id}@geopod-ismtpd-3>"
    fields["event"] = note.kind.event
    if batch.category is not None:
        fields["category"] = batch.category
    fields["sg_event_id"] = note.event_id
    if note.kind is not Kind.LATE_BOUNCE:
        fields["sg_message_id"] = sg_message_id(copy)
    fields |= _OWN_FIELDS.get(note.kind, {})
    if note.kind is Kind.DELIVERED:
        fields["response"] = f"250 2.0.0 OK  {int(note.at)} x1-20020a17090a - gsmtp"
    if note.kind is Kind.PROCESSED and batch.pool:
        fields["pool"] = {"name": batch.pool, "id": 210}
    fields |= note.details
    if batch.asm_group_id is not None and note.kind not in (Kind.UNSUBSCRIBE, Kind.LATE_BOUNCE):
        fields["asm_group_id"] = batch.asm_group_id
    return {**copy.custom_args, **fields}


def sg_message_id(copy: MailCopy) -> str:
    """The per-copy id; its part before the first dot is the request's X-Message-Id."""
    return f"{copy.batch.message_id}.recvd-5f8d9c-xk2lq-1-{int(copy.batch.accepted_at):08X}-{copy.place}.0"


_WITH_SMTP_ID = frozenset(
    {
        Kind.PROCESSED,
        Kind.DROPPED,
        Kind.DEFERRED,
        Kind.DELIVERED,
        Kind.HARD_BOUNCE,
        Kind.SOFT_BOUNCE,
        Kind.BLOCKED,
    }
)


def _bounce(kind: str, status: str, reason: str, classification: str) -> dict[str, object]:
    return {"type": kind, "status": status, "reason": reason, "bounce_classification": classification}


_AT_SERVER: dict[str, object] = {"ip": _IP, "tls": 1}
_OWN_FIELDS: dict[Kind, dict[str, object]] = {
    Kind.DROPPED: {"reason": "Bounced Address", "status": "5.0.0"},
    Kind.DEFERRED: {
        "response": "421 4.7.0 [TSS04] Messages from 203.0.113.9 temporarily deferred due to unexpected volume",
        "attempt": "1",
        **_AT_SERVER,
    },
    Kind.DELIVERED: _AT_SERVER,
    Kind.HARD_BOUNCE: _bounce(
        "bounce",
        "5.1.1",
        "550 5.1.1 The email account that you tried to reach does not exist",
        "Invalid Address",
    )
    | _AT_SERVER,
    Kind.BLOCKED: _bounce(
        "blocked", "5.7.1", "550 5.7.1 Message rejected due to local policy (IP reputation)", "Reputation"
    )
    | _AT_SERVER,
    Kind.SOFT_BOUNCE: _bounce(
        "blocked",
        "4.2.2",
        "452 4.2.2 The email account that you tried to reach is over quota (expired after 72h of deferrals)",
        "Mailbox Unavailable",
    ),
    Kind.LATE_BOUNCE: _bounce("bounce", "5.0.0", "550 user unknown", "Invalid Address"),
    Kind.OPEN: {
        "useragent": _BROWSER,
        "ip": _READER_IP,
        "sg_content_type": "html",
        "sg_machine_open": False,
    },
    Kind.MACHINE_OPEN: {
        "useragent": "Mozilla/5.0",
        "ip": _APPLE_IP,
        "sg_content_type": "html",
        "sg_machine_open": True,
    },
    Kind.CLICK: {"useragent": _BROWSER, "ip": _READER_IP, "sg_content_type": "html"},
    Kind.UNSUBSCRIBE: {"ip": _READER_IP, "useragent": _BROWSER},
    Kind.GROUP_UNSUBSCRIBE: {"useragent": _BROWSER, "ip": _READER_IP, "url": "https://example.org/"},
    Kind.GROUP_RESUBSCRIBE: {"useragent": _BROWSER, "ip": _READER_IP, "url": "https://example.org/"},
}


def list_details(kind: Kind) -> dict[str, object]:
    """What the suppression list of this event keeps beside the address and the moment."""
    if kind is Kind.SPAM_REPORT:
        return {"ip": _IP}
    own = _OWN_FIELDS.get(kind, {})
    return {name: own[name] for name in ("reason", "status") if name in own}
