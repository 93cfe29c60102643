"""Sending the failed again: only whose failure was not the address's own, once for each key."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from service.domain.channel import Channel
from service.domain.receipt import Receipt, ReceiptKind
from service.planning.blast_checks import BlastRefused
from service.planning.steering import look_at_failed, send_failed_again
from service.providers.ports import Outcome, Refusal, Text, TextOutcome
from service.sending.receipts import apply_receipts
from tests.sending.conftest import Desk

Blasting = Callable[..., list[object]]
NAMES = ("Ana", "Bilal", "Cora", "Dev")
TAKEN = TextOutcome(Outcome.ACCEPTED, provider_ref="SM1")


def again(desk: Desk, *, key: str = "") -> int:
    with desk.sessions.begin() as session:
        return send_failed_again(session, 1, actor="cora@example.org", now=datetime.now(UTC), key=key)


def test_the_failed_go_again_and_those_whose_number_was_the_trouble_do_not(desk: Desk, blast_to: Blasting) -> None:
    blast_to(*NAMES, channels=(Channel.SMS,))
    fates = iter(
        [
            TAKEN,
            TextOutcome(Outcome.REFUSED, refusal=Refusal.UNKNOWN, code="29999"),
            TextOutcome(Outcome.REFUSED, refusal=Refusal.INVALID_ADDRESS, code="21211"),
            TextOutcome(Outcome.REFUSED, refusal=Refusal.UNREACHABLE, code="21612", detail="unreachable"),
        ]
    )
    answer: Callable[[Text], TextOutcome] = lambda _: next(fates)  # noqa: E731 - a port's answer
    desk.sms.answer = answer
    desk.deliver(Channel.SMS)
    before = desk.states(Channel.SMS)
    desk.sms.answer = lambda _: TAKEN

    count = again(desk, key="a key")
    same = again(desk, key="a key")
    desk.deliver(Channel.SMS)

    assert before == {"Ana": "accepted", "Bilal": "failed", "Cora": "failed", "Dev": "failed"}
    assert (count, same) == (1, 1)
    assert desk.states(Channel.SMS) == {"Ana": "accepted", "Bilal": "accepted", "Cora": "failed", "Dev": "failed"}
    assert len(desk.sms.texts) == 5
    with desk.sessions() as session:
        sizes = session.scalars(text("SELECT size FROM batches ORDER BY id")).all()
    assert list(sizes) == [3, 1]


@pytest.mark.parametrize(("code", "count"), [("30007", 1), ("30008", 1), ("30003", 0), ("30006", 0)])
def test_what_networks_said_decides_whether_a_text_may_go_again(
    desk: Desk, blast_to: Blasting, code: str, count: int
) -> None:
    blast_to("Ana", channels=(Channel.SMS,))
    desk.deliver(Channel.SMS)
    moment = datetime.now(UTC)
    told = Receipt("SM1:undelivered", "1.s.1", None, ReceiptKind.FAILED, moment, reason=f"error {code}", code=code)
    with desk.sessions.begin() as session:
        apply_receipts(session, "twilio", [told], now=moment)

    with desk.sessions() as session:
        assert look_at_failed(session, 1).count == count


def test_whoever_left_since_is_not_written_to(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana", "Bilal", channels=(Channel.SMS,))
    with desk.sessions.begin() as session:
        session.execute(text("UPDATE batches SET state = 'failed', reason = 'raised 5 times: LookupError'"))
        session.execute(text("DELETE FROM permissions WHERE supporter_id = 1"))

    assert again(desk) == 1
    desk.deliver(Channel.SMS)

    assert desk.states(Channel.SMS) == {"Ana": "failed", "Bilal": "accepted"}


def test_where_nothing_failed_nothing_goes(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana")
    desk.deliver()

    with pytest.raises(BlastRefused, match="nothing of this blast failed"):
        again(desk)
