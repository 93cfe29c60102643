"""I6: hearing a webhook's events many times over is the same as hearing them once."""

import random

from service.domain.receipt import ReceiptKind
from service.sending.receipts import apply_receipts
from tests.faults.common import THEN, Blasting, everything, receipt
from tests.sending.conftest import Desk

_KINDS = [
    *(ReceiptKind.ACCEPTED, ReceiptKind.DELIVERED, ReceiptKind.OPENED, ReceiptKind.CLICKED),
    *(ReceiptKind.COMPLAINED, ReceiptKind.BOUNCED),
]


def test_i06_a_day_of_events_three_times_and_shuffled_leaves_the_database_as_it_was(
    desk: Desk, blast_to: Blasting
) -> None:
    blast_to("Ana", "Bilal", "Cora", "Dev")
    desk.deliver()
    day = [
        receipt(f"1.e.{who}", kind, after=place) for who in range(1, 5) for place, kind in enumerate(_KINDS[: who + 1])
    ]
    with desk.sessions.begin() as session:
        first = apply_receipts(session, "sendgrid", day, now=THEN)
    once = everything(desk.sessions)

    again = day * 3
    random.Random(6).shuffle(again)
    for start in range(0, len(again), 5):
        with desk.sessions.begin() as session:
            assert apply_receipts(session, "sendgrid", again[start : start + 5], now=THEN).new == 0

    assert first.new == len(day)
    assert everything(desk.sessions) == once
