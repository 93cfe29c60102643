"""In a flood forms ask the browser for work; done, it lets one form in, and whoever cannot do it goes round."""

import html
import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
import redis
import time_machine
from altcha import Challenge, Payload, solve_challenge
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from service.environment import SettingsError
from service.joining.sign_up import SignUpForm
from service.settings import load_settings
from service.store.queries import campaigns
from service.store.tables.campaign import Fixture
from service.store.tables.people import SignUp
from service.web.app import create_app
from service.web.limits import limiter
from service.web.site.proving import WorkWanted, let_in
from tests import make
from tests.conftest import SECRET
from tests.site.letters import kinds, press, words

NOON = datetime(2029, 1, 16, 12, tzinfo=UTC)
ANA = {"first_name": "Ana", "email": "ana@example.org", "consent_email": "yes"}
PHONE = {"phone": "+44 7700 900123", "consent_sms": "yes"}
JOIN, SIGN = "/fair-trials/join", "/fair-trials/petition"
Open = Callable[..., FlaskClient]


@pytest.fixture
def process(database_url: str, tmp_path: object, sessions: sessionmaker[Session]) -> Iterator[Open]:
    """Opens a web process with these settings, beside others."""
    with sessions.begin() as session:
        make.campaign(session)
    with ExitStack() as stack:

        def opened(**environ: str) -> FlaskClient:
            whole = {"DATABASE_URL": database_url, "SECRET_KEY": SECRET, "TOUCHLINE_HOME": str(tmp_path)}
            app = create_app(load_settings(whole | {"PROOF_OF_WORK": "always"} | environ))
            if "REDIS_URL" not in environ:
                limiter.reset()
            stack.callback(app.extensions["touchline"].sessions.kw["bind"].dispose)
            return app.test_client()

        yield opened


def challenge_in(page: str) -> Challenge | None:
    """The work that a page sets."""
    found = re.search(r'data-work="([^"]+)"', page)
    return Challenge.from_dict(json.loads(html.unescape(found[1]))) if found else None


def solved(page: str) -> str:
    """What a browser makes of it."""
    challenge = challenge_in(page)
    assert challenge is not None
    solution = solve_challenge(challenge)
    assert solution is not None
    return Payload(challenge, solution).to_base64()


def send(client: FlaskClient, fields: dict[str, str], *, to: str = JOIN) -> TestResponse:
    page = client.get("/fair-trials/").text
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return client.post(to, data={**fields, "csrf_token": found[1]})


def sign_up_count(sessions: sessionmaker[Session]) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(SignUp)) or 0


def test_without_a_flood_pages_hold_nothing_of_it_and_stay_small(process: Open) -> None:
    client = process(PROOF_OF_WORK="auto")

    for address in ("/fair-trials/", "/fair-trials/petition"):
        page = client.get(address).text
        assert "data-work" not in page
        assert "work.js" not in page
        assert "altcha" not in page
        assert len(page.encode()) < 100_000
    assert send(client, ANA).status_code == 303


def test_the_work_lets_one_form_in(process: Open, sessions: sessionmaker[Session]) -> None:
    client = process()
    solution = solved(client.get("/fair-trials/").text)

    assert send(client, ANA | {"altcha": solution}).status_code == 303
    again = send(client, ANA | {"altcha": solution, "email": "bilal@example.org"})

    assert again.status_code == 428
    assert sign_up_count(sessions) == 1
    assert kinds(sessions, "bilal@example.org") == []


def test_the_work_lets_one_signature_in(process: Open, sessions: sessionmaker[Session]) -> None:
    client = process()
    form = {"name": "Ana Aliyeva", "place": "GB", "email": "ana@example.org"}
    page = client.get(SIGN).text

    assert send(client, form, to=SIGN).status_code == 428
    assert send(client, form | {"altcha": solved(page)}, to=SIGN).status_code == 303
    assert kinds(sessions, "ana@example.org") == ["confirm_signature"]


def test_two_processes_take_one_solution_once(process: Open, redis_url: str, sessions: sessionmaker[Session]) -> None:
    redis.Redis.from_url(redis_url).flushall()
    one = process(REDIS_URL=redis_url)
    solution = solved(one.get("/fair-trials/").text)
    assert send(one, ANA | {"altcha": solution}).status_code == 303

    other = process(REDIS_URL=redis_url)

    assert send(other, ANA | {"altcha": solution}).status_code == 428
    assert sign_up_count(sessions) == 1


def test_expired_work_is_refused(process: Open, sessions: sessionmaker[Session]) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        client = process()
        solution = solved(client.get("/fair-trials/").text)
        clock.shift(timedelta(minutes=31))

        assert send(client, ANA | {"altcha": solution}).status_code == 428
    assert sign_up_count(sessions) == 0


def test_work_for_another_campaign_is_refused(process: Open, sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        make.campaign(session, slug="another", match=session.query(Fixture).one())
    client = process()
    solution = solved(client.get("/another/").text)

    assert send(client, ANA | {"altcha": solution}).status_code == 428
    assert sign_up_count(sessions) == 0


def forged() -> list[str]:
    """Work that we did not set, or that was not done."""
    own = Challenge.from_dict({"parameters": _PARAMETERS, "signature": "0" * 64})
    solution = solve_challenge(own)
    assert solution is not None
    whole = Payload(own, solution)
    unsigned = Payload(Challenge(own.parameters, None), solution)
    return [whole.to_base64(), unsigned.to_base64(), "", "none", "e30=", "\u00e9", "A" * 10_000, "bnVsbA=="]


_PARAMETERS = {
    "algorithm": "PBKDF2/SHA-256",
    "nonce": "00" * 16,
    "salt": "00" * 16,
    "cost": 1,
    "keyLength": 32,
    "keyPrefix": "00",
    "data": {"campaign": 1},
}


@pytest.mark.parametrize("solution", forged())
def test_forged_work_is_refused(process: Open, sessions: sessionmaker[Session], solution: str) -> None:
    assert send(process(), ANA | {"altcha": solution}).status_code == 428
    assert sign_up_count(sessions) == 0


def test_work_that_was_not_done_is_refused(process: Open) -> None:
    client = process()
    challenge = challenge_in(client.get("/fair-trials/").text)
    assert challenge is not None
    solution = solve_challenge(challenge)
    assert solution is not None
    solution.counter += 1

    assert send(client, ANA | {"altcha": Payload(challenge, solution).to_base64()}).status_code == 428


def test_work_set_with_an_earlier_key_is_taken_while_it_is_read(process: Open) -> None:
    solution = solved(process().get("/fair-trials/").text)
    later = "another secret of the tests, forty letters long"

    assert send(process(SECRET_KEY=later), ANA | {"altcha": solution}).status_code == 428
    assert (
        send(
            process(SECRET_KEY=later, SECRET_KEY_FALLBACKS=SECRET.replace(",", "%2C")), ANA | {"altcha": solution}
        ).status_code
        == 303
    )


def test_a_form_that_is_tried_again_after_a_lost_race_brings_its_work_still(
    process: Open, sessions: sessionmaker[Session]
) -> None:
    client = process()
    data = ANA | {"altcha": solved(client.get("/fair-trials/").text)}
    form = SignUpForm("Ana", "ana@example.org", "", consent_email=True, consent_sms=False)

    with client.application.test_request_context(JOIN, method="POST", data=data), sessions() as session:
        view = campaigns.by_slug(session, "fair-trials")
        assert view is not None
        assert [let_in(session, view, form), let_in(session, view, form)] == [None, None]
    again = client.application.test_request_context(JOIN, method="POST", data=data)
    with again, sessions() as session, pytest.raises(WorkWanted):
        let_in(session, view, form)


def test_a_form_with_mistakes_does_not_use_its_work_up(process: Open) -> None:
    client = process()
    solution = solved(client.get("/fair-trials/").text)

    assert send(client, ANA | {"altcha": solution, "email": "ana"}).status_code == 422
    assert send(client, ANA | {"altcha": solution}).status_code == 303


def test_a_form_without_the_work_keeps_what_was_typed_and_says_the_ways_round(process: Open) -> None:
    client = process()
    answer = send(client, ANA | PHONE | {"source": "flyer"})

    assert answer.status_code == 428
    for name, value in (ANA | PHONE | {"source": "flyer"}).items():
        assert f'name="{name}" value="{value}"' in answer.text
    read = words(answer.text)
    assert "We send a message to ana@example.org" in read
    assert "Or text JOIN to +44 7700 900000" in read
    assert 'role="status" aria-live="polite"' in answer.text
    assert "data-sends-itself" in answer.text
    assert challenge_in(answer.text) is not None
    # A page that has sent itself and was refused does not do so again.
    once = send(client, ANA | {"worked": "1"})
    assert "data-sends-itself" not in once.text
    assert "That did not work in this browser" in words(once.text)


def test_whoever_cannot_do_the_work_confirms_by_email_first_and_the_form_goes_on(
    process: Open, sessions: sessionmaker[Session]
) -> None:
    client = process()
    answer = send(client, ANA | PHONE | {"way": "email"})

    assert answer.status_code == 303
    waiting = words(client.get(answer.location).text)
    assert "Look in your inbox" in waiting
    assert "phone" not in waiting
    assert (kinds(sessions, "ana@example.org"), kinds(sessions, "+447700900123")) == (["confirm_email"], [])
    # From the page that follows no text can be asked for.
    _again(client, answer.location, "sms")
    assert kinds(sessions, "+447700900123") == []

    page = press(client, sessions, "ana@example.org")

    assert "you are in" in page
    assert kinds(sessions, "+447700900123") == ["confirm_sms"]


def _again(client: FlaskClient, address: str, channel: str) -> None:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(address).text)
    assert found
    client.post(address, data={"csrf_token": found[1], "channel": channel})


def test_with_the_work_done_email_and_phone_are_asked_at_once_and_the_phone_not_again(
    process: Open, sessions: sessionmaker[Session]
) -> None:
    client = process()
    send(client, ANA | PHONE | {"altcha": solved(client.get("/fair-trials/").text)})
    assert kinds(sessions, "+447700900123") == ["confirm_sms"]

    press(client, sessions, "ana@example.org")

    assert kinds(sessions, "+447700900123") == ["confirm_sms"]


def test_a_petition_is_signed_by_email_without_the_work(process: Open, sessions: sessionmaker[Session]) -> None:
    client = process()
    form = {"name": "Ana Aliyeva", "place": "GB", "email": "ana@example.org"}

    assert send(client, form | {"way": "email"}, to=SIGN).status_code == 303
    assert "you have signed" in press(client, sessions, "ana@example.org")


def test_no_more_letters_go_round_in_a_minute_than_are_set_and_the_form_is_kept(
    process: Open, sessions: sessionmaker[Session]
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        client = process(LIMIT_FLOOD_LETTERS="2")
        forms = [ANA | {"email": f"ana{place}@example.org", "way": "email"} for place in range(3)]
        answers = [send(client, form) for form in forms]

        assert [answer.status_code for answer in answers] == [303, 303, 429]
        assert 'value="ana2@example.org"' in answers[2].text
        assert answers[2].headers["Retry-After"] == "60"
        assert 'role="alert"' in answers[2].text
        clock.shift(timedelta(seconds=60))
        assert send(client, forms[2]).status_code == 303
    assert sign_up_count(sessions) == 3


def test_whoever_gave_no_email_is_told_of_the_text_and_gets_the_form_back(
    process: Open, sessions: sessionmaker[Session]
) -> None:
    client = process()
    form = {"first_name": "Ana", **PHONE}

    # The way by email is none for a form without an address that confirms.
    shown = send(client, form | {"way": "email"})
    assert shown.status_code == 428
    assert "Text JOIN to +44 7700 900000" in words(shown.text)
    assert 'value="email"' not in shown.text
    changed = send(client, form | {"way": "change"})

    assert changed.status_code == 200
    assert 'value="+44 7700 900123"' in changed.text
    assert 'name="first_name" type="text" value="Ana"' in changed.text
    assert sign_up_count(sessions) == 0


def test_a_petition_form_comes_back_as_it_was_typed(process: Open) -> None:
    back = send(process(), {"name": "Ana Aliyeva", "email": "ana@example.org", "way": "change"}, to=SIGN)

    assert back.status_code == 200
    assert 'value="Ana Aliyeva"' in back.text


def test_never_means_never(process: Open) -> None:
    client = process(PROOF_OF_WORK="never", LIMIT_FLOOD_FORMS="1", LIMIT_FLOOD_UNCONFIRMED="1")

    answers = [send(client, ANA | {"email": f"ana{place}@example.org"}).status_code for place in range(5)]

    assert answers == [303] * 5


@pytest.mark.parametrize(("name", "value"), [("PROOF_OF_WORK", "sometimes"), ("LIMIT_FLOOD_FORMS", "0")])
def test_a_setting_that_cannot_be_read_stops_the_start_and_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load_settings({"SECRET_KEY": SECRET, name: value})
