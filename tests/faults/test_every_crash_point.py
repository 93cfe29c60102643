"""A process dies at every named point, by an exception and by SIGKILL: nobody has two, nobody is forgotten."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from house_sandbox import Box
from sqlalchemy import Engine

from service.domain.channel import Channel
from tests.conftest import SECRET
from tests.faults.conftest import Lives, PostBox
from tests.faults.life import DIED_BY_EXCEPTION
from tests.faults.named_points import POINTS
from tests.faults.town import Street, Town, found_town, people_live_here

ROOT = Path(__file__).parents[2]
_ENDED = {"exception": DIED_BY_EXCEPTION, "sigkill": -9}
# SIGKILL at each point on each channel; an exception, which ends a transaction in the same way, on one of them in turn.
_KILLED = [("sigkill", point, channel) for point, channels in POINTS.items() for channel in channels]
_RAISED = [
    pytest.param("exception", point, channels[place % len(channels)], marks=pytest.mark.oldest_only)
    for place, (point, channels) in enumerate(POINTS.items())
]


@pytest.fixture(scope="module")
def street(
    engine: Engine, database_url: str, redis_url: str, box: Box, post_box: PostBox, lives: Lives
) -> Iterator[Street]:
    environ = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SECRET_KEY": SECRET,
        "TOUCHLINE_HOME": str(box.home),
        "PUBLIC_URL": post_box.url,
        "SANDBOX_URL": box.url,
        "LOG_LEVEL": "CRITICAL",
    }
    with people_live_here(engine, environ, box, post_box) as made:
        for channel in Channel:
            assert lives.live(found_town(made, channel).life(is_first=True)) == 0, lives.said.read_text()
        yield made


@pytest.mark.parametrize(("how", "point", "channel"), [*_KILLED, *_RAISED])
def test_who_dies_here_sends_nobody_two_and_forgets_nobody(
    street: Street, lives: Lives, how: str, point: str, channel: str
) -> None:
    town = found_town(street, Channel(channel))

    assert lives.live(town.life(point, how)) == _ENDED[how], (
        f"{point} was not reached: {lives.said.read_text()[-3000:]}"
    )
    town.leave()
    town.let_time_pass()
    town.open_another()
    street.box.faults(email={}, sms={})
    assert lives.live(town.life()) == 0, lives.said.read_text()[-3000:]
    if town.send_unknown_again():
        assert lives.live(town.life()) == 0, lives.said.read_text()[-3000:]

    _compare(town)


def _compare(town: Town) -> None:
    """The sandbox's ledger beside the database."""
    rows = town.ledger()
    accepted = Counter(str(row["ref"]) for row in rows)
    states = town.states()
    assert [ref for ref, count in accepted.items() if count > 1 and not ref.startswith("n.")] == []
    late = [row for row in rows if _is_late(row, town)]
    assert late == [], "sent after the opt-out"
    for blast_id in town.blasts():
        for supporter_id in town.people:
            ref = f"{blast_id}.{town.channel[0]}.{supporter_id}"
            state = states.get(ref)
            if supporter_id == town.leaver.id:
                assert state in {None, "withheld"} or accepted[ref] == 1, ref
            else:
                assert accepted[ref] == 1, f"{ref} was missed: {state}"
                assert state in {"accepted", "delivered"}, ref
    notices = [count for ref, count in accepted.items() if ref.startswith("n.")]
    assert notices
    assert max(notices) <= 3


def _is_late(row: dict[str, object], town: Town) -> bool:
    # A one-off answer to the STOP itself may go.
    ours = str(row["ref"]).rpartition(".")[2] == str(town.leaver.id) and not str(row["ref"]).startswith("n.")
    return ours and float(str(row["accepted_at"])) > town.left_at


def test_no_point_is_lost() -> None:
    """A commit or a call that bypasses its point would go unseen: every point in the code is in the list, and back."""
    in_code = {
        name
        for folder in ("service", "workers")
        for path in (ROOT / folder).rglob("*.py")
        for name in re.findall(r'\bpoint\("([a-z_.]+)"\)', path.read_text())
    }

    assert in_code == set(POINTS)
    assert len(POINTS) >= 53
