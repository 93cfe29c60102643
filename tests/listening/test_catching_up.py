"""What a webhook missed is recovered: each text by itself, in bounded time, and the doctor knows when it is not."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from house_sandbox import Box
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service import clock
from service.domain.errand import QUEUES, Errand, Queue
from service.listening.catch_up import CaughtUp, catch_up_inbound
from service.providers.ports import InboundPage, InboundText, ProviderAway
from service.providers.twilio.sending import Twilio
from service.reporting.house import house_report
from tests import make
from tests.listening.conftest import Hooks
from tests.sending.notebook import SmsNotebook
from workers.app import app

ANA = "+447700900409"


def _came(number: int, body: str, at: datetime, *, phone: str = "") -> InboundText:
    return InboundText(f"SM{number:032}", phone or f"+4477009005{number % 100:02}", "+447700900000", body, at)


@pytest.fixture
def now(sessions: sessionmaker[Session]) -> datetime:
    with sessions() as session:
        return session.execute(text("SELECT clock_timestamp()")).scalar_one().astimezone(UTC)


def _catch_up(sessions: sessionmaker[Session], sms: SmsNotebook, until: float = float("inf")) -> CaughtUp:
    return catch_up_inbound(sessions, sms, key=make.KEY, until=until)


def _said(sessions: sessionmaker[Session]) -> set[str]:
    with sessions() as session:
        return set(session.scalars(text("SELECT body FROM replies")))


# Half an emoji and a null sign, past the adapter that would have taken them out: no database keeps either.
@pytest.mark.parametrize("poison", ["\ud83d", "hello \0 there"])
def test_a_text_that_cannot_be_kept_is_set_aside_and_the_stop_behind_it_obeyed(
    sessions: sessionmaker[Session], now: datetime, poison: str
) -> None:
    sms = SmsNotebook(came_in=[_came(2, "STOP", now), _came(1, poison, now - timedelta(seconds=9))])

    caught_up = _catch_up(sessions, sms)

    assert caught_up == CaughtUp(received=1, failed=1, is_whole=True)
    assert _said(sessions) == {"STOP"}
    with sessions() as session:
        assert session.scalars(text("SELECT reason FROM suppressions")).all() == ["stop"]
        assert session.scalars(text("SELECT provider_ref FROM failed_texts")).all() == [f"SM{1:032}"]
        assert "1 text was set aside" in house_report(session).catch_up_faults[0]


def test_a_text_that_was_set_aside_and_can_be_received_after_all_is_forgotten(
    sessions: sessionmaker[Session], now: datetime
) -> None:
    sms = SmsNotebook(came_in=[_came(1, "hi \0", now)])
    _catch_up(sessions, sms)
    _catch_up(sessions, sms)
    with sessions() as session:
        assert session.scalars(text("SELECT fail_count FROM failed_texts")).all() == [2]

    sms.came_in = [_came(1, "hi", now)]
    _catch_up(sessions, sms)
    _catch_up(sessions, sms)

    with sessions() as session:
        assert session.scalars(text("SELECT 1 FROM failed_texts")).all() == []
        assert house_report(session).catch_up_faults == []


def test_time_that_runs_out_costs_no_progress(sessions: sessionmaker[Session], now: datetime) -> None:
    came = [_came(number, f"text {number}", now - timedelta(seconds=number)) for number in range(12)]
    sms = SmsNotebook(came_in=came, page_size=5)
    over = clock.monotonic() - 1

    runs = [_catch_up(sessions, sms, until=over) for _ in range(40)]

    assert len(_said(sessions)) == 12
    assert any(run.is_whole for run in runs)
    assert max(run.received for run in runs) == 1


@dataclass
class Cut(SmsNotebook):
    """A list whose pages stop answering at one of them."""

    asked: list[str] = field(default_factory=list)
    away: Sequence[str] = ()

    def inbound_page(self, since: datetime, *, page: str) -> InboundPage:
        self.asked.append(page)
        if page in self.away:
            raise ProviderAway
        return SmsNotebook.inbound_page(self, since, page=page)


def test_a_list_cut_short_goes_on_where_it_was_cut(sessions: sessionmaker[Session], now: datetime) -> None:
    came = [_came(number, f"text {number}", now - timedelta(seconds=number)) for number in range(9)]
    sms = Cut(came_in=came, page_size=3, away=["6"])
    with pytest.raises(ProviderAway):
        _catch_up(sessions, sms)
    assert len(_said(sessions)) == 6
    sms.away, sms.asked = (), []

    assert _catch_up(sessions, sms).is_whole

    assert sms.asked == ["6"]
    assert len(_said(sessions)) == 9


def test_a_page_the_provider_has_forgotten_begins_the_list_again(
    sessions: sessionmaker[Session], now: datetime
) -> None:
    came = [_came(number, f"text {number}", now - timedelta(seconds=number)) for number in range(6)]
    sms = Cut(came_in=came, page_size=2)
    with sessions.begin() as session:
        session.execute(
            text("UPDATE house SET inbound_began_at = :now, inbound_from = :now, inbound_page = '77'"), {"now": now}
        )
    sms.away = ["77"]

    assert _catch_up(sessions, sms).is_whole

    assert sms.asked == ["77", "", "2", "4"]
    assert len(_said(sessions)) == 6


def test_texts_that_are_known_cost_one_question_a_page(sessions: sessionmaker[Session], now: datetime) -> None:
    sms = SmsNotebook(came_in=[_came(number, "hello", now - timedelta(seconds=number)) for number in range(20)])
    _catch_up(sessions, sms)

    assert _catch_up(sessions, sms) == CaughtUp(received=0, failed=0, is_whole=True)


def test_the_doctor_and_readyz_tell_when_nothing_was_caught_up_for_long(hooks: Hooks) -> None:
    with hooks.sessions.begin() as session:
        session.execute(text("UPDATE house SET ticked_at = now(), inbound_seen_at = now() - interval '17 minutes'"))

    answer = hooks.client.get("/readyz")

    assert (answer.status_code, answer.json["status"]) == (200, "degraded")
    assert answer.json["warnings"] == ["missed texts have not been looked for as a whole for 17 minutes"]
    assert "touchline_catch_up_age_seconds 102" in hooks.client.get("/metrics").text


def test_a_provider_that_was_never_reached_is_told_too(hooks: Hooks) -> None:
    with hooks.sessions.begin() as session:
        session.execute(text("UPDATE house SET ticked_at = now(), inbound_first_at = now() - interval '1 hour'"))

    assert hooks.client.get("/readyz").json["status"] == "degraded"


def test_catching_up_is_never_in_the_way_of_confirmations() -> None:
    assert QUEUES[Errand.CATCH_UP_INBOUND] is Queue.LISTENING
    assert QUEUES[Errand.SEND_NOTICES] is Queue.PROMPT
    assert {queue.name for queue in app.conf.task_queues} == {"prompt", "bulk", "listening"}


class _Worker:
    """As much of a worker as the signal hands over."""

    def __init__(self) -> None:
        self.app = app


@pytest.mark.parametrize(("reads", "then"), [("bulk", {"bulk", "listening"}), ("prompt", {"prompt"})])
def test_the_procfile_s_workers_for_bulk_read_it_as_they_are(reads: str, then: set[str]) -> None:
    from celery.signals import celeryd_after_setup  # noqa: PLC0415 - only this test speaks to workers

    queues = app.amqp.queues
    before = queues._consume_from
    try:
        queues.select([reads])
        celeryd_after_setup.send(sender="w", instance=_Worker(), conf=app.conf)

        assert set(queues.consume_from) == then
    finally:
        queues._consume_from = before


def test_what_the_sandbox_holds_back_is_recovered_poison_and_all(box: Box, sessions: sessionmaker[Session]) -> None:
    """The reported case: a text with a null sign, then a STOP that no webhook brought."""
    for phone, body in (("+447700900407", "STOP\0"), (ANA, "STOP")):
        box.ask("PUT", "/control/faults", {"inbound": {"never": {"next": 1}}})
        assert box.ask("POST", "/control/inbound", {"from": phone, "body": body})["posted"] is False
    twilio = Twilio("AC" + "0" * 31 + "1", box.token, box.url, from_numbers=("+447700900000",))
    try:
        caught_up = catch_up_inbound(sessions, twilio, key=make.KEY)
    finally:
        twilio.close()
        box.ask("DELETE", "/control/faults")

    assert caught_up.failed == 0
    with sessions() as session:
        rows = session.execute(text("SELECT phone, keyword, body FROM replies WHERE phone LIKE '+44770090040%'")).all()
    assert {tuple(row) for row in rows} == {
        ("+447700900407", "stop", "STOP"),
        (ANA, "stop", "STOP"),
    }
