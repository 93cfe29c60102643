"""What somebody says of themselves, in a shape that is safe to keep and to print."""

import re
from zoneinfo import available_timezones

from service.wording import names

NAME_LENGTH = 80

_LOCALE = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})?")
_TIME_ZONES = frozenset(available_timezones())


def tidy_name(typed: str) -> str:
    """A name on one line, of a length that fits a greeting."""
    return " ".join(typed.split())[:NAME_LENGTH].rstrip()


def holds_a_link(typed: str) -> bool:
    """Whether a name is an advertisement: names travel in our messages, and must not carry somebody else's link."""
    return names.holds_link(typed)


def known_time_zone(typed: str) -> str:
    """The time zone, where the world has one of that name; else nothing."""
    name = typed.strip().replace(" ", "_")
    return name if name in _TIME_ZONES else ""


def known_locale(typed: str, default: str = "en") -> str:
    """The language's code, where it is shaped like one; else the default."""
    return typed if _LOCALE.fullmatch(typed) else default
