"""Work is asked for where a flood is seen, by itself, and no longer than it lasts; an honest crowd is not asked."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import redis as redis_client
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.cli.running.ports import free_port
from service.store.tables.campaign import Fixture
from tests import make
from tests.site.letters import press
from tests.site.test_proof_of_work import ANA, JOIN, NOON, Open, challenge_in, process, send, solved

__all__ = ["process"]

# A tenth of the usual, for a tenth of a ground: 200 sign-ups a minute.
TENTH = {"PROOF_OF_WORK": "auto", "LIMIT_FLOOD_FORMS": "60", "LIMIT_FLOOD_UNCONFIRMED": "300"}
# So few that a test is short.
FEW = {"PROOF_OF_WORK": "auto", "LIMIT_FLOOD_FORMS": "5", "LIMIT_FLOOD_UNCONFIRMED": "8"}


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as moved:
        yield moved


def pour(client: FlaskClient, count: int, **fields: str) -> list[int]:
    """A script that sends so many forms, each with an address of its own."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/fair-trials/").text)
    assert found
    forms = [ANA | {"email": f"bot{place}@example.org", "csrf_token": found[1]} | fields for place in range(count)]
    return [client.post(JOIN, data=form).status_code for form in forms]


def asks(client: FlaskClient) -> bool:
    """Whether the page asks for work."""
    return challenge_in(client.get("/fair-trials/").text) is not None


@pytest.mark.parametrize(("one_in", "is_flood"), [(5, False), (0, True)])
def test_a_ground_that_confirms_is_not_asked_and_one_that_does_not_is(
    process: Open,
    sessions: sessionmaker[Session],
    clock: time_machine.Traveller,
    one_in: int,
    is_flood: bool,
) -> None:
    client = process(**TENTH)
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/fair-trials/").text)
    assert found
    answers = set()

    # Three minutes behind one address; one in five opens the letter after a minute.
    for place in range(600):
        form = ANA | {"email": f"fan{place}@example.org", "csrf_token": found[1]}
        answers.add(client.post(JOIN, data=form).status_code)
        if one_in and place >= 200 and place % one_in == 0:
            press(client, sessions, f"fan{place - 200}@example.org")
        clock.shift(timedelta(seconds=0.3))

    assert answers == ({303, 428} if is_flood else {303})
    assert asks(client) is is_flood


def test_a_flood_turns_the_work_on_and_its_end_turns_it_off(process: Open, clock: time_machine.Traveller) -> None:
    client = process(**FEW)
    assert not asks(client)

    assert pour(client, 12) == [303] * 9 + [428] * 3
    assert asks(client)
    # Whoever does the work is let in, though nobody confirms.
    assert send(client, ANA | {"altcha": solved(client.get("/fair-trials/").text)}).status_code == 303
    clock.shift(timedelta(minutes=4))
    assert asks(client)
    # It goes on as long as the flood does.
    assert set(pour(client, 6)) == {428}
    clock.shift(timedelta(minutes=4))
    assert asks(client)
    clock.shift(timedelta(minutes=2))

    assert not asks(client)
    assert send(client, ANA).status_code == 303


def test_forms_full_of_mistakes_turn_it_on(process: Open, clock: time_machine.Traveller) -> None:
    client = process(**FEW)

    assert pour(client, 6, email="nobody") == [422] * 6
    assert asks(client)


def test_numbers_that_begin_alike_turn_it_on(process: Open, clock: time_machine.Traveller) -> None:
    client = process(**FEW | {"LIMIT_FLOOD_UNCONFIRMED": "1000"})
    phones = [{"phone": f"+44770090{place:04d}", "consent_sms": "yes"} for place in range(6)]

    for phone in phones:
        assert pour(client, 1, **phone) == [303]

    assert asks(client)


def test_a_flood_of_one_campaign_is_none_of_another(process: Open, sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        make.campaign(session, slug="another", match=session.query(Fixture).one())
    client = process(**FEW)
    with time_machine.travel(NOON, tick=False):
        pour(client, 12)

        assert asks(client)
        assert challenge_in(client.get("/another/").text) is None


def test_what_one_process_sees_the_others_know(process: Open, redis_url: str, clock: time_machine.Traveller) -> None:
    redis_client.Redis.from_url(redis_url).flushall()
    pour(process(**FEW, REDIS_URL=redis_url), 6)
    other = process(**FEW, REDIS_URL=redis_url)

    assert pour(other, 4) == [303, 303, 303, 428]
    assert asks(process(**FEW, REDIS_URL=redis_url))


def test_with_redis_away_each_process_sees_a_flood_by_itself(process: Open, clock: time_machine.Traveller) -> None:
    client = process(**FEW, REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")

    assert pour(client, 12) == [303] * 9 + [428] * 3
    solution = solved(client.get("/fair-trials/").text)
    assert [send(client, ANA | {"altcha": solution}).status_code for _ in range(2)] == [303, 428]


def test_numbers_that_confirm_by_text_count_as_those_of_people(
    process: Open, sessions: sessionmaker[Session], clock: time_machine.Traveller
) -> None:
    client = process(**FEW)
    pour(client, 8)
    with sessions.begin() as session:
        session.execute(text("UPDATE sign_ups SET phone_confirmed_at = :now WHERE id = 1"), {"now": NOON})

    assert pour(client, 9) == [303] * 9
    assert not asks(client)
