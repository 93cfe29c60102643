"""Countries by their codes, named in a reader's language."""

from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global

# Codes of ISO 3166 that are no country: unions, test codes, islands that are part of one.
_NONE = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})


@lru_cache(maxsize=64)
def countries(language: str) -> tuple[tuple[str, str], ...]:
    """Code and name of every country, in the order of the names."""
    try:
        locale = Locale.parse(language, sep="-" if "-" in language else "_")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    named = [(code, name) for code, name in locale.territories.items() if len(code) == 2 and code.isalpha()]
    return tuple(sorted(((code, name) for code, name in named if code not in _NONE), key=lambda each: each[1]))


COUNTRY_CODES = frozenset(code for code, _ in countries("en"))


def country_name(code: str, language: str) -> str:
    """A country's name; the code itself where it is nobody's."""
    return dict(countries(language)).get(code, code)


def country_of_zone(time_zone: str) -> str:
    """The country a time zone is in; '' where it is in none."""
    code = str(get_global("zone_territories").get(time_zone, ""))
    return code if code in COUNTRY_CODES else ""
