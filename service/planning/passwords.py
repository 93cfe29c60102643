"""Passwords: how they are kept, and which are refused."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

PASSWORD_LENGTH = 12
PASSWORD_LIMIT = 256

_HASHER = PasswordHasher()
# Checked where there is no account, so that an unknown address takes as long as a known one.
NOBODY = _HASHER.hash("nobody has this password")
_COMMON = frozenset({"password1234", "123456789012", "qwertyuiop12", "passwordpassword", "touchlinetouchline"})


class WeakPassword(Exception):
    """The password cannot be set; the message says why and can be shown."""


def hash_password(password: str) -> str:
    """What is kept of a password."""
    return _HASHER.hash(password)


def is_right(password_hash: str, password: str) -> bool:
    """Whether this is the password."""
    try:
        return len(password) <= PASSWORD_LIMIT and _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether the hash is of a weaker make than those of today."""
    return _HASHER.check_needs_rehash(password_hash)


def check_password(password: str, email: str) -> None:
    """Raise WeakPassword where a password is too short, too long, well known, or made of the address."""
    if len(password) < PASSWORD_LENGTH:
        raise WeakPassword(f"a password has {PASSWORD_LENGTH} characters or more; three or four words do well")
    if len(password) > PASSWORD_LIMIT:
        raise WeakPassword(f"a password has {PASSWORD_LIMIT} characters at most")
    plain = password.lower()
    if plain in _COMMON or len(set(plain)) < 4 or plain in {email, email.split("@", maxsplit=1)[0]}:
        raise WeakPassword("this password is among the first that would be tried")
