"""A whistle taken back while its messages are being handed over: nobody gets two, and nobody who should is left out."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from service.domain.channel import Channel
from service.domain.fixture import Score
from service.planning import fixtures
from service.planning.fixtures import Moved, Recalled
from service.planning.undoing import last_deed, undo
from service.points import watch
from service.sending.due import fire_due_stages, fixture_of
from service.store.tables.campaign import Fixture
from tests import make
from tests.faults.common import AT_ONCE, at_once
from tests.sending.conftest import URL, Desk

PEOPLE = 99
# Up to its intent nothing of a batch has gone; from there on it counts as gone.
BEFORE = ("claim.before_commit", "claim.after_commit")
AFTER = ("intent.after_commit", "call.before", "call.after", "outcome.after_commit")


@pytest.fixture
def half_time(desk: Desk) -> Desk:
    """Half time has just been pressed with the wrong score, and its texts are written."""
    now = datetime.now(UTC)
    with desk.sessions.begin() as session:
        campaign = make.campaign(session, match=make.fixture(session, kick_off_at=now - timedelta(minutes=47)))
        for place in range(PEOPLE):
            make.supporter(session, f"Ana{place}", campaign=campaign, phone=f"+4477009001{place:02}")
        stage = {"slug": "half-time", "anchor": "half_time", "offset": timedelta(0), "channels": (Channel.SMS,)}
        make.stage(session, campaign, **stage)  # type: ignore[arg-type]  # passed through
        fixtures.press_kick_off(session, 1, actor="Dev", now=now - timedelta(minutes=47))
    press(desk)
    return desk


def press(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        fixtures.press_half_time(session, 1, score=Score(1, 0), actor="Dev", now=datetime.now(UTC))
    fire_and_write(desk)


def fire_and_write(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        fire_due_stages(session, public_url=URL, now=datetime.now(UTC))
    desk.open()


def take_back(desk: Desk) -> Moved:
    with desk.sessions.begin() as session:
        now = datetime.now(UTC)
        last = last_deed(session, fixture_of(session.get_one(Fixture, 1)), now=now)
        assert last is not None
        return undo(session, 1, last.id, actor="Cora", now=now)


def taking_back_at(desk: Desk, named: str, do: Callable[[], object]) -> Moved:
    """Do this; the first time it comes to this point, somebody takes the whistle back."""
    undone: list[Moved] = []
    others: list[threading.Thread] = []

    def at(name: str) -> None:
        if name == named and not others:
            others.append(threading.Thread(target=lambda: undone.append(take_back(desk))))
            others[0].start()
            # At some points the undo waits for the very intent that is under way here.
            others[0].join(0.5)

    watch(at)
    try:
        do()
    finally:
        watch(None)
    others[0].join()
    return undone[0]


def numbers(desk: Desk) -> list[str]:
    return sorted(each.to for each in desk.sms.texts)


def press_again_and_deliver(desk: Desk) -> None:
    press(desk)
    desk.tick(AT_ONCE)
    desk.open()
    desk.deliver(Channel.SMS)


@pytest.mark.parametrize("named", BEFORE)
def test_taken_back_before_the_first_intent_everybody_gets_the_next_one_once(half_time: Desk, named: str) -> None:
    undone = taking_back_at(half_time, named, lambda: half_time.deliver(Channel.SMS))

    assert [one.recalled for one in undone.recalled] == [Recalled.TAKEN_BACK]
    assert numbers(half_time) == []
    press_again_and_deliver(half_time)
    assert len(set(numbers(half_time))) == len(numbers(half_time)) == PEOPLE


@pytest.mark.parametrize("named", ["intent.before_commit", *AFTER])
def test_taken_back_after_an_intent_the_rest_stops_for_good_and_what_had_gone_is_counted(
    half_time: Desk, named: str
) -> None:
    undone = taking_back_at(half_time, named, lambda: half_time.deliver(Channel.SMS))

    assert [one.recalled for one in undone.recalled] == [Recalled.STOPPED]
    gone = sum(one.gone["sms"] for one in undone.recalled)
    assert len(numbers(half_time)) == gone == 50
    press_again_and_deliver(half_time)
    assert len(numbers(half_time)) == 50


def test_workers_and_an_undo_at_once_send_nobody_two_and_leave_nobody_out(half_time: Desk) -> None:
    undone: list[Moved] = []
    deliver = [lambda: half_time.deliver(Channel.SMS)] * 3

    at_once(*deliver, lambda: undone.append(take_back(half_time)))
    gone = len(numbers(half_time))
    recalled = undone[0].recalled[0].recalled
    press_again_and_deliver(half_time)

    assert (recalled is Recalled.TAKEN_BACK) == (gone == 0)
    assert len(set(numbers(half_time))) == len(numbers(half_time))
    # Where something had gone the stage never fires again; else everybody gets the right one.
    assert len(numbers(half_time)) == (gone or PEOPLE)


@pytest.mark.parametrize("named", ["open.held", "open.before_commit"])
def test_taken_back_while_its_messages_are_being_written_nothing_of_them_goes(half_time: Desk, named: str) -> None:
    take_back(half_time)

    undone = taking_back_at(half_time, named, lambda: press(half_time))
    half_time.deliver(Channel.SMS)

    assert [one.recalled for one in undone.recalled] == [Recalled.TAKEN_BACK]
    assert numbers(half_time) == []
    press_again_and_deliver(half_time)
    assert len(set(numbers(half_time))) == len(numbers(half_time)) == PEOPLE


def test_a_taken_back_blast_can_never_send(half_time: Desk) -> None:
    take_back(half_time)

    with half_time.sessions() as session, pytest.raises(Exception, match="taken_back_is_over"):
        session.execute(text("UPDATE blasts SET state = 'running' WHERE taken_back_from IS NOT NULL"))
