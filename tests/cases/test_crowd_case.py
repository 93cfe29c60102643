"""Everybody in a ground has one address, and presses at once."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from tests.site.forms import send


@pytest.mark.usefixtures("campaign_id")
def test_the_next_person_behind_the_address_of_a_crowd_signs_up(
    visitor: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    answers = [
        send(
            visitor,
            "/fair-trials/join",
            {"first_name": "Ana", "email": f"fan{place}@example.org", "consent_email": "1"},
            page="/fair-trials/",
        ).status_code
        for place in range(40)
    ]

    assert answers == [303] * 40
    with sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM sign_ups")) == 40
