"""Countries are named in the reader's language, and a time zone lies in one."""

import pytest

from service.wording.countries import COUNTRY_CODES, countries, country_name, country_of_zone


def test_countries_are_listed_by_name_and_nothing_else_is() -> None:
    named = dict(countries("en"))

    assert (named["AZ"], named["GB"], named["XK"]) == ("Azerbaijan", "United Kingdom", "Kosovo")
    assert not {"EU", "UN", "ZZ", "XA"} & set(named)
    assert [name for _, name in countries("en")] == sorted(named.values())
    assert 230 < len(COUNTRY_CODES) < 260


def test_a_language_nobody_knows_gets_the_english_names() -> None:
    assert countries("xx-nowhere") == countries("en")
    assert country_name("??", "en") == "??"


@pytest.mark.parametrize(("zone", "code"), [("Europe/London", "GB"), ("Asia/Baku", "AZ"), ("UTC", ""), ("Nowhere", "")])
def test_a_time_zone_tells_the_country(zone: str, code: str) -> None:
    assert country_of_zone(zone) == code
