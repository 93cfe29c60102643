"""Moments and numbers as a supporter would say them, in their own time zone and language."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton, format_time
from babel.numbers import format_decimal

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@lru_cache(maxsize=4096)
def kick_off_words(kick_off_at: datetime, time_zone: str, language: str) -> tuple[str, str]:
    """Day and time, and the time alone: `Wed 13 Oct, 5:00 pm` and `5:00 pm`.

    A time zone nobody knows falls back to UTC, and says so.
    """
    try:
        local, suffix = kick_off_at.astimezone(ZoneInfo(time_zone)), ""
    except (ZoneInfoNotFoundError, ValueError):
        local, suffix = kick_off_at.astimezone(ZoneInfo("UTC")), " UTC"
    if language.split("-", maxsplit=1)[0] == "en":
        clock = f"{local.hour % 12 or 12}:{local.minute:02d} {'am' if local.hour < 12 else 'pm'}{suffix}"
        return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}, {clock}", clock
    locale = _locale(language)
    # Plain spaces: the narrow ones some languages use would turn a text into UCS-2.
    clock = format_time(local, "short", locale=locale).replace("\u202f", " ") + suffix
    day = format_skeleton("MMMEd", local, locale=locale).replace("\u202f", " ")
    return f"{day}, {clock}", clock


def count_words(count: int, language: str) -> str:
    """A number with its thousands parted: `12,345`."""
    return str(format_decimal(count, locale=_locale(language)))


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-" if "-" in language else "_")
    except (UnknownLocaleError, ValueError):
        return Locale("en")
