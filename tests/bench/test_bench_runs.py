"""Each measurement still runs, at a size that measures nothing: what nobody runs is soon broken."""

from pathlib import Path

import pytest

from bench.__main__ import PARTS

# `stop` starts the whole house as processes; chaos does that too, and more. The others are `email` with other numbers.
_RUN_ELSEWHERE = {"stop", "email-slow", "growth"}
SMALL = {
    "beside": 2000,
    "email": 2000,
    "sms": 100,
    "full-time": 100,
    "events": 2000,
    "sign-up": 40,
    "crowd": 40,
    "segment": 2000,
    "readiness": 3000,
}


@pytest.mark.parametrize("name", sorted(set(PARTS) - _RUN_ELSEWHERE))
def test_a_measurement_runs_and_says_something(name: str, tmp_path: Path) -> None:
    measure, _ = PARTS[name]

    lines = measure(tmp_path, SMALL.get(name, 300))

    assert lines
    assert all(line.seen >= 0 and line.work and line.unit for line in lines)
    assert all(line.must is None or line.verdict for line in lines)
