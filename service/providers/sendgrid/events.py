"""SendGrid's event webhook: verified over the raw bytes first, then put into our own words."""

import base64
import json
import re
from binascii import Error as BadBase64
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256

import orjson
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from service.domain.receipt import Receipt, ReceiptKind

SIGNATURE_HEADER = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP_HEADER = "X-Twilio-Email-Event-Webhook-Timestamp"
# NUL, and halves of letters.
_UNPRINTABLE = re.compile(rb"\\u(?:0000|d[89a-f])", re.IGNORECASE)
_TIMESTAMP = re.compile(r"[0-9]{10}")

_KINDS = {
    "processed": ReceiptKind.ACCEPTED,
    "deferred": ReceiptKind.DEFERRED,
    "delivered": ReceiptKind.DELIVERED,
    "open": ReceiptKind.OPENED,
    "click": ReceiptKind.CLICKED,
    "spamreport": ReceiptKind.COMPLAINED,
    "unsubscribe": ReceiptKind.UNSUBSCRIBED,
    "group_unsubscribe": ReceiptKind.UNSUBSCRIBED,
    "group_resubscribe": ReceiptKind.RESUBSCRIBED,
    "account_status_change": ReceiptKind.ACCOUNT,
}
# A drop tells us what SendGrid already knew of the address; these two say that it never will work.
_DEAD = frozenset({"Bounced Address", "Invalid"})
# A bounce for one of these says nothing lasting of the address. SendGrid keeps its own list of bounces: should the next
# email to it be dropped for that, the drop suppresses it.
_NOT_THE_ADDRESS = frozenset(
    {"Content", "Frequency or Volume Too High", "Mailbox Unavailable", "Reputation", "Technical Failure"}
)
# Enhanced codes of a bad recipient address; 5.1.7 and 5.1.8 are of a bad sender.
_BAD_ADDRESS = re.compile(r"5\.1\.(?![78]$)[0-9]{1,3}")


def verified(signature: str | None, timestamp: str | None, raw_body: bytes, public_keys: Sequence[str]) -> bool:
    """Whether one of our webhooks' keys signed this body: ECDSA P-256 over timestamp and raw bytes. Never raises.

    The package's own helper decodes the body, is unframed about the timestamp and raises on junk; this is the same
    check with a ten-digit timestamp required and anything odd a plain no.
    """
    if not signature or not timestamp or not _TIMESTAMP.fullmatch(timestamp):
        return False
    try:
        der = base64.b64decode(signature, validate=True)
    except (BadBase64, ValueError):
        return False
    signed = timestamp.encode() + raw_body
    return any(_signed_by(key, der, signed) for key in public_keys)


def _signed_by(public_key: str, signature: bytes, signed: bytes) -> bool:
    key = _load(public_key)
    if key is None:
        return False
    try:
        key.verify(signature, signed, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=8)
def _load(public_key: str) -> ec.EllipticCurvePublicKey | None:
    try:
        key = load_der_public_key(base64.b64decode(public_key))
    except (BadBase64, ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, ec.EllipticCurvePublicKey) else None


def parse_events(raw_body: bytes, *, now: datetime) -> list[Receipt]:
    """The events of one post; what we do not know is kept as UNKNOWN. Raises ValueError where it is no list."""
    # One event with letters that no text holds must not cost us the others of its post.
    found = _plain(json.loads(raw_body)) if _UNPRINTABLE.search(raw_body) else orjson.loads(raw_body)
    if not isinstance(found, list):
        raise ValueError("an event post is a list")
    return [_receipt(event, now) for event in found if isinstance(event, dict)]


def _plain(said: object) -> object:
    if isinstance(said, str):
        return said.replace("\0", "").encode(errors="replace").decode()
    if isinstance(said, list):
        return [_plain(each) for each in said]
    return {str(_plain(name)): _plain(each) for name, each in said.items()} if isinstance(said, dict) else said


def _receipt(event: dict[str, object], now: datetime) -> Receipt:
    kind, permanent, reason = _meaning(event)
    return Receipt(
        event_id=_event_id(event),
        ref=_text(event.get("ref")),
        attempt_id=_text(event.get("attempt_id")),
        kind=kind,
        at=_moment(event.get("timestamp"), now),
        permanent=permanent,
        reason=reason,
        code=str(event.get("status") or ""),
        is_machine=event.get("sg_machine_open") is True,
        address=_text(event.get("email")),
        url=_text(event.get("url")),
    )


def _event_id(event: dict[str, object]) -> str:
    """SendGrid's id; an event without one is the same event when it says the same."""
    given = event.get("sg_event_id")
    return str(given)[:200] if given else sha256(orjson.dumps(event, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _meaning(event: dict[str, object]) -> tuple[ReceiptKind, bool, str]:
    """What happened, whether the address itself is the trouble, and why in a few words without the address."""
    name = event.get("event")
    if name == "bounce":
        classified = str(event.get("bounce_classification") or "")
        if event.get("type") == "blocked":
            return ReceiptKind.BLOCKED, False, classified or "blocked"
        is_bad = bool(_BAD_ADDRESS.fullmatch(str(event.get("status") or ""))) or classified not in _NOT_THE_ADDRESS
        return ReceiptKind.BOUNCED, is_bad, classified or "bounced"
    if name == "dropped":
        reason = str(event.get("reason") or "")
        return ReceiptKind.DROPPED, reason in _DEAD, reason
    if name == "account_status_change":
        return ReceiptKind.ACCOUNT, False, str(event.get("type") or "")
    return _KINDS.get(str(name), ReceiptKind.UNKNOWN), False, ""


def _moment(timestamp: object, now: datetime) -> datetime:
    if isinstance(timestamp, int | float) and 0 < timestamp < 4_102_444_800:
        return datetime.fromtimestamp(timestamp, UTC)
    return now


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
