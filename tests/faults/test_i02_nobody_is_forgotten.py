"""I2: every member of the frozen audience has exactly one state, at every moment, and in the end a final one."""

import pytest
from sqlalchemy import text

from service.points import watch
from service.reporting.live import progress_of
from service.sending.due import open_scheduled_blasts
from service.sending.write import write_next_span
from tests import make
from tests.faults.common import AT_ONCE, Blasting
from tests.faults.life import Died
from tests.sending.conftest import URL, Desk

_OPEN = {"queued", "claimed", "sending", "in_doubt"}


def test_i02_a_death_in_the_third_span_of_seven_leaves_no_gap(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        campaign = make.campaign(session)
        for place in range(70):
            make.supporter(session, f"Ana{place}", campaign=campaign)
        make.blast(session, campaign)
    with desk.sessions.begin() as session:
        open_scheduled_blasts(session, public_url=URL, now=session.scalar(text("SELECT now()")))
    passed: list[str] = []

    def die(name: str) -> None:
        passed.append(name)
        if name == "open.before_commit" and passed.count(name) == 3:
            raise Died

    watch(die)
    try:
        with pytest.raises(Died):
            _write_all(desk)
    finally:
        watch(None)
    _write_all(desk)

    desk.deliver()
    assert len(desk.email.refs) == len(set(desk.email.refs)) == 70


def _write_all(desk: Desk) -> None:
    while True:
        with desk.sessions.begin() as session:
            if write_next_span(session, span=10) is None:
                return


def test_i02_the_states_add_up_to_the_audience_at_every_step(desk: Desk, blast_to: Blasting) -> None:
    blast_to(*[f"Ana{place}" for place in range(12)])
    wrong: list[str] = []

    def count(name: str) -> None:
        with desk.sessions() as session:
            progress = progress_of(session, 1)
            if sum(progress.by_state.values()) != progress.audience or progress.audience != 12:
                wrong.append(f"{name}: {progress.by_state}")

    watch(count)
    try:
        desk.deliver()
        desk.tick(AT_ONCE)
    finally:
        watch(None)

    assert wrong == []
    with desk.sessions() as session:
        assert not _OPEN & set(progress_of(session, 1).by_state)
        assert session.scalar(text("SELECT state FROM blasts")) == "done"
