"""I21: what is in doubt for more than two hours is shown everywhere, and never goes away by itself."""

from collections.abc import Callable
from datetime import UTC, datetime

from flask.testing import FlaskClient
from sqlalchemy import text

from service.domain.doubt import STANDARD
from service.providers.ports import EmailOutcome, Outcome
from service.reporting.house import house_report
from service.reporting.live import progress_of
from tests.cli.conftest import Touchline
from tests.sending.conftest import Desk


def test_i21_a_doubt_of_two_hours_shows_in_doctor_in_metrics_and_on_the_blast(
    desk: Desk, blast_to: Callable[..., list[object]], touchline: Touchline, client: FlaskClient
) -> None:
    blast_to("Ana")
    desk.email.answer = lambda _: EmailOutcome(Outcome.IN_DOUBT)
    desk.deliver()
    young = touchline("doctor")

    with desk.sessions.begin() as session:
        session.execute(text("UPDATE batches SET intent_at = intent_at - interval '3 hours'"))
    old = touchline("doctor")

    assert "ok  doubts: 1 messages in doubt" in young.stdout
    assert "BAD doubts: 1 messages in doubt, the oldest for 3 h" in old.stdout
    assert "touchline_oldest_doubt_seconds 108" in client.get("/metrics").text
    with desk.sessions() as session:
        assert house_report(session).doubt_is_alarming
        assert progress_of(session, 1).doubt_is_alarming(datetime.now(UTC))


def test_i21_a_doubt_is_kept_for_as_long_as_it_lasts(desk: Desk, blast_to: Callable[..., list[object]]) -> None:
    blast_to("Ana")
    desk.email.answer = lambda _: EmailOutcome(Outcome.IN_DOUBT)
    desk.deliver()

    for _ in range(5):
        desk.tick(STANDARD)
        desk.settle(STANDARD)

    assert desk.states() == {"Ana": "in_doubt"}
    with desk.sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM attempts")) == 1
