"""I7: what is known of a message is a function of the set of its receipts, not of the order they came in."""

import itertools

import pytest

from service.domain.receipt import ReceiptKind
from service.providers.sendgrid.events import parse_events
from service.providers.twilio.webhooks import parse_status
from service.sending.receipts import apply_receipts
from tests.faults.common import THEN, Blasting, receipt
from tests.sending.conftest import Desk

_SETS = [
    (ReceiptKind.ACCEPTED, ReceiptKind.SENT, ReceiptKind.DELIVERED),
    (ReceiptKind.ACCEPTED, ReceiptKind.DELIVERED, ReceiptKind.BOUNCED),
    (ReceiptKind.DEFERRED, ReceiptKind.OPENED, ReceiptKind.FAILED),
]


@pytest.mark.parametrize("kinds", _SETS, ids="-".join)
def test_i07_every_order_of_receipts_ends_in_the_same_state(
    desk: Desk, blast_to: Blasting, kinds: tuple[ReceiptKind, ...]
) -> None:
    orders = list(itertools.permutations(kinds))
    blast_to(*[f"Ana{place}" for place in range(len(orders))])
    desk.deliver()

    for who, order in enumerate(orders, start=1):
        for kind in order:
            with desk.sessions.begin() as session:
                apply_receipts(session, "sendgrid", [receipt(f"1.e.{who}", kind)], now=THEN)

    assert len(set(desk.states().values())) == 1


def test_i07_a_receipt_that_comes_before_the_outcome_is_not_undone_by_it(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana")
    accept = desk.email.answer

    def tell_first(batch: object) -> object:
        with desk.sessions.begin() as session:
            apply_receipts(session, "sendgrid", [receipt("1.e.1", ReceiptKind.DELIVERED)], now=THEN)
        return accept(batch)  # type: ignore[arg-type]  # passed through

    desk.email.answer = tell_first  # type: ignore[assignment]  # passes through
    desk.deliver()

    assert desk.states() == {"Ana": "delivered"}


def test_i07_what_we_have_never_heard_of_lowers_nothing_and_breaks_nothing(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana")
    desk.deliver()
    form = {"MessageSid": "SM1", "MessageStatus": "teleported", "To": "+447700900100"}
    unknown = [
        parse_status(form, ref="1.e.1", now=THEN),
        *parse_events(b'[{"event": "telepathy", "sg_event_id": "e9", "ref": "1.e.1"}]', now=THEN),
        receipt("1.e.424242", ReceiptKind.DELIVERED),
    ]

    with desk.sessions.begin() as session:
        apply_receipts(session, "sendgrid", [receipt("1.e.1", ReceiptKind.DELIVERED)], now=THEN)
        apply_receipts(session, "twilio", unknown, now=THEN)

    assert desk.states() == {"Ana": "delivered"}
