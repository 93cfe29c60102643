"""The broker may be away, or full of anything: what is due goes out, and no worker ends."""

import re
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import pytest
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker
from twilio.request_validator import RequestValidator

from service.cli.running.redis import EmbeddedRedis
from service.domain.errand import Errand
from service.nudges import Nudger
from service.sandbox_keys import NUMBER
from service.settings import load_settings
from service.web.app import create_app
from tests import make
from tests.conftest import SECRET
from tests.running.conftest import DEV, Installation, pollers_of, until

_GARBAGE: list[bytes] = [
    b"not json",
    b"[1, 2",
    b"\xff\xfe",
    b"",
    b"[" * 50_000,
    b"null",
    b"[]",
    b"3",
    b'"a nudge"',
    b"{}",
    b'{"__type__": "datetime", "__value__": 3}',
    b'{"headers": []}',
    b'{"headers": {"task": ["sending.open_blasts"]}}',
    b'{"headers": {"task": "os.system", "id": "1"}, "body": "x", "properties": {"delivery_tag": "x"}}',
    b'{"headers": {"task": "sending.open_blasts", "expires": {}, "eta": "never"}, "properties": 7}',
    b'{"headers": {"task": "sending.open_blasts"}, "body": "gASV", "content-type": "application/x-python-serialize"}',
]


def _stopped(broker: EmbeddedRedis) -> None:
    broker.stop()


def _frozen(broker: EmbeddedRedis) -> None:
    broker.process.send_signal(signal.SIGSTOP)


def _read_only(broker: EmbeddedRedis) -> None:
    """It answers, and refuses every write, as a full disk (MISCONF) or a replica makes it."""
    with Redis.from_url(broker.url) as client:
        client.execute_command("REPLICAOF", "127.0.0.1", "1")


@pytest.mark.journey
@pytest.mark.parametrize("go_away", [_stopped, _frozen, _read_only])
def test_a_blast_a_confirmation_and_an_answer_go_out_while_the_broker_is_away(
    installation: Installation, go_away: Callable[[EmbeddedRedis], None]
) -> None:
    go_away(installation.redis)

    installation.start()
    blast_id = installation.schedule_blast()
    with web(installation.runner.environ) as browser:
        sign_up(browser)
        say(browser, "JOIN")

    until(lambda: installation.is_done(blast_id), "the blast goes out")
    confirmed = "SELECT state FROM notices WHERE kind = 'confirm_email'"
    until(lambda: installation.ask(confirmed) == "accepted", "the confirmation goes out")
    answered = "SELECT state FROM notices WHERE to_address = :phone"
    until(lambda: installation.ask(answered, phone=DEV) in {"accepted", "delivered"}, "the text is answered")
    assert installation.ended() == []


@pytest.mark.journey
def test_when_the_broker_comes_back_work_goes_on_through_it(installation: Installation) -> None:
    installation.redis.stop()
    installation.start()
    until(lambda: pollers_of(installation.runner), "somebody stands in")

    installation.redis.start_again()

    until(lambda: not pollers_of(installation.runner), "nobody stands in any more")
    blast_id = installation.schedule_blast()
    until(lambda: installation.is_done(blast_id), "the blast goes out")
    assert pollers_of(installation.runner) == []
    assert installation.ended() == []


@pytest.mark.journey
def test_garbage_in_the_queue_ends_no_worker_and_is_dropped_with_a_line_in_the_log(installation: Installation) -> None:
    installation.start()
    first = installation.schedule_blast()
    until(lambda: installation.is_done(first), "the workers work")

    with Redis.from_url(installation.redis.url) as client:
        for queue in ("prompt", "bulk", "listening"):
            client.lpush(f"touchline:{queue}", *_GARBAGE)
        until(lambda: not any(client.llen(f"touchline:{queue}") for queue in ("prompt", "bulk")), "all was read")
        client.delete("touchline:bulk")
        client.set("touchline:bulk", "no queue at all")
        until(lambda: client.type("touchline:bulk") != b"string", "the queue is one again")
    second = installation.schedule_blast()

    until(lambda: installation.is_done(second), "the workers go on")
    assert installation.ended() == []
    for name in ("worker-prompt", "worker-bulk"):
        log = installation.log(name)
        assert "could not be read and was dropped" in log
        assert "is no nudge of ours and was dropped" in log
    assert "stood in its place and was dropped" in installation.log("worker-bulk")


def test_the_pages_and_webhooks_answer_while_the_broker_accepts_and_never_answers(
    database_url: str, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        make.supporter(session, "Dev", campaign=make.campaign(session), phone=DEV)

    with silent_broker() as broker, web({"DATABASE_URL": database_url, "REDIS_URL": broker}) as browser:
        sign_up(browser)
        say(browser, "STOP")

    with sessions() as session:
        assert session.scalar(text("SELECT EXISTS (SELECT FROM suppressions WHERE reason = 'stop')"))
        assert session.scalar(text("SELECT count(*) FROM notices WHERE kind = 'confirm_email'")) == 1


def test_whoever_nudges_in_the_background_waits_for_nobody() -> None:
    with silent_broker() as broker:
        nudger = Nudger(broker, in_background=True)

        for _ in range(1_000):
            nudger.nudge(Errand.SEND_NOTICES)

        # It is being published, and the broker has not answered yet: nobody here has waited for it.
        assert nudger.is_publishing


def test_what_was_nudged_in_the_background_is_published_once(redis_url: str) -> None:
    nudger = Nudger(redis_url, in_background=True)
    with Redis.from_url(redis_url) as client:
        client.delete("touchline:prompt")

        nudger.nudge(Errand.SEND_NOTICES)

        until(lambda: not nudger.is_publishing, "it is published")
        assert client.llen("touchline:prompt") == 1
        client.delete("touchline:prompt")


@contextmanager
def silent_broker() -> Iterator[str]:
    """An address where connections are taken, and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@contextmanager
def web(environ: Mapping[str, str]) -> Iterator[FlaskClient]:
    """A browser, and a provider, at the web process of these settings."""
    app = create_app(load_settings({"SECRET_KEY": SECRET, **environ}))
    yield app.test_client()
    app.extensions["touchline"].sessions.kw["bind"].dispose()


def sign_up(browser: FlaskClient) -> None:
    """Join by the form of the landing page."""
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get("/fair-trials/").text)
    assert token is not None
    form = {"csrf_token": token[1], "first_name": "Eve", "email": "eve@example.org", "consent_email": "yes"}
    assert browser.post("/fair-trials/join", data=form).status_code == 303


def say(browser: FlaskClient, body: str) -> None:
    """A text from Dev's phone, as Twilio tells us of it."""
    form = {"MessageSid": "SM" + "1" * 32, "From": DEV, "To": NUMBER, "Body": body}
    settings = browser.application.extensions["touchline"].settings
    url = settings.public_url + "/hooks/twilio/sms"
    signature = RequestValidator(settings.twilio_auth_tokens[0]).compute_signature(url, form)
    answer = browser.post("/hooks/twilio/sms", data=form, headers={"X-Twilio-Signature": signature})
    assert answer.status_code == 200
