"""Signatures that such systems were reported to lose, or to count twice."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from tests.site.forms import send
from tests.site.letters import confirm_address, follow, kinds, press

HERE = Path(__file__).parent
JOIN, PETITION = "/fair-trials/join", "/fair-trials/petition"


def _names(sessions: sessionmaker[Session]) -> list[str]:
    with sessions() as session:
        return list(session.scalars(text("SELECT name FROM signatures WHERE withdrawn_at IS NULL ORDER BY signed_at")))


def _join(visitor: FlaskClient, address: str) -> None:
    fields = {"first_name": "Jo", "email": address, "consent_email": "1"}
    assert send(visitor, JOIN, fields, page="/fair-trials/").status_code == 303


def _sign(visitor: FlaskClient, address: str, name: str) -> str:
    return follow(visitor, send(visitor, PETITION, {"name": name, "email": address}))


@pytest.mark.usefixtures("campaign_id")
def test_joining_confirming_and_signing_the_same_day_signs(
    visitor: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    _join(visitor, "joinsign@example.org")
    press(visitor, sessions, "joinsign@example.org")

    page = _sign(visitor, "joinsign@example.org", "Jo Jones")
    thanks = press(visitor, sessions, "joinsign@example.org")

    assert "your signature counts" in page
    assert "Thank you, you have signed" in thanks
    assert _names(sessions) == ["Jo Jones"]


@pytest.mark.usefixtures("campaign_id")
def test_joining_and_signing_before_any_press_takes_one_press(
    visitor: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    _join(visitor, "joinsign2@example.org")
    first_letter = confirm_address(sessions, "joinsign2@example.org")
    _sign(visitor, "joinsign2@example.org", "Jo Jones")

    page = follow(visitor, send(visitor, first_letter, {}))

    assert "The press settled your signature" in page
    assert _names(sessions) == ["Jo Jones"]
    with sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM permissions")) == 1


@pytest.mark.usefixtures("campaign_id")
def test_the_second_of_a_couple_with_one_address_is_told_plainly(
    visitor: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    address = "household@example.org"
    first = _sign(visitor, address, "Hana Huseynova")
    press(visitor, sessions, address)

    second = _sign(visitor, address, "Hugo Huseynov")

    # The form says the same to whoever fills it in; the letter says what is so to whoever reads that inbox.
    for page in (first, second):
        assert "if somebody has signed with this one already, that name stands" in page
    assert kinds(sessions, address) == ["confirm_signature", "signed_email"]
    with sessions.begin() as session:
        session.execute(text("UPDATE confirmation_requests SET asked_at = asked_at - interval '3 minutes'"))
    _sign(visitor, address, "Hugo Huseynov")
    assert kinds(sessions, address)[-1] == "has_signed_email"
    assert _names(sessions) == ["Hana Huseynova"]


@pytest.mark.usefixtures("campaign_id")
def test_the_second_name_that_waited_beside_the_first_is_told_on_the_page(
    visitor: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    address = "household@example.org"
    _sign(visitor, address, "Hana Huseynova")
    hana = confirm_address(sessions, address)
    with sessions.begin() as session:
        session.execute(text("UPDATE confirmation_requests SET asked_at = asked_at - interval '3 minutes'"))
    _sign(visitor, address, "Hugo Huseynov")
    hugo = confirm_address(sessions, address)

    send(visitor, hana, {"through": "1"})
    page = follow(visitor, send(visitor, hugo, {}))

    assert "This address has already signed, as H… H…. A petition takes one signature from each address" in page
    assert _names(sessions) == ["Hana Huseynova"]


@pytest.mark.usefixtures("campaign_id")
def test_one_mailbox_signs_once_however_it_is_spelt(visitor: FlaskClient, sessions: sessionmaker[Session]) -> None:
    lines = (HERE / "petition_mailbox_aliases" / "signatures.txt").read_text().splitlines()
    for line in lines:
        name, address = line.split()
        _sign(visitor, address, f"{name} Gillespie")
        with sessions.begin() as session:
            session.execute(text("UPDATE confirmation_requests SET asked_at = asked_at - interval '9 hours'"))
        if kinds(sessions, address):
            follow(visitor, send(visitor, confirm_address(sessions, address), {}))

    shown = visitor.get("/api/v1/campaigns/fair-trials").json
    assert len(lines) == 4
    assert shown is not None
    assert shown["petition"]["signatures"] == 1
    assert len(_names(sessions)) == 1
