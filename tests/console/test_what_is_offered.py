"""The console of an installation that sends no email, or no texts, offers neither and says why."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from service.clock import now
from service.domain.manager import Role
from service.planning.managers import make_sign_in_link
from service.provider_settings import EmailRoad, SmsRoad
from service.settings import Settings
from service.store.tables.listening import Reply
from service.web.app import create_app
from service.web.limits import limiter
from service.wording.links import derive_key
from tests.console.conftest import Browser, C, words


@pytest.fixture
def app(settings: Settings, sessions: sessionmaker[Session]) -> Iterator[Flask]:
    """One where nobody carries anything."""
    made = create_app(replace(settings, email_road=EmailRoad.NONE, sms_road=SmsRoad.NONE))
    limiter.reset()
    yield made
    made.extensions["touchline"].sessions.kw["bind"].dispose()


@pytest.fixture
def cora(app: Flask, sessions: sessionmaker[Session], settings: Settings) -> Browser:
    """A launcher, who is signed in."""
    with sessions.begin() as session:
        key = derive_key(settings.secret_key, "links")
        link = make_sign_in_link(session, "cora@example.org", Role.LAUNCHER, public_url="", key=key, now=now())
    made = Browser(app.test_client())
    assert made.press(link, follow=False).status_code == 302
    return made


def test_no_sign_in_link_is_promised_by_an_email_that_cannot_come(browser: Browser) -> None:
    page = browser.see("/console/sign-in")
    pressed = browser.press("/console/link", {"email": "cora@example.org"})

    assert "Email me a sign-in link" not in page.text
    assert "No email is sent from this installation. Ask whoever runs it for a sign-in link" in words(page)
    assert pressed.status_code == 409
    assert "No email is sent from this installation, and so no link." in words(pressed)


def test_no_number_is_asked_for_to_be_texted_at(cora: Browser) -> None:
    page = words(cora.see("/console/alarms"))

    assert "No texts are sent from this installation." in page
    assert "Leave a number to be texted too" not in page


def test_a_new_blast_says_that_nothing_can_be_sent(cora: Browser, campaign_id: int) -> None:
    page = cora.see(f"{C}/blasts/new")

    assert "Nothing can be sent from this installation: EMAIL_PROVIDER and SMS_PROVIDER are none." in words(page)
    assert ("The email" in page.text, "The text" in page.text) == (False, False)


def test_a_conversation_cannot_be_answered_and_can_be_set_aside(
    cora: Browser, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        row = Reply(
            provider_ref="SM1",
            campaign_id=campaign_id,
            phone="+447700900100",
            to_number="+447700900000",
            body="Is he well?",
            needs_answer=True,
            received_at=now(),
        )
        session.add(row)
        session.flush()
        reply_id = row.id

    page = cora.see(f"/console/inbox/{reply_id}/")
    refused = cora.press(f"/console/inbox/{reply_id}/answer", {"body": "He is."})

    assert "No texts are sent from this installation ( SMS_PROVIDER is none); set the conversation aside." in words(
        page
    )
    assert "Send the answer" not in page.text
    assert refused.status_code == 422
    assert "SMS_PROVIDER is none" in words(refused)
    assert "He is." in refused.text
