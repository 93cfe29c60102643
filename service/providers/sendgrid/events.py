"""SendGrid's event webhook: verified over the raw bytes first, then put into our own words."""

import base64
import re
from binascii import Error as BadBase64
from binascii import a2b_base64
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
from service.logs import mask
from service.providers.sendgrid import bounces

SIGNATURE_HEADER = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP_HEADER = "X-Twilio-Email-Event-Webhook-Timestamp"
# NUL, and halves of letters.
_UNPRINTABLE = re.compile(rb"\\u(?:0000|d[89a-f])", re.IGNORECASE)
# The same as they stand among other escapes: a backslash that is text, and the two halves of one letter, are neither.
_ESCAPES = re.compile(rb"\\\\|\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|\\u(?:0000|d[89a-f][0-9a-f]{2})", re.IGNORECASE)
_ONE_ESCAPE = len(b"\\u0000")
_TIMESTAMP = re.compile(r"[0-9]{10}")
# Documented: at most 100 characters of base64.
_FROM_URL = bytes.maketrans(b"-_", b"+/")
_WITH_CODE = frozenset({ReceiptKind.BOUNCED, ReceiptKind.BLOCKED, ReceiptKind.DROPPED})
_EVENT_ID = re.compile(r"[A-Za-z0-9_=+/-]{1,100}")

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
    readable = _ESCAPES.sub(_without_unprintable, raw_body) if _UNPRINTABLE.search(raw_body) else raw_body
    found = orjson.loads(readable)
    if not isinstance(found, list):
        raise ValueError("an event post is a list")
    return [_receipt(event, now) for event in found if isinstance(event, dict)]


def _without_unprintable(escape: re.Match[bytes]) -> bytes:
    said = escape.group()
    if len(said) != _ONE_ESCAPE:
        return said
    return b"" if said.endswith(b"0000") else b"?"


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
        code=bounces.status_of(event.get("status"), event.get("reason")) if kind in _WITH_CODE else "",
        is_machine=event.get("sg_machine_open") is True,
        address=_text(event.get("email")),
        url=_text(event.get("url")),
    )


def _event_id(event: dict[str, object]) -> str:
    """SendGrid's id, if it is shaped like one; else the same event is the one that says the same.

    An id that is not shaped so may hold anything, an address too, and is kept as a hash.
    """
    given = event.get("sg_event_id")
    if not given or not isinstance(given, str | int | float):
        return sha256(_spelled(event)).hexdigest()
    said = str(given)
    if _EVENT_ID.fullmatch(said) and not _spells_an_address(said):
        return said
    return sha256(said.encode()).hexdigest()


def _spelled(event: dict[str, object]) -> bytes:
    """All it says; of one whose lists lie in lists deeper than can be written again, its plain fields."""
    try:
        return orjson.dumps(event, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        plain = {name: value for name, value in event.items() if not isinstance(value, list | dict)}
        return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)


def _spells_an_address(event_id: str) -> bool:
    return len(event_id) % 4 != 1 and b"@" in a2b_base64(event_id.encode().translate(_FROM_URL) + b"==")


def _meaning(event: dict[str, object]) -> tuple[ReceiptKind, bool, str]:
    """What happened, whether the address itself is the trouble, and why in words we know, never in the provider's own."""
    name = event.get("event")
    if name == "bounce":
        classified = bounces.known_class(event.get("bounce_classification"))
        if event.get("type") == "blocked":
            return ReceiptKind.BLOCKED, False, classified or "blocked"
        is_dead = bounces.is_dead(event.get("status"), event.get("reason"), classified)
        return ReceiptKind.BOUNCED, is_dead, classified or "bounced"
    if name == "dropped":
        reason = bounces.known_drop(event.get("reason"))
        return ReceiptKind.DROPPED, reason in bounces.DEAD_DROPS, reason
    if name == "account_status_change":
        return ReceiptKind.ACCOUNT, False, mask(_text(event.get("type")) or "")[:60]
    return _KINDS.get(_text(name) or "", ReceiptKind.UNKNOWN), False, ""


def _moment(timestamp: object, now: datetime) -> datetime:
    if isinstance(timestamp, int | float) and 0 < timestamp < 4_102_444_800:
        return datetime.fromtimestamp(timestamp, UTC)
    return now


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
