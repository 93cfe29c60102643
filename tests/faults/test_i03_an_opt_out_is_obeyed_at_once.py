"""I3: no intent commits after an opt-out has; and no call begins more than five seconds after it."""

import threading
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from service import clock
from service.consenting.consent import Evidence, withdraw_consent
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.points import watch
from service.sending.hand_over import DEADLINE_SECONDS
from tests.faults.common import Blasting
from tests.sending.conftest import Desk


def _leave(session: Session) -> None:
    withdraw_consent(
        session,
        supporter_id=1,
        channel=Channel.EMAIL,
        reason=Suppressed.LEFT,
        evidence=Evidence("", "test"),
        now=datetime.now(UTC),
    )


def test_i03_an_intent_waits_for_an_opt_out_that_is_being_committed_and_then_sees_it(
    desk: Desk, blast_to: Blasting
) -> None:
    blast_to("Ana", "Bilal")
    worker = threading.Thread(target=desk.deliver)

    with desk.sessions.begin() as session:
        _leave(session)
        worker.start()
        worker.join(0.5)
        waits = worker.is_alive()
    worker.join()

    assert waits
    assert desk.email.addresses == ["bilal@example.org"]


def test_i03_an_opt_out_waits_for_an_intent_that_is_being_committed(desk: Desk, blast_to: Blasting) -> None:
    """Whoever leaves while the intent is being written leaves after it: the call that follows was decided before."""
    blast_to("Ana")
    left_at: list[float] = []
    committed_at: list[float] = []

    def leave() -> None:
        with desk.sessions.begin() as session:
            _leave(session)
        left_at.append(clock.monotonic())

    leaving = threading.Thread(target=leave)

    def watching(name: str) -> None:
        if name == "intent.before_commit":
            leaving.start()
            leaving.join(0.3)
            committed_at.append(clock.monotonic())

    watch(watching)
    try:
        desk.deliver()
    finally:
        watch(None)
    leaving.join()

    assert left_at[0] >= committed_at[0]
    assert DEADLINE_SECONDS <= 5
