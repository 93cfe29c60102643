"""`touchline blast approve` and `stage approve`: a named second person, and what waits says so in every command."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from service.clock import now
from service.domain.alert import AlertKind
from service.domain.manager import Role
from service.planning.audit import read_audit
from service.planning.managers import add_manager
from service.store.queries.alerts import note_failure, raise_alert
from service.store.tables.blasts import Blast
from tests import make
from tests.cli.conftest import Touchline

WAITS = "waits for approval by a second person"


@pytest.fixture(autouse=True)
def waiting(
    touchline: Touchline, sessions: sessionmaker[Session], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A blast to two, scheduled from the command line, where one person may write to one alone."""
    monkeypatch.setenv("APPROVAL_ABOVE", "1")
    with sessions.begin() as session:
        match = make.fixture(session, kick_off_at=now() + timedelta(days=7))
        campaign = make.campaign(session, match=match)
        make.stage(session, campaign, slug="push")
        for name in ("Ana", "Bilal"):
            make.supporter(session, name, campaign=campaign)
        add_manager(session, "cora@example.org", Role.LAUNCHER, actor="Ana", now=now())
        add_manager(session, "dev@example.org", Role.AUTHOR, actor="Ana", now=now())
    letter = tmp_path / "mail.md"
    letter.write_text("Sign: {petition_link}")
    done = touchline("blast", "schedule", "fair-trials", "--title", "T", "--subject", "S", "--email", str(letter))
    assert done.exit_code == 0, done.output


def test_what_waits_is_said_and_approved_by_a_named_manager(
    touchline: Touchline, sessions: sessionmaker[Session]
) -> None:
    told = [touchline(*command).output for command in (("blast", "list", "fair-trials"), ("blast", "status", "1"))]
    stages = touchline("stage", "list", "fair-trials").output
    doctor = json.loads(touchline("doctor", "--json").stdout)
    shown = touchline("blast", "approve", "1", "--as", "cora@example.org", "--dry-run")
    done = touchline("blast", "approve", "1", "--as", "cora@example.org", "--yes")

    assert all(f"scheduled ({WAITS})" in each for each in told)
    assert f"push: {stages.split('push: ')[1].split(',')[0]}, planned, {WAITS}" in stages
    (found,) = (each for each in doctor if each["what"] == "approvals")
    assert found["seen"] == "asked for above 1 people; waiting: 1; fewer than two managers may launch"
    assert "people: 2" in shown.output
    assert "to: everybody who has agreed to it" in shown.output
    assert "email, en: S / Sign: {petition_link}" in shown.output
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "Approved.")
    with sessions() as session:
        assert session.query(Blast).one().approval_wanted_at is None
        (entry, *_) = read_audit(session).entries
        assert (entry.deed, entry.actor) == ("blast approved", "cora@example.org")
        assert entry.details["through"] == "command line"


def test_the_doctor_says_that_another_system_does_not_take_its_alerts(
    touchline: Touchline, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    without = touchline("doctor").output
    monkeypatch.setenv("ALERT_WEBHOOK_URL", "https://example.org/alerts")
    monkeypatch.setenv("ALERT_WEBHOOK_SECRET", "the secret that signs alerts, long enough")
    taken = touchline("doctor").output
    with sessions.begin() as session:
        raise_alert(session, AlertKind.DOUBTS, "today", {})
        note_failure(session, 1, reason="it answered 500")
    refused = touchline("doctor").output

    assert "ok  alerts: told to managers alone (ALERT_WEBHOOK_URL is not set)" in without
    assert "ok  alerts: posted to another system, none waits" in taken
    assert "BAD alerts: one was not taken: it answered 500 -> see the system at ALERT_WEBHOOK_URL" in refused


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("stranger@example.org", "there is no manager stranger@example.org"),
        ("dev@example.org", "to approve takes somebody who may launch"),
        ("command line", "there is no manager command line"),
    ],
)
def test_nobody_else_approves_it(touchline: Touchline, sessions: sessionmaker[Session], who: str, why: str) -> None:
    done = touchline("blast", "approve", "1", "--as", who, "--yes")

    assert done.exit_code == 1
    assert why in done.stderr
    with sessions() as session:
        assert session.query(Blast).one().approval_wanted_at is not None


def test_it_is_sent_back_with_a_reason(touchline: Touchline) -> None:
    done = touchline("blast", "approve", "1", "--as", "cora@example.org", "--back", "Say who asks", "--yes")

    assert done.output.endswith("Sent back.\n")
    assert "paused (cora@example.org sent it back: Say who asks)" in touchline("blast", "list", "fair-trials").output


def test_a_planned_message_is_approved(touchline: Touchline) -> None:
    done = touchline("stage", "approve", "fair-trials", "push", "--as", "cora@example.org", "--yes")

    assert done.exit_code == 0, done.output
    assert "due: 2 days before kick-off" in done.output
    assert WAITS not in touchline("stage", "list", "fair-trials").output
