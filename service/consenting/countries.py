"""Where texts may go: the countries a campaign is in, within those the installation allows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers

from service.settings import Settings
from service.wording import countries as names

_NOWHERE = frozenset({"ZZ", "001"})
_DRAMA = "+447700900"
# Ofcom gives out ranges by the first seven digits after +44 (six tell Jersey, Guernsey and Man from the rest).
_UK_PREFIX, _UK_LENGTH = 10, 13
_NAMES = {"JE": "Jersey", "GG": "Guernsey", "IM": "the Isle of Man", "GB": "the United Kingdom"} | {
    code: f"the {name}"
    for code, name in (
        *(("US", "United States"), ("NL", "Netherlands"), ("AE", "United Arab Emirates"), ("PH", "Philippines")),
        *(("BS", "Bahamas"), ("GM", "Gambia"), ("DO", "Dominican Republic"), ("CF", "Central African Republic")),
    )
}
_ISLANDS = ("JE", "GG", "IM")


def country_of(phone: str) -> str:
    """The country of a number in E.164: +44 alone is Great Britain's, Jersey's, Guernsey's and the Isle of Man's."""
    if phone.startswith(_DRAMA):
        return "GB"
    if phone.startswith("+44") and len(phone) == _UK_LENGTH:
        return _of_uk_range(phone[:_UK_PREFIX])
    return _looked_up(phone)


@lru_cache(maxsize=65_536)
def _of_uk_range(prefix: str) -> str:
    """By what a number of +44 begins with: that tells the islands apart, and files hold millions of these.

    The islands are asked first: where two of the library's patterns fit, it answers Great Britain.
    """
    number = phonenumbers.parse(prefix.ljust(_UK_LENGTH, "0"))
    fits = (region for region in _ISLANDS if phonenumbers.is_valid_number_for_region(number, region))
    return next(fits, "GB")


def _looked_up(phone: str) -> str:
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return ""
    # A range nobody has given out yet is its country code's main country.
    main = phonenumbers.region_code_for_country_code(number.country_code or 0)
    return phonenumbers.region_code_for_number(number) or ("" if main in _NOWHERE else main)


def country_name(code: str) -> str:
    """The country's name in English, for whoever reads why a number is not taken."""
    return _NAMES.get(code) or names.country_name(code, "en")


@dataclass(frozen=True, slots=True)
class Countries:
    """`allowed`: SMS_COUNTRIES; empty leaves it to the campaigns. `home`: of a campaign that names none."""

    allowed: tuple[str, ...] = ()
    home: tuple[str, ...] = ("GB",)

    @classmethod
    def of(cls, settings: Settings) -> "Countries":
        """By these settings; at home where the numbers are that texts come from."""
        numbers = {country_of(number) for number in settings.twilio_from_numbers} - {""}
        return cls(settings.sms_countries, tuple(sorted(numbers)) or ("GB",))

    def for_campaign(self, named: Collection[str]) -> frozenset[str]:
        """The countries texts of a campaign go to that names these."""
        asked = frozenset(named or self.allowed or self.home)
        return asked & frozenset(self.allowed) if self.allowed else asked

    def for_any(self, campaigns: Sequence[Collection[str]]) -> frozenset[str]:
        """The countries texts go to of whichever of these campaigns, each with what it names; at home without any."""
        return frozenset[str]().union(*(self.for_campaign(named) for named in campaigns or [()]))


AT_HOME = Countries()


def why_not(phone: str, countries: Collection[str]) -> str | None:
    """Why a number is not taken, in words for whoever typed it; None where it is."""
    found = country_of(phone)
    if found in countries:
        return None
    where = " or ".join(country_name(code) for code in sorted(countries)) or "nowhere"
    whose = f"this number is in {country_name(found)}" if found else "we cannot tell where this number is"
    return f"we text only numbers in {where}, and {whose}"
