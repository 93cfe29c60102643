"""I12: eight workers together keep a sender to its rate, in any second, with no Redis anywhere."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from service.domain.channel import Channel
from service.domain.sender import Allowance
from service.store.queries.senders import limit_sender
from tests.moments import MOMENTS, StoppedClock
from tests.sending.conftest import Desk

RATE = 40
PEOPLE = 110
HANDOVER = RATE // 10


@pytest.mark.parametrize("stopped_clock", [MOMENTS["at night"]], indirect=True)
def test_i12_no_second_holds_more_than_the_rate_over_all_workers(
    stopped_clock: StoppedClock, desk: Desk, blast_to: Callable[..., object]
) -> None:
    """Second by second, on a clock that waits for the workers: what a slow machine does is not what is judged."""
    with desk.sessions.begin() as session:
        limit_sender(session, Channel.EMAIL, "example.org", Allowance(per_second=RATE))
    blast_to(*(f"Fan{place}" for place in range(PEOPLE)))
    seconds: list[int] = []

    with ThreadPoolExecutor(8) as workers:
        for _ in range(10):
            before = len(desk.email.refs)
            for run in [workers.submit(desk.deliver) for _ in range(8)]:
                run.result()
            seconds.append(len(desk.email.refs) - before)
            stopped_clock.go_on(timedelta(seconds=1))

    assert sum(seconds) == len(set(desk.email.refs)) == PEOPLE
    # A turn up to a second away is waited for: what was given in a second may go one handover over its edge.
    assert max(seconds) <= RATE + HANDOVER
    with desk.sessions() as session:
        assert session.execute(text("SELECT day_count FROM senders")).scalar_one() == PEOPLE
