"""A whistle far from where the clock says is asked about; one that is merely early or late, as they are, is not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.fixture import Fixture, FixtureState
from service.domain.whistle import Deed, why_odd
from tests.make import KICK_OFF

MATCH = Fixture(
    1, "aze-eng", "Azerbaijan", "England", "Baku", "Qualifier", "Asia/Baku", FixtureState.SCHEDULED, KICK_OFF
)
HALF = KICK_OFF + timedelta(minutes=47)
AT_HALF = replace(MATCH, state=FixtureState.HALF_TIME, half_time_at=HALF)


@pytest.mark.parametrize(
    ("match", "deed", "after_kick_off", "says"),
    [
        (MATCH, Deed.KICK_OFF, timedelta(days=-5), "Kick-off is in 5 days"),
        (MATCH, Deed.KICK_OFF, timedelta(minutes=-11), "Kick-off is in 11 minutes"),
        (MATCH, Deed.KICK_OFF, timedelta(hours=2), "Kick-off was 2 hours ago"),
        (MATCH, Deed.HALF_TIME, timedelta(seconds=7), "Kick-off was only 7 seconds ago"),
        (MATCH, Deed.HALF_TIME, timedelta(minutes=39), "Kick-off was only 39 minutes ago"),
        (MATCH, Deed.HALF_TIME, timedelta(minutes=76), "Kick-off was 1 hour ago"),
        (AT_HALF, Deed.SECOND_HALF, timedelta(minutes=48), "Half time was only 1 minute ago"),
        (AT_HALF, Deed.FULL_TIME, timedelta(minutes=86), "Half time was only 39 minutes ago"),
        (MATCH, Deed.FULL_TIME, timedelta(minutes=84), "Kick-off was only 1 hour ago"),
        (AT_HALF, Deed.FULL_TIME, timedelta(hours=5), "Kick-off was 5 hours ago"),
        (MATCH, Deed.ABANDON, timedelta(days=-5), "Kick-off is in 5 days"),
    ],
)
def test_what_comes_far_from_the_clock_is_said_in_a_sentence(
    match: Fixture, deed: Deed, after_kick_off: timedelta, says: str
) -> None:
    assert says in why_odd(match, deed, now=KICK_OFF + after_kick_off)


@pytest.mark.parametrize(
    ("match", "deed", "minutes"),
    [
        (MATCH, Deed.KICK_OFF, -9),
        (MATCH, Deed.KICK_OFF, 0),
        (MATCH, Deed.KICK_OFF, 44),
        (MATCH, Deed.HALF_TIME, 40),
        (MATCH, Deed.HALF_TIME, 75),
        (AT_HALF, Deed.SECOND_HALF, 62),
        (AT_HALF, Deed.FULL_TIME, 97),
        (AT_HALF, Deed.FULL_TIME, 170),
        (MATCH, Deed.FULL_TIME, 85),
        (MATCH, Deed.ABANDON, 30),
        (MATCH, Deed.CORRECT, -9_000),
        (MATCH, Deed.POSTPONE, -9_000),
    ],
)
def test_what_comes_when_it_may_come_is_not_asked_about_twice(match: Fixture, deed: Deed, minutes: int) -> None:
    assert why_odd(match, deed, now=KICK_OFF + timedelta(minutes=minutes)) == ""


@pytest.mark.parametrize(
    ("moment", "says"),
    [
        (timedelta(0), "That moment has passed"),
        (timedelta(hours=-2), "That moment has passed, 2 hours ago"),
        (timedelta(minutes=1), ""),
        (timedelta(days=30), ""),
        (timedelta(days=3_650), "look at the year"),
    ],
)
def test_a_match_moved_into_the_past_or_to_a_mistyped_year_is_asked_about(moment: timedelta, says: str) -> None:
    odd = why_odd(MATCH, Deed.MOVE, moment=KICK_OFF + moment, now=KICK_OFF)

    assert odd.startswith("That") == bool(says)
    assert says in odd
