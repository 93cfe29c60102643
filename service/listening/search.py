"""Find conversations by a number, a name or words, as managers type them."""

import re
from collections.abc import Collection

from service.store import Session
from service.store.queries import conversations

# Whoever finds more than this needs another word, not another page.
_MOST_FOUND = 1000
_MOST_WORDS = 8
_FEWEST_DIGITS = 3
_LONGEST = 100


def find_phones(session: Session, words: str, *, by_part: bool = True) -> tuple[list[str], bool]:
    """The numbers of the conversations found, and whether there were more than are looked at.

    Without `by_part` a number must be whole, in what is searched for and in texts: a digit more at a time would spell
    it out to whoever sees it masked.
    """
    typed = words.strip()[:_LONGEST]
    asked: list[Collection[str]] = []
    digits = re.sub(r"[\s().+-]", "", typed)
    if digits.isascii() and digits.isdecimal() and len(digits) >= _FEWEST_DIGITS:
        begins = _begins(typed, digits)
        found = conversations.phones_like(session, prefix=begins, suffix=digits, most=_MOST_FOUND)
        asked.append(found if by_part else [phone for phone in found if phone == begins])
    tokens = re.findall(r"[^\W_]+", typed.lower())[:_MOST_WORDS]
    if not by_part:
        tokens = [token for token in tokens if not re.search(r"\d", token)]
    if tokens:
        asked.append(conversations.phones_named(session, typed, most=_MOST_FOUND))
        asked.append(conversations.phones_that_said(session, tokens, most=_MOST_FOUND, by_beginning=by_part))
    return sorted(set().union(*asked)), any(len(found) >= _MOST_FOUND for found in asked)


def _begins(typed: str, digits: str) -> str:
    """How a number that is typed so begins as we keep it; 07700 900 is a number of this country's."""
    if typed.startswith("+") or not digits.startswith("0"):
        return f"+{digits}"
    return f"+{digits[2:]}" if digits.startswith("00") else f"+44{digits[1:]}"
