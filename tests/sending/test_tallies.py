"""What was handed over is counted once, when it is over, and never again."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.store.queries import tallies
from service.store.queries.tallies import Counted

_NOTICE = text("""
    INSERT INTO notices (kind, channel, dedupe_key, to_address, facts, not_before, expires_at, created_at)
    VALUES ('confirm_email', 'email', 'k', 'ana@example.org', '{}', now(), now(), now())
    ON CONFLICT (dedupe_key) DO UPDATE SET kind = 'confirm_email' RETURNING id
""")
_ATTEMPT = text("""
    INSERT INTO attempts (id, notice_id, provider, count, intent_at, closed_at, outcome)
    VALUES (:id, :notice_id, 'sendgrid', 1, clock_timestamp() - CAST(:ago AS interval), now(), :outcome)
""")


def _attempt(sessions: sessionmaker[Session], *, ago: timedelta, outcome: str | None = "accepted") -> None:
    with sessions.begin() as session:
        notice_id = session.scalar(_NOTICE)
        session.execute(_ATTEMPT, {"id": uuid4(), "notice_id": notice_id, "ago": ago, "outcome": outcome})


def _counted(sessions: sessionmaker[Session], *, limit: int = 5_000) -> list[Counted]:
    with sessions.begin() as session:
        tallies.count_on(session, limit=limit)
        return list(tallies.all_counted(session))


def test_attempts_that_are_over_are_counted_once(sessions: sessionmaker[Session]) -> None:
    for _ in range(3):
        _attempt(sessions, ago=timedelta(minutes=5))
    _attempt(sessions, ago=timedelta(minutes=4), outcome=None)

    first, second = _counted(sessions), _counted(sessions)

    assert (
        first
        == second
        == [Counted("sendgrid", "notices", "accepted", 3), Counted("sendgrid", "notices", "unfinished", 1)]
    )


def test_an_attempt_that_may_still_be_under_way_is_counted_later(sessions: sessionmaker[Session]) -> None:
    _attempt(sessions, ago=timedelta(minutes=30))
    _attempt(sessions, ago=timedelta(seconds=1))

    assert [each.count for each in _counted(sessions)] == [1]

    with sessions.begin() as session:
        session.execute(
            text(
                "UPDATE attempts SET intent_at = intent_at - interval '3 minutes' WHERE intent_at > now() - interval '1 minute'"
            )
        )
        session.execute(text("UPDATE house SET tallied_to = tallied_to - interval '5 minutes'"))
    assert [each.count for each in _counted(sessions)] == [2]


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_many_are_counted_a_part_at_a_time_and_none_is_forgotten(sessions: sessionmaker[Session], limit: int) -> None:
    for minutes in range(3, 12):
        _attempt(sessions, ago=timedelta(minutes=minutes))
    with sessions.begin() as session:
        # Some began in the same moment.
        session.execute(
            text(
                "UPDATE attempts SET intent_at = date_trunc('hour', intent_at) - interval '1 hour' WHERE outcome = 'accepted' AND intent_at < now() - interval '7 minutes'"
            )
        )

    counts = [sum(each.count for each in _counted(sessions, limit=limit)) for _ in range(12)]

    assert counts[-1] == 9
    assert counts == sorted(counts)
