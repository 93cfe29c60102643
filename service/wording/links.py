"""Signed links: short tokens that say whose link it is and what for, and cannot be forged, read or swapped.

A token is a keyed MAC followed by the facts, hidden under a keystream drawn from that MAC, so two supporters' tokens
share no structure and no id can be read from an address. The purpose is part of the key material: a leave link cannot
be used to sign a petition. Links to leave and to preferences never expire; confirmations and sign-ins always do.

No token ends in `-` or `_`: apps that make links of plain text leave such a sign outside. Where one would, it is signed
another way (another salt of the MAC) until it does not; tokens from before, which may, are read as ever.
"""

import hashlib
import hmac
import re
from binascii import Error as BadBase64
from binascii import a2b_base64, b2a_base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import chain
from urllib.parse import unquote

from service.domain.channel import Channel
from service.settings import Settings

MAC_BYTES = 12


class LinkKind(StrEnum):
    """What a link lets its holder do; 16 letters at most, for it is mixed into the MAC."""

    LEAVE = "leave"
    PREFERENCES = "preferences"
    PETITION = "petition"
    CLICK = "click"
    SHARE = "share"
    CONFIRM = "confirm"
    # The page after a form, for whoever sent it; the sign-up's id.
    CHECK = "check"
    # The email of one blast, as a page: to read, and nothing else.
    VIEW = "view"
    # One signature, to look at; the one in a letter (its channel is email) takes it off too. `target`: the petition.
    SIGNATURE = "signature"
    # For its owner alone, for a day: take the name off the petition that is its nonce; be forgotten; see it all.
    TAKE_OFF = "take_off"
    FORGET = "forget"
    # A copy of everything that is held about them.
    COPY = "copy"
    SIGN_IN = "sign_in"
    # Takes back one leaving, the one whose moment is its nonce.
    UNDO = "undo"
    NOT_ME = "not_me"
    # A tester says yes or no to tests; `target`: how often they were asked.
    TESTER = "tester"


EXPIRING = frozenset(
    {
        LinkKind.CONFIRM,
        LinkKind.CHECK,
        LinkKind.SIGN_IN,
        LinkKind.UNDO,
        LinkKind.TAKE_OFF,
        LinkKind.FORGET,
        LinkKind.COPY,
    }
)

_CHANNELS: tuple[Channel | None, ...] = (None, Channel.EMAIL, Channel.SMS)
_CHANNEL_NUMBERS = {channel: number for number, channel in enumerate(_CHANNELS)}
_PURPOSE = {kind: kind.encode() for kind in LinkKind}
_VEIL = {kind: f"veil {kind}".encode() for kind in LinkKind}
# Lasting: channel (2 bits), supporter (38), blast (28), target (28). Passing: channel, supporter, expiry in seconds
# (40), nonce (64).
_LASTING_BYTES, _PASSING_BYTES = 12, 18
_LASTING_LETTERS, _PASSING_LETTERS = 32, 40
# One token in 32 ends badly; that all these ways end badly happens to one in a million million.
_SALTS = tuple(bytes([way]) if way else b"" for way in range(8))
_BAD_ENDS = "-_"
_BROKEN = re.compile(r"[\s\u00ad\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]|=(?:3D)?[\r\n]+")
_RUN = re.compile(r"[A-Za-z0-9_-]+")
_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """What a genuine token says. `supporter_id` is the manager's for SIGN_IN and the sign-up's for CONFIRM and NOT_ME."""

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


def link_keys(settings: Settings) -> tuple[bytes, ...]:
    """The keys of this installation's links: the first signs, all are read."""
    return tuple(derive_key(secret, "links") for secret in settings.link_secrets)


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
    if not (supporter_id >> 38 == blast_id >> 28 == target >> 28 == 0):
        raise ValueError("an id is too large for a link")
    number = _CHANNEL_NUMBERS[channel] << 38 | supporter_id
    if kind not in EXPIRING:
        facts = (number << 56 | blast_id << 28 | target).to_bytes(_LASTING_BYTES, "big")
    elif expires_at is None or nonce >> 64:
        raise ValueError(f"a {kind} link needs a moment at which it expires, and a nonce of 64 bits")
    else:
        facts = (number << 104 | int(expires_at.timestamp()) << 64 | nonce).to_bytes(_PASSING_BYTES, "big")
    return _spell(kind, facts, key)


def _spell(kind: LinkKind, facts: bytes, key: bytes) -> str:
    """The token of these facts, in the first way whose last letter stays part of a link."""
    token = ""
    for salt in _SALTS:
        mac = _mac(facts, kind, key, salt)
        veiled = mac + _veil(facts, mac, kind, key)
        token = b2a_base64(veiled, newline=False).translate(_TO_URL).decode()
        if token[-1] not in _BAD_ENDS:
            break
    return token


def sign_many(
    kind: LinkKind,
    supporter_ids: Sequence[int],
    *,
    key: bytes,
    channel: Channel | None = None,
    blast_id: int = 0,
    target: int = 0,
) -> list[str]:
    """What `sign` would write for each of these supporters, in order; only for kinds that do not expire.

    A blast signs several links for each of a million people: what is the same is reckoned once, and hiding and
    spelling are done for all of them in one stroke.
    """
    if kind in EXPIRING or not (blast_id >> 28 == target >> 28 == 0):
        raise ValueError(f"a {kind} link with these facts is signed by sign()")
    if not supporter_ids:
        return []
    if min(supporter_ids) < 0 or max(supporter_ids) >> 38:
        raise ValueError("an id is too large for a link")
    head, tail = _CHANNEL_NUMBERS[channel] << 38, (blast_id << 28 | target).to_bytes(7, "big")
    mac_of = hashlib.blake2b(digest_size=MAC_BYTES, key=key, person=_PURPOSE[kind]).copy
    veil_of = hashlib.blake2b(digest_size=_LASTING_BYTES, key=key, person=_VEIL[kind]).copy
    facts = [(head | supporter_id).to_bytes(5, "big") + tail for supporter_id in supporter_ids]
    macs, veils = [], []
    for fact in facts:
        mac_hash = mac_of()
        mac_hash.update(fact)
        mac = mac_hash.digest()
        macs.append(mac)
        veil_hash = veil_of()
        veil_hash.update(mac)
        veils.append(veil_hash.digest())
    size = _LASTING_BYTES * len(facts)
    hidden = int.from_bytes(b"".join(facts), "big") ^ int.from_bytes(b"".join(veils), "big")
    veiled = hidden.to_bytes(size, "big")
    parts = (veiled[place : place + _LASTING_BYTES] for place in range(0, size, _LASTING_BYTES))
    # 24 bytes are 32 letters exactly, so that many tokens spelled as one come apart again.
    spelled = b2a_base64(b"".join(chain.from_iterable(zip(macs, parts, strict=True))), newline=False)
    letters = spelled.translate(_TO_URL).decode()
    tokens = [letters[place : place + _LASTING_LETTERS] for place in range(0, len(letters), _LASTING_LETTERS)]
    for place, end in enumerate(letters[_LASTING_LETTERS - 1 :: _LASTING_LETTERS]):
        if end in _BAD_ENDS:
            tokens[place] = _spell(kind, facts[place], key)
    return tokens


def read_token(token: str, kind: LinkKind, keys: Sequence[bytes], *, now: datetime | None = None) -> LinkFacts | None:
    """Read a token signed for this purpose with any of these keys; None where it is not genuine or has expired.

    What a mailbox or a chat app took along with the link is not part of it (see `tidy_token`).
    """
    size = _PASSING_BYTES if kind in EXPIRING else _LASTING_BYTES
    if kind in EXPIRING and now is None:
        raise ValueError(f"reading a {kind} link needs the time")
    raw = _from_url(tidy_token(token, kind))
    if raw is None or len(raw) != MAC_BYTES + size:
        return None
    mac, veiled = raw[:MAC_BYTES], raw[MAC_BYTES:]
    for key in keys:
        facts = _veil(veiled, mac, kind, key)
        if any(hmac.compare_digest(mac, _mac(facts, kind, key, salt)) for salt in _SALTS):
            return _unpack(kind, facts, now)
    return None


def tidy_token(typed: str, kind: LinkKind | None = None) -> str:
    """The token in what came with a link: line breaks and invisible signs taken out, signs before and after cut off.

    A full stop, a bracket or a quotation mark beside a link is taken for a part of it by many apps, plainly or as
    `%29`; a long line is broken by others. With a `kind`, letters beyond its length are not part of it either.
    """
    whole = _BROKEN.sub("", typed)
    if "%" in whole:
        whole = _BROKEN.sub("", unquote(unquote(whole)))
    found = _RUN.search(whole)
    if found is None:
        return ""
    if kind is None:
        return found[0]
    return found[0][: _PASSING_LETTERS if kind in EXPIRING else _LASTING_LETTERS]


def _mac(facts: bytes, kind: LinkKind, key: bytes, salt: bytes) -> bytes:
    return hashlib.blake2b(facts, digest_size=MAC_BYTES, key=key, person=_PURPOSE[kind], salt=salt).digest()


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
    packed = int.from_bytes(facts, "big")
    who = packed >> (104 if kind in EXPIRING else 56)
    channel, supporter_id = _CHANNELS[who >> 38], who & (1 << 38) - 1
    if kind not in EXPIRING:
        blast_id, target = packed >> 28 & (1 << 28) - 1, packed & (1 << 28) - 1
        return LinkFacts(kind, supporter_id, blast_id=blast_id, target=target, channel=channel)
    expires_at = datetime.fromtimestamp(packed >> 64 & (1 << 40) - 1, UTC)
    if now is None or now >= expires_at:
        return None
    nonce = packed & (1 << 64) - 1
    return LinkFacts(kind, supporter_id, channel=channel, expires_at=expires_at, nonce=nonce)
