"""Signed links: short tokens that say whose link it is and what for, and cannot be forged, read or swapped.

A token is a keyed MAC followed by the facts, hidden under a keystream drawn from that MAC, so two supporters' tokens
share no structure and no id can be read from an address. The purpose is part of the key material: a leave link cannot
be used to sign a petition. Links to leave and to preferences never expire; confirmations and sign-ins always do.
"""

import hashlib
import hmac
from binascii import Error as BadBase64
from binascii import a2b_base64, b2a_base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from struct import Struct

from service.domain.channel import Channel

MAC_BYTES = 12


class LinkKind(StrEnum):
    """What a link lets its holder do; 16 letters at most, for it is mixed into the MAC."""

    LEAVE = "leave"
    PREFERENCES = "preferences"
    PETITION = "petition"
    CLICK = "click"
    SHARE = "share"
    CONFIRM = "confirm"
    SIGN_IN = "sign_in"


EXPIRING = frozenset({LinkKind.CONFIRM, LinkKind.SIGN_IN})

_CHANNELS: tuple[Channel | None, ...] = (None, Channel.EMAIL, Channel.SMS)
_CHANNEL_NUMBERS = {channel: number for number, channel in enumerate(_CHANNELS)}
_PURPOSE = {kind: kind.encode() for kind in LinkKind}
_VEIL = {kind: f"veil {kind}".encode() for kind in LinkKind}
# Channel, supporter (5 bytes: high, low), blast, target.
_LASTING = Struct(">BBIIH")
# Channel, supporter, expiry in seconds, nonce.
_PASSING = Struct(">BBIIQ")
_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """What a genuine token says. `supporter_id` is the manager's for SIGN_IN and the sign-up's for CONFIRM."""

    kind: LinkKind
    supporter_id: int
    blast_id: int = 0
    target: int = 0
    channel: Channel | None = None
    expires_at: datetime | None = None
    nonce: int = 0


def derive_key(secret: str, purpose: str) -> bytes:
    """The key for one purpose, drawn from the one secret: knowing it tells nothing of the others."""
    return hmac.new(secret.encode(), f"touchline {purpose}".encode(), hashlib.sha256).digest()


def sign(
    kind: LinkKind,
    supporter_id: int,
    *,
    key: bytes,
    channel: Channel | None = None,
    blast_id: int = 0,
    target: int = 0,
    expires_at: datetime | None = None,
    nonce: int = 0,
) -> str:
    """Write a token: 32 characters, or 40 for the kinds that expire (these need `expires_at` and a random nonce)."""
    who = _CHANNEL_NUMBERS[channel], supporter_id >> 32, supporter_id & 0xFFFFFFFF
    if kind in EXPIRING:
        if expires_at is None:
            raise ValueError(f"a {kind} link needs a moment at which it expires")
        facts = _PASSING.pack(*who, int(expires_at.timestamp()), nonce)
    else:
        facts = _LASTING.pack(*who, blast_id, target)
    mac = hashlib.blake2b(facts, digest_size=MAC_BYTES, key=key, person=_PURPOSE[kind]).digest()
    veiled = mac + _veil(facts, mac, kind, key)
    return b2a_base64(veiled, newline=False).translate(_TO_URL).decode()


def read_token(token: str, kind: LinkKind, keys: Sequence[bytes], *, now: datetime | None = None) -> LinkFacts | None:
    """Read a token signed for this purpose with any of these keys; None where it is not genuine or has expired."""
    layout = _PASSING if kind in EXPIRING else _LASTING
    if kind in EXPIRING and now is None:
        raise ValueError(f"reading a {kind} link needs the time")
    raw = _from_url(token)
    if raw is None or len(raw) != MAC_BYTES + layout.size:
        return None
    mac, veiled = raw[:MAC_BYTES], raw[MAC_BYTES:]
    for key in keys:
        facts = _veil(veiled, mac, kind, key)
        genuine = hashlib.blake2b(facts, digest_size=MAC_BYTES, key=key, person=_PURPOSE[kind]).digest()
        if hmac.compare_digest(mac, genuine):
            return _unpack(kind, facts, now)
    return None


def _veil(facts: bytes, mac: bytes, kind: LinkKind, key: bytes) -> bytes:
    """Hide the facts, or show them again: the same deed twice."""
    size = len(facts)
    stream = hashlib.blake2b(mac, digest_size=size, key=key, person=_VEIL[kind]).digest()
    return (int.from_bytes(facts, "big") ^ int.from_bytes(stream, "big")).to_bytes(size, "big")


def _from_url(token: str) -> bytes | None:
    try:
        raw = a2b_base64(token.encode("ascii").translate(_FROM_URL), strict_mode=True)
    except (BadBase64, UnicodeEncodeError):
        return None
    # One token has one spelling: `+` and `/` are not accepted beside `-` and `_`.
    return raw if b2a_base64(raw, newline=False).translate(_TO_URL).decode() == token else None


def _unpack(kind: LinkKind, facts: bytes, now: datetime | None) -> LinkFacts | None:
    if kind in EXPIRING:
        channel, high, low, expiry, nonce = _PASSING.unpack(facts)
        expires_at = datetime.fromtimestamp(expiry, UTC)
        if now is not None and now >= expires_at:
            return None
        return LinkFacts(kind, (high << 32) | low, channel=_CHANNELS[channel], expires_at=expires_at, nonce=nonce)
    channel, high, low, blast_id, target = _LASTING.unpack(facts)
    return LinkFacts(kind, (high << 32) | low, blast_id=blast_id, target=target, channel=_CHANNELS[channel])
