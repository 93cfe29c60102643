"""I19: every decision is made by the database's clock; an hour that is skipped or comes twice is one moment."""

import re
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from service.domain.zones import next_at
from tests import make
from tests.faults.common import AT_ONCE
from tests.sending.conftest import Desk

ROOT = Path(__file__).parents[2]
_OWN_CLOCK = re.compile(r"\bclock\.now\(|datetime\.(?:utc)?now\(|\btime\.time\(|from time import time\b")


def test_i19_nothing_that_decides_about_sending_can_read_this_machine_s_clock() -> None:
    deciding = [
        path
        for folder in ("service/sending", "service/store", "service/consenting", "service/domain", "workers")
        for path in (ROOT / folder).rglob("*.py")
    ]

    assert len(deciding) > 50
    assert [str(path) for path in deciding if _OWN_CLOCK.search(path.read_text())] == []


@pytest.mark.parametrize(("due", "fires"), [("1 minute", 0), ("-1 second", 1)])
def test_i19_a_stage_is_due_when_postgres_says_so(desk: Desk, due: str, fires: int) -> None:
    with desk.sessions.begin() as session:
        stage = make.stage(session, make.campaign(session))
        session.execute(
            text(f"UPDATE stages SET due_at = clock_timestamp() + interval '{due}' WHERE id = :id"), {"id": stage.id}
        )

    desk.tick(AT_ONCE)

    with desk.sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM stage_firings")) == fires


@pytest.mark.parametrize(
    ("after", "zone", "moment"),
    [
        # 01:30 does not exist on the day the clocks go forward: as much later as they do.
        (datetime(2027, 3, 28, 0, tzinfo=UTC), "Europe/London", datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        # 01:30 comes twice on the day they go back: the first.
        (datetime(2026, 10, 24, 12, tzinfo=UTC), "Europe/London", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (datetime(2027, 3, 27, 22, tzinfo=UTC), "Asia/Baku", datetime(2027, 3, 28, 21, 30, tzinfo=UTC)),
    ],
)
def test_i19_half_past_one_is_one_moment_whatever_the_clocks_do(after: datetime, zone: str, moment: datetime) -> None:
    assert next_at(time(1, 30), zone, after=after) == moment
    assert next_at(time(1, 30), zone, after=moment + timedelta(seconds=1)) > moment + timedelta(hours=20)
