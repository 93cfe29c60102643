"""Short codes that a person reads from a text and types: drawn from our key, so that none is stored."""

import hmac
from hashlib import blake2b

# What the code of a text to a tester is drawn for.
TESTER_PURPOSE = "tester"
_DIGITS = 6


def short_code(purpose: str, number: int, turn: int, *, key: bytes) -> str:
    """Six digits for one thing and one turn of asking; another turn has others."""
    mac = blake2b(f"{purpose}:{number}:{turn}".encode(), key=key, digest_size=8).digest()
    return str(int.from_bytes(mac, "big") % 10**_DIGITS).zfill(_DIGITS)


def is_short_code(typed: str, purpose: str, number: int, turn: int, *, keys: tuple[bytes, ...]) -> bool:
    """Whether what was typed is that code, by any of our keys; spaces and dashes in it do not matter."""
    digits = "".join(sign for sign in typed if sign.isascii() and sign.isdigit())
    return any(hmac.compare_digest(digits, short_code(purpose, number, turn, key=key)) for key in keys)
