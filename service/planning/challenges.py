"""What a passkey signs: challenges that say when and for what they were made, and that nobody else can make.

They are kept nowhere. Each is bound to one browser and one purpose, is good for five minutes, and a key accepts none
made before the last one it answered, so that no answer counts twice.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from service.settings import Settings
from service.wording.links import derive_key

CHALLENGE_LIFE = timedelta(minutes=5)
_STAMP_BYTES, _RANDOM_BYTES = 8, 16
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class NotOurChallenge(Exception):
    """The challenge is not ours, is for something else, or too old."""


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """This installation as a passkey knows it: by the host of its public address, and in one browser."""

    id: str
    origin: str
    key: bytes = field(repr=False)
    browser: str = field(repr=False)

    @classmethod
    def of(cls, settings: Settings, *, browser: str) -> "RelyingParty | None":
        """None where the public address is a number: passkeys are bound to a name. `browser`: a secret it holds."""
        parts = urlsplit(settings.public_url)
        host = parts.hostname or ""
        if not host or _is_number(host):
            return None
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        return cls(host, origin, derive_key(settings.secret_key, "passkeys"), browser)

    def challenge(self, purpose: str, *, now: datetime) -> bytes:
        """A fresh one."""
        stamp = ((now - _EPOCH) // _MICROSECOND).to_bytes(_STAMP_BYTES, "big")
        facts = stamp + secrets.token_bytes(_RANDOM_BYTES)
        return facts + self._mac(purpose, facts)

    def made_at(self, purpose: str, challenge: bytes, *, now: datetime) -> datetime:
        """When a challenge was made. Raises NotOurChallenge."""
        facts = challenge[: _STAMP_BYTES + _RANDOM_BYTES]
        if not hmac.compare_digest(challenge, facts + self._mac(purpose, facts)):
            raise NotOurChallenge
        made_at = _EPOCH + int.from_bytes(facts[:_STAMP_BYTES], "big") * _MICROSECOND
        if not made_at <= now < made_at + CHALLENGE_LIFE:
            raise NotOurChallenge
        return made_at

    def _mac(self, purpose: str, facts: bytes) -> bytes:
        about = f"{purpose}\n{self.browser}\n".encode()
        return hmac.new(self.key, about + facts, hashlib.sha256).digest()


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
