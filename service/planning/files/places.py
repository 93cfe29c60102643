"""Languages, countries and time zones as people write them."""

from functools import cache
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from service.planning.files.headings import heading_key

_ZONES = available_timezones()
_OWN_NAMES = (
    *("en", "fr", "de", "es", "it", "pt", "nl", "pl", "ro", "hu", "cs", "sv", "da", "nb", "fi", "el", "tr", "az", "ru"),
    *("uk", "ar", "he", "fa", "ur", "hi", "bn", "pa", "gu", "ta", "so", "zh", "ja", "ko", "cy", "ga", "lt", "lv", "bg"),
)
_BRITISH = ("uk", "greatbritain", "gb", "england", "scotland", "wales", "cymru", "northernireland", "britain")
# Names that are two countries' or an abbreviation of one.
_MORE = {"usa": "US", "us": "US", "unitedstatesofamerica": "US", "america": "US", "holland": "NL", "uae": "AE"}


@cache
def _languages() -> dict[str, str]:
    found: dict[str, str] = {}
    for code in _OWN_NAMES:
        own = Locale.parse(code)
        found.setdefault(heading_key(own.get_language_name(code) or code), code)
    for code, name in Locale.parse("en").languages.items():
        if code.isalpha() and len(code) <= 3:
            found.setdefault(heading_key(name), code)
    return found


@cache
def _countries() -> dict[str, str]:
    found = dict.fromkeys(_BRITISH, "GB") | _MORE
    for code in _OWN_NAMES:
        for territory, name in Locale.parse(code).territories.items():
            if len(territory) == 2 and territory.isalpha() and territory not in {"ZZ", "EU", "UN", "EZ", "XA", "XB"}:
                found.setdefault(heading_key(name), territory)
    for alias, meant in get_global("territory_aliases").items():
        if len(meant) == 1 and len(alias) == 3:
            found.setdefault(heading_key(alias), meant[0])
    return found


@cache
def _cities() -> dict[str, str]:
    """Zones by the name of their city, where only one has it."""
    by_city: dict[str, set[str]] = {}
    for zone in _ZONES:
        area, _, city = zone.rpartition("/")
        if area and not area.startswith(("Etc", "SystemV", "US", "posix", "right")):
            by_city.setdefault(heading_key(city), set()).add(zone)
    return {city: next(iter(zones)) for city, zones in by_city.items() if len(zones) == 1}


@cache
def language_code(words: str) -> str | None:
    """A language tag such as en or pt-BR; None for what names no language."""
    tag = words.strip().replace("_", "-")
    try:
        Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError, TypeError):
        return _languages().get(heading_key(words.partition("(")[0]))
    head, dash, tail = tag.partition("-")
    return head.lower() + dash + (tail.upper() if len(tail) == 2 else tail)


@cache
def country_code(words: str) -> str | None:
    """A country's two letters (ISO 3166-1); None for what names no country."""
    code = words.strip().upper()
    if len(code) == 2 and code.isascii() and code != "UK" and code in Locale.parse("en").territories:
        return code
    return _countries().get(heading_key(words))


@cache
def zone_name(words: str) -> str | None:
    """A time zone of the IANA list, also by its city alone; None for what names none."""
    typed = words.strip()
    if typed in _ZONES:
        return typed
    return _cities().get(heading_key(typed))
