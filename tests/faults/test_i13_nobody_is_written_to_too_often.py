"""I13: three blasts to the same people in the same second leave each of them within the cap."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from service.domain.channel import Channel
from tests import make
from tests.sending.conftest import Desk

PEOPLE = 40


@pytest.mark.parametrize("cap", [1, 2])
def test_i13_no_more_than_the_cap_however_many_blasts_go_at_once(desk: Desk, cap: int) -> None:
    with desk.sessions.begin() as session:
        campaign = make.campaign(session)
        campaign.cap_count = cap
        for place in range(PEOPLE):
            make.supporter(session, f"Fan{place}", campaign=campaign)
        for _ in range(3):
            make.blast(session, campaign, channels=(Channel.EMAIL,))
    desk.open()

    with ThreadPoolExecutor(6) as workers:
        for run in [workers.submit(desk.deliver) for _ in range(6)]:
            run.result()

    heard = [desk.email.addresses.count(address) for address in set(desk.email.addresses)]
    assert heard == [cap] * PEOPLE
    with desk.sessions() as session:
        held = session.execute(
            text("SELECT count(*) FROM messages WHERE state = 'withheld' AND reason = 'frequency_cap'")
        )
        assert held.scalar_one() == PEOPLE * (3 - cap)
