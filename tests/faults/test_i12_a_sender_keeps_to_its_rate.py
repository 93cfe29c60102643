"""I12: eight workers together keep a sender to its rate, in any second, with no Redis anywhere."""

import time
from bisect import bisect_left
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from sqlalchemy import text

from service.domain.channel import Channel
from service.domain.sender import Allowance
from service.providers.ports import EmailBatch, EmailOutcome, Outcome
from service.store.queries.senders import limit_sender
from tests.sending.conftest import Desk

RATE = 40
PEOPLE = 70
HANDOVER = RATE // 10


def test_i12_no_second_holds_more_than_the_rate_over_all_workers(desk: Desk, blast_to: Callable[..., object]) -> None:
    with desk.sessions.begin() as session:
        limit_sender(session, Channel.EMAIL, "example.org", Allowance(per_second=RATE))
    blast_to(*(f"Fan{place}" for place in range(PEOPLE)))
    ledger: list[float] = []
    pen = Lock()

    def note(batch: EmailBatch) -> EmailOutcome:
        with pen:
            ledger.extend([time.monotonic()] * len(batch.recipients))
        return EmailOutcome(Outcome.ACCEPTED, provider_ref="E1")

    desk.email.answer = note
    give_up = time.monotonic() + 30
    with ThreadPoolExecutor(8) as workers:
        while len(ledger) < PEOPLE and time.monotonic() < give_up:
            for run in [workers.submit(desk.deliver) for _ in range(8)]:
                run.result()

    ledger.sort()
    assert len(ledger) == len(set(desk.email.refs)) == PEOPLE
    for place, moment in enumerate(ledger):
        # A handover more than the rate is what the scheduling of threads may add at the edge of a second.
        assert bisect_left(ledger, moment + 1.0) - place <= RATE + HANDOVER
    with desk.sessions() as session:
        assert session.execute(text("SELECT day_count FROM senders")).scalar_one() == PEOPLE
