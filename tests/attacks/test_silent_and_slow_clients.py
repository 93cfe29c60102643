"""Threat: clients that send half a request and hold it. They stop nobody; what is late is refused."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from tests import make
from tests.attacks.web_process import FORM, PATIENCE, Web, status_on, web_process

DEV = "+447700900123"
_JOIN, _HOOK = b"POST /fair-trials/join HTTP/1.1\r\n" + FORM, b"POST /hooks/twilio/sms HTTP/1.1\r\n" + FORM
_CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
HALF_SENT = {
    "a letter of five thousand": _JOIN + b"Content-Length: 5000\r\n\r\nf",
    "nothing of five thousand": _JOIN + b"Content-Length: 5000\r\n\r\n",
    "half a webhook": _HOOK + b"Content-Length: 5000\r\n\r\nBody=ST",
    "one chunk of some": _HOOK + _CHUNKED + b"1\r\nf\r\n",
    "half a file": b"POST /console/supporters/import HTTP/1.1\r\nCookie: touchline_console=made-up\r\n"
    + FORM
    + b"Content-Length: 9000000\r\n\r\nf",
    "half a header": b"POST /fair-trials/join HTTP/1.1\r\nHost: 127.0.0.1\r\nX-",
}


@pytest.fixture
def people(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        make.supporter(session, "Dev", campaign=make.campaign(session), phone=DEV)


@pytest.fixture
def web(database_url: str, tmp_path: Path, people: None) -> Iterator[Web]:
    """Its clients have all the time they like: whoever is silent holds on for as long as the test takes."""
    with web_process(database_url, tmp_path, WEB_BODY_SECONDS="3600") as running:
        yield running


def _stopped(sessions: sessionmaker[Session]) -> set[str]:
    with sessions() as session:
        return set(session.scalars(text("SELECT reason FROM suppressions WHERE channel = 'sms'")))


def test_two_hundred_half_sent_requests_stop_neither_pages_nor_a_stop(
    web: Web, sessions: sessionmaker[Session]
) -> None:
    with ExitStack() as held:
        silent = [held.enter_context(web.sent(half)) for half in [*HALF_SENT.values()] * 34]

        answers = web.get("/healthz")[0], web.get("/fair-trials/")[0], web.text(DEV, "STOP")
        # And those that send a byte now and then hold nobody up either.
        for connection in silent:
            connection.sendall(b"a")
        answers += web.get("/healthz")[0], web.get("/fair-trials/")[0], web.text(DEV, "STOP again")

    assert len(silent) >= 200
    assert answers == (200,) * 6
    assert _stopped(sessions) == {"stop"}


@pytest.mark.parametrize("half", [each for each in HALF_SENT if each != "half a header"])
def test_a_body_that_does_not_come_in_time_is_refused(late: Web, half: str) -> None:
    with late.sent(HALF_SENT[half]) as connection:
        assert status_on(connection) == 408
        assert connection.recv(1) == b"", "the connection is closed"


@pytest.fixture(scope="module")
def late(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """One that waits for a body as short a time as can be set."""
    with web_process(database_url, tmp_path_factory.mktemp("late"), WEB_BODY_SECONDS="1") as running:
        yield running


def test_sending_a_byte_now_and_then_buys_no_time(late: Web) -> None:
    with late.sent(HALF_SENT["nothing of five thousand"]) as connection:
        connection.settimeout(0.2)
        for _ in range(round(PATIENCE / 0.2)):
            try:
                connection.sendall(b"a")
                first = connection.recv(12)
                break
            except TimeoutError:
                continue

    assert first == b"HTTP/1.1 408"


def test_a_stop_in_chunks_is_obeyed(web: Web, sessions: sessionmaker[Session]) -> None:
    form, headers = web.signed_text(DEV, "STOP")
    lines = b"".join(f"{name}: {value}\r\n".encode() for name, value in headers.items())
    chunks = [b"%x\r\n%s\r\n" % (len(part), part) for part in (form[:9], form[9:])]

    with web.sent(_HOOK, lines, _CHUNKED, *chunks, b"0\r\n\r\n") as connection:
        assert status_on(connection) == 200

    assert _stopped(sessions) == {"stop"}


def test_what_is_too_large_is_refused_unread(late: Web) -> None:
    with late.sent(_JOIN + b"Content-Length: 90000000\r\n\r\n") as connection:
        assert status_on(connection) == 413
    with late.sent(_JOIN + _CHUNKED, b"12000\r\n" + b"a" * 0x12000 + b"\r\n") as connection:
        assert status_on(connection) == 413


def test_it_stops_when_asked_whoever_is_silent(web: Web) -> None:
    with ExitStack() as held:
        for half in HALF_SENT.values():
            held.enter_context(web.sent(half))

        web.process.terminate()

        assert web.process.wait(PATIENCE) == 0


def test_a_part_is_served_alone_where_wished(
    database_url: str, tmp_path: Path, people: None, sessions: sessionmaker[Session]
) -> None:
    with web_process(database_url, tmp_path, WEB_PART="hooks") as hooks:
        answers = hooks.text(DEV, "STOP"), hooks.get("/healthz")[0], hooks.get("/fair-trials/")[0]
    with web_process(database_url, tmp_path, WEB_PART="pages") as pages:
        answers += pages.text(DEV, "START"), pages.get("/healthz")[0], pages.get("/fair-trials/")[0]

    assert answers == (200, 200, 404, 404, 200, 200)
    assert _stopped(sessions) == {"stop"}
