"""The sample campaign's own times."""

from datetime import UTC, datetime, timedelta

import pytest

from service.cli.up import sample_kick_off
from tests.moments import MOMENTS


@pytest.mark.parametrize("now", MOMENTS.values(), ids=MOMENTS)
def test_the_sample_kicks_off_in_the_afternoon_whenever_it_is_tried(now: datetime) -> None:
    kick_off = sample_kick_off(now)

    assert (kick_off.hour, kick_off.minute, kick_off.tzinfo) == (17, 0, UTC)
    # Its first briefing, four days before, is still to come.
    assert kick_off - timedelta(days=4) > now
