"""Stopping and going on with a very large blast waiting: pause, cancel, claims beside it, and a tick."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from bench.ground import Ground, ground, plan_blast
from bench.table import Line
from service.domain.channel import Channel, Pace
from service.planning.blasts import cancel_blast, pause_blast, resume_blast
from service.sending.due import open_scheduled_blasts
from service.sending.sweep import tick
from service.sending.write import write_next_span
from service.store.engine import make_engine, make_sessions
from service.store.queries import batches

_TEXTS = 50
# Many batches of the same few people: what is steered is batches, whoever they are for.
_QUEUE = """
    INSERT INTO batches (blast_id, rendering_id, channel, pace, first_supporter_id, last_supporter_id, size, not_before,
        expires_at)
    SELECT :blast_id, (SELECT min(id) FROM renderings WHERE blast_id = :blast_id), 'sms', 'bulk', 1, 1, :size,
        now() - interval '1 hour', now() + interval '1 day'
    FROM generate_series(1, :count)
"""
_ROUNDS = 20
_DAY = datetime.now(UTC)


def measure(home: Path, *, messages: int) -> Sequence[Line]:
    """The slowest of several presses with so many texts queued; claims and ticks against those without them."""
    with ground(home, people=10, phones=10) as here:
        engine = make_engine(here.url)
        sessions = make_sessions(engine)
        large = _opened(here, sessions)
        _opened(here, sessions)
        url = "https://campaign.example.org"
        alone = _middle(lambda: _run(sessions, _claim, keep=False)), _middle(lambda: tick(sessions, public_url=url))
        with here.transaction() as connection:
            asked = {"blast_id": large, "size": _TEXTS, "count": messages // _TEXTS}
            connection.execute(text(_QUEUE), asked)
        here.settle()

        pauses = [_timed(lambda: _run(sessions, lambda session: pause_blast(session, large, actor="b", now=_DAY)))]
        for _ in range(_ROUNDS):
            _run(sessions, lambda session: resume_blast(session, large, actor="b", now=_DAY))
            pauses.append(
                _timed(lambda: _run(sessions, lambda session: pause_blast(session, large, actor="b", now=_DAY)))
            )
        beside = _middle(lambda: _run(sessions, _claim, keep=False)), _middle(lambda: tick(sessions, public_url=url))
        cancel = _timed(lambda: _run(sessions, lambda session: cancel_blast(session, large, actor="b", now=_DAY)))
        began = time.perf_counter()
        while here.number(f"SELECT count(*) FROM batches WHERE state = 'queued' AND blast_id = {large}"):  # noqa: S608
            tick(sessions, public_url=url)
        closing = time.perf_counter() - began
        engine.dispose()
    work = f"with {messages:,} texts queued"
    return [
        Line(f"{work}: pause", max(pauses) * 1000, "ms", 100, less_is_better=True),
        Line(f"{work}: cancel", cancel * 1000, "ms", 100, less_is_better=True),
        Line(
            f"{work}, paused: a claim of another blast", beside[0] / alone[0], "x one without", 1.5, less_is_better=True
        ),
        Line(f"{work}, paused: a tick", beside[1] / alone[1], "x one without", 1.5, less_is_better=True),
        Line(f"{work}, cancelled: closed behind it, ticks one after another", closing, "s"),
    ]


def _opened(here: Ground, sessions: sessionmaker[Session]) -> int:
    """A blast by text that is under way, with one batch."""
    plan_blast(here, "sms")
    with sessions.begin() as session:
        opened = open_scheduled_blasts(session, public_url="https://campaign.example.org", now=datetime.now(UTC))
    with sessions.begin() as session:
        write_next_span(session)
    return opened[0]


def _claim(session: Session) -> None:
    if batches.claim_batch(session, channel=Channel.SMS, pace=Pace.BULK, owner=uuid4()) is None:
        raise RuntimeError("the other blast has nothing to claim")


def _run(sessions: sessionmaker[Session], act: Callable[[Session], object], *, keep: bool = True) -> None:
    with sessions() as session:
        act(session)
        if keep:
            session.commit()
        else:
            session.rollback()


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _middle(act: Callable[[], object]) -> float:
    return sorted(_timed(act) for _ in range(_ROUNDS))[_ROUNDS // 2]
