"""Threat: bodies larger than anything a form holds. Every route refuses them, and none breaks over its own refusal."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from service.domain.manager import Role
from service.settings import Settings
from service.web.app import create_app
from service.web.body_sizes import FORM, largest
from service.web.limits import limiter
from tests import make
from tests.attacks.shooting import paths_of, shooting_range
from tests.attacks.test_no_odd_value_breaks_a_page import PARTS
from tests.attacks.web_process import FORM as HEAD
from tests.attacks.web_process import status_on, web_process
from tests.console.conftest import SLUG, Browser, app, browser, campaign_id, signed_in

__all__ = ["app", "browser", "campaign_id", "signed_in"]

MULTIPART = "multipart/form-data; boundary=x"


def many_parts(count: int) -> bytes:
    """A form of so many small parts, more than are read."""
    part = b'--x\r\nContent-Disposition: form-data; name="a%d"\r\n\r\n1\r\n'
    return b"".join(part % number for number in range(count)) + b"--x--\r\n"


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_no_route_breaks_over_a_body_that_is_too_large(
    app: Flask, engine: Engine, signed_in: Callable[[Role], Browser], campaign_id: int, is_signed_in: bool
) -> None:
    client = signed_in(Role.ADMIN).client if is_signed_in else app.test_client()
    rules = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    paths = sorted({path for rule in rules for path in paths_of(app, rule, PARTS)})

    with shooting_range(app, engine, client) as at:
        for path in [*paths, "/nowhere", f"/{SLUG}/"]:
            at.send(
                "a body that is too large", "POST", path, b"source=" + b"a" * largest(path, has_session=is_signed_in)
            )
            at.send("too large for a form", "POST", path, b"source=" + b"a" * (FORM + 4096))
            at.send("too many parts", "POST", path, many_parts(1100), MULTIPART)

    assert len(paths) > 60
    assert at.broken == []


def test_the_page_of_a_public_form_says_that_it_was_too_much(app: Flask, campaign_id: int) -> None:
    answer = app.test_client().post(f"/{SLUG}/petition", data={"source": "a" * FORM})

    assert answer.status_code == 413
    assert "Please send less at once." in answer.text


def test_whoever_is_over_the_limit_of_forms_and_sends_too_much_is_told_to_wait(
    settings: Settings, sessions: sessionmaker[Session], campaign_id: int
) -> None:
    made = create_app(replace(settings, limits=replace(settings.limits, limit_forms_per_network=1)))
    limiter.reset()
    client = made.test_client()

    answers = [client.post(f"/{SLUG}/petition", data={"source": "a" * FORM}).status_code for _ in range(3)]

    assert answers[-1] in {413, 429}
    made.extensions["touchline"].sessions.kw["bind"].dispose()


@pytest.mark.parametrize(
    "path", [f"/{SLUG}/petition", "/console/sign-in", "/nowhere", "/hooks/twilio/sms", "/hooks/sendgrid/events"]
)
def test_the_web_process_refuses_what_is_too_large_however_it_comes(
    database_url: str, sessions: sessionmaker[Session], tmp_path: Path, path: str
) -> None:
    with sessions.begin() as session:
        make.campaign(session, slug=SLUG)
    post = f"POST {path} HTTP/1.1\r\n".encode() + HEAD
    size = largest(path, has_session=False) + 1
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (size, b"a" * size)

    with web_process(database_url, tmp_path, LOG_LEVEL="CRITICAL") as web:
        with web.sent(post + b"Content-Length: %d\r\n\r\na=" % size) as declared:
            first = status_on(declared)
        with web.sent(post + b"Transfer-Encoding: chunked\r\n\r\n" + chunks) as chunked:
            second = status_on(chunked)

    assert first == second
    assert first in {404, 413}
