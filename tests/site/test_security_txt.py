"""Whom to tell of a weakness stands where tools look for it (RFC 9116)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from service.environment import SettingsError
from service.settings import Settings, load_settings
from service.web.app import create_app
from tests.conftest import SECRET


def test_it_names_the_contact_for_less_than_a_year(settings: Settings, sessions: sessionmaker[Session]) -> None:
    app: Flask = create_app(replace(settings, security_contact="mailto:security@example.org"))
    answer = app.test_client().get("/.well-known/security.txt")
    app.extensions["touchline"].sessions.kw["bind"].dispose()

    told = dict(line.split(": ", 1) for line in answer.text.splitlines())
    left = datetime.fromisoformat(told["Expires"]) - datetime.now(UTC)
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert told["Contact"] == "mailto:security@example.org"
    assert timedelta(0) < left < timedelta(days=365)


def test_where_nobody_is_named_there_is_no_such_page(visitor: FlaskClient) -> None:
    assert visitor.get("/.well-known/security.txt").status_code == 404


@pytest.mark.parametrize("contact", ["security@example.org", "mailto:nobody", "http://example.org", "https://a\nb"])
def test_what_is_no_contact_stops_the_start(contact: str) -> None:
    with pytest.raises(SettingsError, match="SECURITY_CONTACT"):
        load_settings({"SECRET_KEY": SECRET, "SECURITY_CONTACT": contact})
