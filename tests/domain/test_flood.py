"""What is a flood of forms, and what is a crowd."""

import pytest

from service.domain.flood import Flood, Forms, goes_on, judge
from service.flood_settings import STANDARD_FLOOD_LIMITS

# A ground at half time: two thousand a minute.
GROUND = 2_000


def crowd(minutes: float, *, confirm_percent: int = 20, after_minutes: float = 1.0) -> Forms:
    """A crowd that has been signing up for so long, of whom a share confirms after a while."""
    taken = int(GROUND * minutes)
    confirmed = int(GROUND * max(0.0, minutes - after_minutes) * confirm_percent / 100)
    return Forms(
        sent=min(taken, GROUND),
        taken=taken,
        taken_lately=min(taken, 2 * GROUND),
        refused=GROUND // 10,
        confirmed=confirmed,
    )


@pytest.mark.parametrize("tenths", range(1, 101))
def test_an_honest_ground_is_a_crowd_from_its_first_second_to_its_tenth_minute(tenths: int) -> None:
    assert judge(crowd(tenths / 10), STANDARD_FLOOD_LIMITS) is None


def test_the_same_ground_is_a_flood_where_hardly_anybody_confirms() -> None:
    assert judge(crowd(2, confirm_percent=1), STANDARD_FLOOD_LIMITS) is Flood.FEW_CONFIRM
    assert judge(crowd(10, confirm_percent=1), STANDARD_FLOOD_LIMITS) is Flood.FEW_CONFIRM


def test_however_fast_it_comes_a_flood_is_seen_at_its_three_thousand_and_first_form() -> None:
    first = Forms(sent=3_000, taken=3_000, taken_lately=3_000)

    assert judge(first, STANDARD_FLOOD_LIMITS) is None
    assert judge(Forms(sent=3_001, taken=3_001, taken_lately=3_001), STANDARD_FLOOD_LIMITS) is Flood.FEW_CONFIRM


def test_a_slow_flood_is_seen_once_people_would_have_confirmed() -> None:
    early = Forms(sent=700, taken=1_400, taken_lately=1_400)
    late = Forms(sent=700, taken=1_401, taken_lately=1_400)

    assert judge(early, STANDARD_FLOOD_LIMITS) is None
    assert judge(late, STANDARD_FLOOD_LIMITS) is Flood.FEW_CONFIRM


def test_few_forms_are_no_flood_whatever_they_are() -> None:
    assert judge(Forms(sent=600, refused=600, one_range=600, taken=9_000), STANDARD_FLOOD_LIMITS) is None


def test_mostly_mistakes_or_mostly_one_range_is_a_flood() -> None:
    assert judge(Forms(sent=1_000, refused=501), STANDARD_FLOOD_LIMITS) is Flood.MANY_REFUSED
    assert judge(Forms(sent=1_000, refused=500), STANDARD_FLOOD_LIMITS) is None
    assert judge(Forms(sent=1_000, one_range=201), STANDARD_FLOOD_LIMITS) is Flood.ONE_RANGE
    assert judge(Forms(sent=1_000, one_range=200), STANDARD_FLOOD_LIMITS) is None


def test_a_flood_goes_on_while_forms_without_the_work_do_and_a_crowd_that_does_it_does_not_keep_it_on() -> None:
    assert goes_on(Forms(sent=400, unproven=301), STANDARD_FLOOD_LIMITS)
    assert not goes_on(Forms(sent=400, unproven=300), STANDARD_FLOOD_LIMITS)
    assert not goes_on(crowd(10), STANDARD_FLOOD_LIMITS)
