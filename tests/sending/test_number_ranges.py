"""Numbers that begin alike are counted together, and what is counted never tells whose number it was."""

import pytest

from service.sending.asking import range_of


@pytest.mark.parametrize(
    ("number", "counted"),
    [("+447700900123", "+447700900"), ("+29051234", "+29051"), ("+6831234", "+6831"), ("+994501234567", "+994501234")],
)
def test_a_short_number_is_counted_without_its_last_three_digits(number: str, counted: str) -> None:
    assert range_of(number) == counted
    assert len(number) - len(range_of(number)) >= 3
