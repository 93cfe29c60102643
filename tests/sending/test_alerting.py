"""Another system is told, once, of what a person should look at; nothing waits for it, and it is tried for a day."""

import json
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from servers import Asked, http, serving
from sqlalchemy import text

from service import clock
from service.domain.alert import AlertKind, wait_after
from service.domain.errand import Errand
from service.providers.ports import EmailOutcome, Outcome
from service.providers.webhook import Webhook
from service.sending.alerting import alert_of_doubts, tell_alerts
from service.sending.asking import Budget, tell_managers
from service.sending.sweep import errands_with_work
from service.sending.telling import tell_of_stopped
from service.store.queries import blasts_life
from service.store.queries.alerts import raise_alert
from service.store.queries.asking import alarms, note_alarm
from service.store.tables.alerts import Alert
from tests.providers.test_over_tls import certificate, tls  # noqa: F401 - fixtures
from tests.sending.conftest import URL, Desk

SECRET = "the secret that signs alerts, long enough"
Blasting = Callable[..., list[object]]


@pytest.fixture
def trusts(certificate: Path) -> ssl.SSLContext:  # noqa: F811
    return ssl.create_default_context(cafile=str(certificate))


def webhook(url: str, trusts: ssl.SSLContext) -> Webhook:
    return Webhook(url, SECRET, may_reach=lambda _: True, trusts=trusts)


def tell(desk: Desk, to: Webhook | None) -> None:
    tell_alerts(desk.sessions, to, until=clock.monotonic() + 120)


def alerts(desk: Desk) -> list[tuple[int, bool, str]]:
    """How often each was tried, whether it is over, and why it failed."""
    with desk.sessions() as session:
        return [
            (each.try_count, each.ended_at is not None, each.reason) for each in session.query(Alert).order_by(Alert.id)
        ]


def raise_one(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        raise_alert(session, AlertKind.DOUBTS, "today", {"hours": "3"})


def due_again(desk: Desk, ago: timedelta = timedelta()) -> None:
    with desk.sessions.begin() as session:
        session.execute(
            text("UPDATE alerts SET next_at = clock_timestamp(), created_at = created_at - :ago"), {"ago": ago}
        )


def test_a_blast_that_stopped_is_told_once_with_where_and_in_nobody_s_words(
    desk: Desk,
    blast_to: Blasting,
    tls: ssl.SSLContext,  # noqa: F811
    trusts: ssl.SSLContext,
) -> None:
    blast_to("Ana")
    with desk.sessions.begin() as session:
        blasts_life.pause(session, 1, reason="cora@example.org: Ana asked for it")
    for _ in range(2):
        with desk.sessions.begin() as session:
            tell_of_stopped(session, public_url=URL, now=datetime.now(UTC))
    with desk.sessions() as session:
        found = errands_with_work(session)

    with serving(lambda _: http(200), tls) as server:
        for _ in range(2):
            tell(desk, webhook(server.url, trusts))

    (asked,) = server.asked
    said = json.loads(asked.body)
    assert Errand.TELL_ALERTS in found
    assert (said["type"], said["data"]) == (
        "blast.stopped",
        {"blast": "1", "link": f"{URL}/console/campaigns/fair-trials/blasts/1/"},
    )
    assert b"@example.org" not in asked.body
    assert alerts(desk) == [(1, True, "")]


def test_old_doubts_are_told_once_a_day(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana")
    desk.email.answer = lambda _: EmailOutcome(Outcome.IN_DOUBT)
    desk.deliver()
    young = [alert_of(desk) for _ in range(2)]
    with desk.sessions.begin() as session:
        session.execute(text("UPDATE batches SET intent_at = intent_at - interval '3 hours'"))

    old = [alert_of(desk) for _ in range(2)]

    assert (young, old) == ([[], []], [[("messages.in_doubt", {"hours": "3"})]] * 2)


def alert_of(desk: Desk) -> list[tuple[str, dict[str, str]]]:
    with desk.sessions.begin() as session:
        alert_of_doubts(session, now=datetime(2026, 12, 1, tzinfo=UTC))
        return [(alert.kind, alert.facts) for alert in session.query(Alert)]


def test_forms_over_their_limits_are_told_once(desk: Desk) -> None:
    began = datetime(2026, 12, 1, tzinfo=UTC)
    with desk.sessions.begin() as session:
        note_alarm(session, 0, Budget.TEXTS, now=began)
        (alarm,) = alarms(session)
        for _ in range(2):
            tell_managers(session, alarm, now=began)

        (told,) = session.query(Alert)

    assert told.kind == "forms.over_limit"
    assert told.facts == {"budget": str(Budget.TEXTS), "campaign": "0"}


def test_what_is_not_taken_is_tried_again_until_it_is(
    desk: Desk,
    tls: ssl.SSLContext,  # noqa: F811
    trusts: ssl.SSLContext,
) -> None:
    raise_one(desk)
    answers = iter([http(500), http(200)])

    def answer(_: Asked) -> bytes:
        return next(answers)

    with serving(answer, tls) as server:
        tell(desk, webhook(server.url, trusts))
        failed = alerts(desk)
        tell(desk, webhook(server.url, trusts))
        too_soon = len(server.asked)
        due_again(desk)
        tell(desk, webhook(server.url, trusts))

    assert failed == [(1, False, "it answered 500")]
    assert too_soon == 1
    assert alerts(desk) == [(2, True, "")]


def test_after_a_day_it_is_given_up(desk: Desk, tls: ssl.SSLContext, trusts: ssl.SSLContext) -> None:  # noqa: F811
    raise_one(desk)
    due_again(desk, timedelta(hours=25))

    with serving(lambda _: http(200), tls) as server:
        tell(desk, webhook(server.url, trusts))

    assert server.asked == []
    assert alerts(desk) == [(1, True, "too late to be news")]


def test_without_a_webhook_nothing_waits(desk: Desk) -> None:
    raise_one(desk)
    raise_one(desk)

    tell(desk, None)

    assert alerts(desk) == [(1, True, "ALERT_WEBHOOK_URL is not set")]
    with desk.sessions() as session:
        assert Errand.TELL_ALERTS not in errands_with_work(session)


def test_whoever_is_killed_while_telling_leaves_it_to_be_tried_again(desk: Desk) -> None:
    raise_one(desk)

    class Killed(BaseException):
        """The process ended."""

    def kill(_: str) -> bool:
        raise Killed

    with pytest.raises(Killed):
        tell(desk, Webhook("https://127.0.0.1:9/alerts", SECRET, may_reach=kill))

    assert alerts(desk) == [(1, False, "")]


def test_each_try_waits_longer_up_to_an_hour() -> None:
    waits = [wait_after(tries) for tries in (1, 2, 3, 7, 8, 1_000)]

    assert waits == [timedelta(minutes=each) for each in (1, 2, 4, 60, 60, 60)]
