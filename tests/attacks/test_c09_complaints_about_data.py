"""C9: anybody can complain about how their data are treated; it is dated, acknowledged, seen, and overdue after 30 days."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.clock import now
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.domain.manager import Role
from service.joining.complaints import A_DAY, AN_HOUR, LONGEST, TooManyComplaints, complain
from service.sending.complaints_due import tell_of_complaints
from service.store.queries import consents
from service.store.queries.erasures import addresses_outside
from tests import make
from tests.cli.conftest import Touchline
from tests.console.conftest import SLUG, Browser, words
from tests.site.forms import send

PAGE = f"/{SLUG}/your-data"
VERA = "vera@example.org"


@pytest.fixture
def visitor(app: Flask, campaign_id: int) -> FlaskClient:
    return app.test_client()


def _rows(sessions: sessionmaker[Session], question: str) -> list[tuple[object, ...]]:
    with sessions() as session:
        return [tuple(row) for row in session.execute(text(question))]


def test_every_page_of_a_campaign_leads_to_the_form_and_it_is_acknowledged(
    visitor: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    assert f'href="{PAGE}"' in visitor.get(f"/{SLUG}/").text
    assert f'href="{PAGE}"' in visitor.get(f"/{SLUG}/petition").text

    done = send(visitor, PAGE, {"words": "I never\r\nsigned up.", "email": " Vera@Example.org "})
    anonymous = send(visitor, PAGE, {"words": "Somebody has my number."})

    assert "Its number is 1 . A person reads it" in words(done)
    assert "we also tell the address you gave" in words(done)
    assert "name the number" in words(anonymous)
    assert _rows(sessions, "SELECT email, words FROM complaints ORDER BY id") == [
        (VERA, "I never\nsigned up."),
        (None, "Somebody has my number."),
    ]
    notices = _rows(sessions, "SELECT kind, to_address, facts->>'number', passes_suppression FROM notices")
    assert notices == [("complaint_taken", VERA, "1", True)]


@pytest.mark.parametrize(
    ("fields", "mistake"),
    [
        ({"words": " \r\n ", "email": VERA}, "tell us what it is about"),
        ({"words": "x" * (LONGEST + 1), "email": VERA}, "at most 4000 letters; this has 4001"),
        ({"words": "Something", "email": "vera(at)example"}, "ana@example.org"),
    ],
)
def test_what_was_typed_is_kept_where_something_is_wrong(
    visitor: FlaskClient, sessions: sessionmaker[Session], fields: dict[str, str], mistake: str
) -> None:
    answer = send(visitor, PAGE, fields)

    assert answer.status_code == 422
    assert mistake in words(answer)
    assert 'role="alert"' in answer.text
    assert f'value="{fields["email"]}"' in answer.text
    assert fields["words"].strip() in answer.text
    assert _rows(sessions, "SELECT 1 FROM complaints") == []


def test_odd_letters_are_no_fault_and_markup_is_words(
    visitor: FlaskClient, sessions: sessionmaker[Session], signed_in: Callable[[Role], Browser]
) -> None:
    odd = send(visitor, PAGE, {"words": "a\x00b <script>alert(1)</script>", "email": ""})

    page = signed_in(Role.LAUNCHER).see("/console/complaints/")

    assert odd.status_code == 200
    assert "<script>alert" not in page.text
    assert "ab <script>alert(1)</script>" in words(page)


def test_a_machine_a_forged_form_and_a_flood_are_kept_out(
    visitor: FlaskClient, sessions: sessionmaker[Session], session: Session
) -> None:
    trapped = send(visitor, PAGE, {"words": "Buy pills", "email": VERA, "website": "https://pills.example"})
    forged = visitor.post(PAGE, data={"words": "Buy pills"})

    assert trapped.status_code == 200
    assert forged.status_code == 400
    assert _rows(sessions, "SELECT 1 FROM complaints") == []

    for _ in range(A_DAY):
        complain(session, campaign_id=1, words="Again", email=VERA, key=make.KEY, now=now())
    with pytest.raises(TooManyComplaints):
        complain(session, campaign_id=1, words="Again", email=VERA, key=make.KEY, now=now())
    for number in range(AN_HOUR - A_DAY):
        complain(session, campaign_id=1, words="Flood", email=f"a{number}@example.org", key=make.KEY, now=now())
    with pytest.raises(TooManyComplaints):
        complain(session, campaign_id=1, words="Flood", email="", key=make.KEY, now=now())
    later = now() + timedelta(hours=2)
    complain(session, campaign_id=1, words="The next", email="", key=make.KEY, now=later)


@pytest.mark.parametrize(("reason", "is_told"), [("left", True), ("complaint", False), ("erased", False)])
def test_whoever_wants_no_letters_gets_none_by_a_stranger_s_form(
    session: Session, reason: str, *, is_told: bool
) -> None:
    make.campaign(session)
    session.flush()
    hashed = make.KEY.hash(Channel.EMAIL, VERA)
    consents.suppress(session, channel=Channel.EMAIL, address_hash=hashed, reason=Suppressed(reason), at=now())

    complain(session, campaign_id=1, words="Stop", email=VERA, key=make.KEY, now=now())

    assert bool(session.scalar(text("SELECT count(*) FROM notices"))) is is_told
    assert session.scalar(text("SELECT count(*) FROM complaints")) == 1


def test_it_reaches_the_inbox_is_overdue_after_thirty_days_and_is_closed_with_what_was_done(
    visitor: FlaskClient, sessions: sessionmaker[Session], signed_in: Callable[[Role], Browser]
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    send(visitor, PAGE, {"words": "The first", "email": VERA})
    fresh, inbox = words(launcher.see("/console/complaints/")), words(launcher.see("/console/inbox/"))
    with sessions.begin() as session:
        session.execute(text("UPDATE complaints SET at = at - interval '30 days 1 minute'"))
    late, late_inbox = words(launcher.see("/console/complaints/")), words(launcher.see("/console/inbox/"))

    assert "29 days left" in fresh
    assert "overdue" not in fresh
    assert "A complaint about data waits for an answer" in inbox
    assert "Number 1 overdue" in late
    assert "the oldest is overdue" in late_inbox

    empty = launcher.press("/console/complaints/1/close", {"outcome": " "})
    closed = launcher.press("/console/complaints/1/close", {"outcome": "Erased her, wrote to her."})
    again = launcher.press("/console/complaints/1/close", {"outcome": "Once more"})

    assert empty.status_code == 422
    assert "say what was done" in words(empty)
    assert "Complaint 1 is closed" in words(closed)
    assert again.status_code == 422
    assert "Once more" not in words(launcher.see("/console/complaints/?show=all"))
    assert "Erased her, wrote to her." in words(launcher.see("/console/complaints/?show=all"))
    assert "about data waits" not in words(launcher.see("/console/inbox/"))
    assert signed_in(Role.AUTHOR).see("/console/complaints/").status_code == 403
    deeds = _rows(sessions, "SELECT actor, subject FROM audit_entries WHERE deed = 'complaint closed'")
    assert deeds == [("launcher@example.org", "complaint 1")]


def test_managers_are_told_once_while_there_is_still_time(
    sessions: sessionmaker[Session], signed_in: Callable[[Role], Browser], campaign_id: int
) -> None:
    signed_in(Role.ADMIN)
    with sessions.begin() as session:
        complain(session, campaign_id=1, words="Old", email="", key=make.KEY, now=now() - timedelta(days=24))
        complain(session, campaign_id=1, words="New", email="", key=make.KEY, now=now())

    told = []
    for _ in range(2):
        with sessions.begin() as session:
            told.append(tell_of_complaints(session, public_url="https://example.org", now=now()))

    assert told == [1, 0]
    found = _rows(sessions, "SELECT to_address, facts->>'number' FROM notices WHERE kind = 'complaint_due'")
    assert found == [("admin@example.org", "1")]


def test_who_is_forgotten_is_forgotten_here_too(
    visitor: FlaskClient, sessions: sessionmaker[Session], touchline: Touchline
) -> None:
    send(visitor, PAGE, {"words": "I am Vera", "email": VERA})
    with sessions.begin() as session:
        assert VERA in set(addresses_outside(session))

    done = touchline("supporters", "erase", VERA, "--yes", "--json")

    assert '"was_known": true' in done.stdout
    assert _rows(sessions, "SELECT email, words, at IS NOT NULL FROM complaints") == [(None, "", True)]
