"""Numbers as people write them into forms: plain digits, of a length that is a number and not an attack."""

import re
from decimal import Decimal

_WHOLE = re.compile(r"[+-]?[0-9]{1,12}")
_AMOUNT = re.compile(r"\+?([0-9]{1,12}\.?[0-9]{0,6}|\.[0-9]{1,6})")


def whole_number(words: str) -> int:
    """The whole number that stands there. Raises ValueError."""
    words = words.strip()
    if not _WHOLE.fullmatch(words):
        raise ValueError("no whole number")
    return int(words)


def whole_number_within(words: str, least: int, most: int) -> int | None:
    """The whole number that stands there; None where there is none, or one outside of these."""
    try:
        number = whole_number(words)
    except ValueError:
        return None
    return number if least <= number <= most else None


def amount(words: str) -> Decimal:
    """The number that stands there, 0 or more, perhaps with a point. Raises ValueError."""
    words = words.strip()
    if not _AMOUNT.fullmatch(words):
        raise ValueError("no amount")
    return Decimal(words)
