"""Receipts: in any order and any number, the same end; opt-outs obeyed in the same transaction."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import permutations

import pytest
from sqlalchemy import text

from service.domain.receipt import Receipt, ReceiptKind
from service.sending.receipts import apply_receipts
from tests.sending.conftest import Desk

Blasting = Callable[..., list[object]]
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
KINDS = (ReceiptKind.ACCEPTED, ReceiptKind.DELIVERED, ReceiptKind.OPENED, ReceiptKind.BOUNCED)


def _given(kind: ReceiptKind, *, permanent: bool = False, machine: bool = False) -> Receipt:
    return Receipt(f"e:{kind}", "1.e.1", None, kind, NOW, permanent=permanent, is_machine=machine)


@pytest.mark.parametrize("order", list(permutations(KINDS)))
def test_the_end_does_not_depend_on_the_order(desk: Desk, blast_to: Blasting, order: tuple[ReceiptKind, ...]) -> None:
    blast_to("Ana")
    desk.deliver()

    for kind in order:
        with desk.sessions.begin() as session:
            apply_receipts(session, "sendgrid", [_given(kind)], now=NOW)
            apply_receipts(session, "sendgrid", [_given(kind)], now=NOW)

    assert desk.states() == {"Ana": "bounced"}
    with desk.sessions() as session:
        assert session.scalar(text("SELECT opened_at FROM messages")) == NOW
        assert session.scalar(text("SELECT count(*) FROM receipts")) == len(KINDS)


def test_a_replayed_post_changes_nothing(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana")
    desk.deliver()
    post = [_given(kind) for kind in KINDS]

    with desk.sessions.begin() as session:
        first = apply_receipts(session, "sendgrid", post, now=NOW)
    with desk.sessions.begin() as session:
        second = apply_receipts(session, "sendgrid", post * 3, now=NOW)

    assert (first.new, second.new) == (len(KINDS), 0)


def test_a_machine_s_open_is_not_a_person_s(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana")
    desk.deliver()

    with desk.sessions.begin() as session:
        apply_receipts(session, "sendgrid", [_given(ReceiptKind.OPENED, machine=True)], now=NOW)

    with desk.sessions() as session:
        assert session.scalar(text("SELECT opened_at FROM messages")) is None


@pytest.mark.parametrize(
    ("receipt", "reason"),
    [
        (_given(ReceiptKind.COMPLAINED), "complaint"),
        (_given(ReceiptKind.BOUNCED, permanent=True), "hard_bounce"),
        (_given(ReceiptKind.UNSUBSCRIBED), "left"),
    ],
)
def test_a_complaint_a_hard_bounce_and_a_leaving_are_obeyed_at_once(
    desk: Desk, blast_to: Blasting, receipt: Receipt, reason: str
) -> None:
    blast_to("Ana")
    desk.deliver()

    with desk.sessions.begin() as session:
        apply_receipts(session, "sendgrid", [receipt], now=NOW)

    with desk.sessions() as session:
        assert session.scalar(text("SELECT reason FROM suppressions")) == reason
        assert session.scalar(text("SELECT count(*) FROM permissions WHERE channel = 'email'")) == 0


def test_a_soft_bounce_suppresses_nobody(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana")
    desk.deliver()

    with desk.sessions.begin() as session:
        apply_receipts(session, "sendgrid", [_given(ReceiptKind.BLOCKED)], now=NOW)

    with desk.sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM suppressions")) == 0


def test_a_receipt_for_nobody_of_ours_is_kept_and_harms_nothing(desk: Desk) -> None:
    stranger = Receipt("x", "not ours", None, ReceiptKind.UNKNOWN, NOW)

    with desk.sessions.begin() as session:
        applied = apply_receipts(session, "sendgrid", [stranger], now=NOW)

    assert applied.new == 1
