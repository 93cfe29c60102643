"""What stands in one cell: moments, mobiles and email addresses as people write them."""

from datetime import UTC, datetime

import pytest

from service.planning.files.cells import BadCell, read_email, read_moment, read_phone
from service.planning.files.sheet import DateOrder

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "dates", "moment"),
    [
        ("2026-09-01T10:00+02:00", None, datetime(2026, 9, 1, 8, tzinfo=UTC)),
        ("2026-09-01 10:00:00 UTC", None, datetime(2026, 9, 1, 10, tzinfo=UTC)),
        ("01/09/2026 10:00", DateOrder.DAY_FIRST, datetime(2026, 9, 1, 10, tzinfo=UTC)),
        ("01/09/2026 10:00", DateOrder.MONTH_FIRST, datetime(2026, 1, 9, 10, tzinfo=UTC)),
        ("13/01/2026", None, datetime(2026, 1, 13, tzinfo=UTC)),
        ("1/13/2026 2:05 PM", None, datetime(2026, 1, 13, 14, 5, tzinfo=UTC)),
        ("01.09.2026", None, datetime(2026, 9, 1, tzinfo=UTC)),
        ("05/05/2026", None, datetime(2026, 5, 5, tzinfo=UTC)),
        ("1 Sep 2026", None, datetime(2026, 9, 1, tzinfo=UTC)),
        ("September 1, 2026 at 10:00", None, datetime(2026, 9, 1, 10, tzinfo=UTC)),
        ("٢٠٢٦-٠٩-٠١", None, datetime(2026, 9, 1, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_as_people_write_it(typed: str, dates: DateOrder | None, moment: datetime) -> None:
    assert read_moment(typed, dates=dates, now=NOW) == moment


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("01/09/2026 10:00", "can be two dates"),
        ("yesterday", "is no date"),
        ("32/13/2026", "is no date"),
        ("9999-12-31T23:59-14:00", "is no date"),
        ("2027-01-01", "lies in the future"),
    ],
)
def test_a_moment_in_doubt_is_said_and_not_guessed(typed: str, why: str) -> None:
    with pytest.raises(BadCell, match=why):
        read_moment(typed, dates=None, now=NOW)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("07700 900123", "+447700900123"),
        ("7700 900123", "+447700900123"),
        ("447700900123", "+447700900123"),
        ("0044 7700 900123", "+447700900123"),
        ("+44 (0)7700 900123", "+447700900123"),
        ("'+447700900123", "+447700900123"),
        ("+44\u00a07700\u2011900123".replace("\u2011", "-"), "+447700900123"),
        ("٠٧٧٠٠٩٠٠١٢٣", "+447700900123"),
        ("7700900123.0", "+447700900123"),
    ],
)
def test_a_mobile_is_read_in_every_spelling_a_file_has(typed: str, number: str) -> None:
    assert read_phone(typed) == number


@pytest.mark.parametrize("typed", ["4.47701E+11", "+44770090012²", "07700 90012", "x" * 1_000_000, "①②③"])
def test_a_mobile_that_cannot_be_known_is_not_guessed(typed: str) -> None:
    with pytest.raises(BadCell):
        read_phone(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "ana@example.org\n",
        " Ana@Example.org ",
        "\u200bana@example.org",
        "mailto:ana@example.org",
        "Ana <ana@example.org>",
    ],
)
def test_an_email_is_read_through_what_was_pasted_with_it(typed: str) -> None:
    assert read_email(typed) == "ana@example.org"
