"""Passwords: how they are kept, and which are refused."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import factorial, prod

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

PASSWORD_LENGTH = 12
PASSWORD_LIMIT = 256

_HASHER = PasswordHasher()
# Checked where there is no account, so that an unknown address takes as long as a known one.
NOBODY = _HASHER.hash("nobody has this password")
_JUDGED_LENGTH = 64
# Of zxcvbn's 0 to 4: not guessed by somebody who tries ten a second for years. And the guesses that stand for it.
_NEEDED_SCORE = 3
_NEEDED_GUESSES = 1e8
_YEARS = tuple(str(year) for year in range(1930, 2100))
# Letters and digits that are left beside what is known.
_OWN_LETTERS = 5
_MADE_OF_KNOWN = "it is made of your address, the campaign's words or a year"
_INSTEAD = "Three or four words that do not belong together do well"


class WeakPassword(Exception):
    """The password cannot be set; the message says why and can be shown."""


@dataclass(frozen=True, slots=True)
class _Judged:
    """How soon a password would be guessed, and why that soon."""

    score: int
    guesses: float
    why: str


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


def check_password(password: str, *, own_words: Iterable[str]) -> None:
    """Raise WeakPassword where a password is too short, too long, or soon guessed; the message says why.

    `own_words` are those that whoever knows the person and the campaign would try first.
    """
    if len(password) < PASSWORD_LENGTH:
        raise WeakPassword(f"a password has {PASSWORD_LENGTH} characters or more; three or four words do well")
    if len(password) > PASSWORD_LIMIT:
        raise WeakPassword(f"a password has {PASSWORD_LIMIT} characters at most")
    judged = _judge(password, own_words)
    if judged.score < _NEEDED_SCORE or judged.guesses < _NEEDED_GUESSES:
        raise WeakPassword(f"this password would soon be guessed: {judged.why}. {_INSTEAD}")


def _judge(password: str, own_words: Iterable[str]) -> _Judged:
    # What makes a password bad stands in its beginning, and longer ones take seconds to look at.
    known = (*_split(own_words), *_YEARS)
    if _beside(password, known) < _OWN_LETTERS:
        return _Judged(0, 1.0, _MADE_OF_KNOWN)
    found = zxcvbn(password[:_JUDGED_LENGTH], user_inputs=known)
    parts = found["sequence"]
    warning = str(found["feedback"]["warning"]).rstrip(".")
    if any(part.get("dictionary_name") == "user_inputs" for part in parts):
        why = _MADE_OF_KNOWN
    else:
        why = f"{warning[:1].lower()}{warning[1:]}" or "it is a well-known word with a little around it"
    # The parts together, in any order: zxcvbn's own count adds much for each part alone.
    guesses = prod(float(part["guesses"]) for part in parts) * factorial(len(parts))
    return _Judged(int(found["score"]), guesses, why)


def _beside(password: str, known: Iterable[str]) -> int:
    """How many letters and digits there are beside these words."""
    left = password.casefold()
    for word in sorted(known, key=len, reverse=True):
        left = left.replace(word.casefold(), " ")
    return sum(letter.isalnum() for letter in left)


def _split(own_words: Iterable[str]) -> Iterator[str]:
    for words in own_words:
        yield from (part for part in (words, *re.split(r"[\W_]+", words)) if len(part) > 2)
