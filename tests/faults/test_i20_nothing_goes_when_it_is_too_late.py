"""I20: nothing is sent after its hour has passed: not by us, and not by the provider's own queue."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from sqlalchemy import text

from service.domain.channel import Channel
from service.points import watch
from service.providers.ports import Text, TextOutcome
from tests.faults.common import AT_ONCE, Blasting
from tests.sending.conftest import Desk
from tests.sending.notebook import SmsNotebook

pytestmark = pytest.mark.at_any_hour


@dataclass
class Clocked(SmsNotebook):
    """Writes down how long the provider may keep each batch."""

    validities: list[int | None] = field(default_factory=list)

    def send(self, texts: Sequence[Text], *, deadline: float, validity: int | None) -> list[TextOutcome]:
        self.validities.append(validity)
        return super().send(texts, deadline=deadline, validity=validity)


def _expire(desk: Desk, when: str) -> None:
    with desk.sessions.begin() as session:
        session.execute(text(f"UPDATE batches SET expires_at = now() + interval '{when}'"))


def test_i20_workers_frozen_past_kick_off_send_nothing_when_they_thaw(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana")

    watch(lambda name: _expire(desk, "-1 second") if name == "claim.after_commit" else None)
    try:
        desk.deliver()
    finally:
        watch(None)
    with desk.sessions.begin() as session:
        session.execute(text("UPDATE batches SET lease_until = now() - interval '1 second' WHERE state = 'claimed'"))
    desk.tick(AT_ONCE)
    desk.deliver()

    assert desk.email.refs == []
    assert desk.states() == {"Ana": "expired"}


def test_i20_a_queue_that_nobody_worked_on_expires(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana")
    _expire(desk, "-1 second")

    desk.tick(AT_ONCE)
    desk.deliver()

    assert desk.email.refs == []
    assert desk.states() == {"Ana": "expired"}


def test_i20_the_provider_may_keep_a_text_only_as_long_as_it_is_worth_having(desk: Desk, blast_to: Blasting) -> None:
    desk.sms = Clocked()
    blast_to("Ana", channels=(Channel.SMS,))
    _expire(desk, "90 seconds")

    desk.deliver(Channel.SMS)

    assert isinstance(desk.sms, Clocked)
    assert [80 <= (validity or 0) <= 90 for validity in desk.sms.validities] == [True]
