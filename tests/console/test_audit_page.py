"""Who did what, on the console: by names, with links, found by person, deed, subject and day."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from service.domain.manager import Role
from service.planning.audit import REFUSALS_WRITTEN, note_refused_sign_in, note_sign_in, read_audit
from service.store.queries.audit import Asked
from service.store.queries.house import write_audit
from service.store.tables.house import AuditEntry
from tests import make
from tests.console.conftest import Browser, C, words

SignedIn = Callable[[Role], Browser]
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def _deeds(sessions: sessionmaker[Session]) -> list[tuple[str, str, str]]:
    with sessions() as session:
        asked = select(AuditEntry.actor, AuditEntry.deed, AuditEntry.subject).order_by(AuditEntry.id)
        return [tuple(row) for row in session.execute(asked)]


def test_reading_a_supporter_and_every_download_is_written_down(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    admin = signed_in(Role.ADMIN)

    assert admin.see("/console/supporters/2/").status_code == 200
    assert admin.see("/console/supporters/999/").status_code == 404
    assert admin.see(f"{C}/report.csv").status_code == 200
    assert admin.press("/console/downloads/supporters", {"campaign": "fair-trials"}).status_code == 200
    assert admin.press("/console/downloads/suppressions").status_code == 200

    assert [each for each in _deeds(sessions) if each[0] == "admin@example.org"][1:] == [
        ("admin@example.org", "supporter read", "supporter 2"),
        ("admin@example.org", "report exported", "campaign 1"),
        ("admin@example.org", "supporters exported", "campaign 1"),
        ("admin@example.org", "suppressions exported", "installation"),
    ]


def test_reading_a_conversation_is_written_down(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        session.execute(
            text("""INSERT INTO replies (provider_ref, phone, to_number, body, needs_answer, received_at)
                 VALUES ('SM1', '+447700900100', '+447700900999', 'Hello', true, now())""")
        )

    viewer = signed_in(Role.VIEWER)
    assert viewer.see("/console/inbox/1/").status_code == 200

    assert ("viewer@example.org", "conversation read", "reply 1") in _deeds(sessions)


def test_sign_ins_good_and_bad_are_written_down_and_nothing_that_was_typed(
    app: Flask, signed_in: SignedIn, sessions: sessionmaker[Session]
) -> None:
    stranger = Browser(app.test_client())
    viewer = signed_in(Role.VIEWER)
    viewer.press("/console/password", {"new": "three words of mine", "again": "three words of mine"})
    stranger.press("/console/sign-in", {"email": "viewer@example.org", "password": "wrong words of mine"})
    stranger.press("/console/sign-in", {"email": "my secret by mistake", "password": "x"})
    stranger.press("/console/enter/not-a-token")
    stranger.press("/console/sign-in", {"email": "viewer@example.org", "password": "three words of mine"})

    with sessions() as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        found = [(row.actor, row.deed, row.subject, row.details.get("by") or row.details.get("why")) for row in rows]
        everything = " ".join(str(row.details) + row.subject + row.actor for row in rows)
    assert found[1] == ("viewer@example.org", "signed in", "manager 1", "link")
    assert found[3:] == [
        ("somebody", "sign-in refused", "manager 1", "wrong password"),
        ("somebody", "sign-in refused", "no account", "wrong password"),
        ("somebody", "sign-in refused", "no account", "spent link"),
        ("viewer@example.org", "signed in", "manager 1", "password"),
    ]
    assert "my secret" not in everything
    assert "words of mine" not in everything


def test_a_stranger_cannot_fill_the_audit_with_wrong_passwords(session: Session) -> None:
    for second in range(REFUSALS_WRITTEN + 5):
        now = NOW + timedelta(seconds=second)
        note_refused_sign_in(session, manager_id=None, why="wrong password", ip="192.0.2.1", now=now)
    later = NOW + timedelta(hours=2)
    note_refused_sign_in(session, manager_id=None, why="wrong password", ip="192.0.2.1", now=later)

    rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert len(rows) == REFUSALS_WRITTEN + 1
    assert rows[-2].details["more"] == "not written for up to an hour"


def test_a_change_is_told_with_what_was_before_and_its_names_lead_there(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        make.blast(session, session.get_one(make.Campaign, campaign_id), state="running")
    admin = signed_in(Role.ADMIN)
    admin.press(f"{C}/blasts/1/pause", {"why": "a wrong link"})
    admin.press(f"{C}/blasts/1/limit", {"spend_cap": "12"})
    admin.press("/console/senders/", {"channel": "email", "name": "example.org", "per_second": "5"})

    page = admin.see("/console/audit/")

    assert f'<a href="{C}/blasts/1/">A blast</a>' in page.text
    assert "why a wrong link · state running → paused" in words(page)
    assert "limit none → 120000" in words(page)


def test_the_audit_is_found_by_person_deed_subject_day_and_words(
    signed_in: SignedIn, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        for day in range(3):
            for actor in ("Cora", "Dev"):
                at, details = NOW + timedelta(days=day), {"why": f"because of {day}%"}
                write_audit(session, at=at, actor=actor, deed=f"deed {day}", subject=f"blast {day}", details=details)
    admin = signed_in(Role.ADMIN)

    def shown(query: str) -> list[str]:
        page = admin.see(f"/console/audit/?{query}")
        assert page.status_code == 200
        rows = page.text.split("<tbody>")[1].split("</tbody>")[0] if "<tbody>" in page.text else ""
        return [
            f"{who} {day}"
            for day in range(3)
            for who in ("Cora", "Dev")
            if f"actor={who}" in rows and f"deed+{day}" in rows
        ]

    assert shown("actor=Cora&deed=deed+1") == ["Cora 1"]
    assert shown("subject=Blast+2") == ["Cora 2", "Dev 2"]
    assert shown("day=2026-11-24") == ["Cora 1", "Dev 1"]
    assert shown("words=BECAUSE+of+0%25") == ["Cora 0", "Dev 0"]
    assert shown("words=0%25&actor=Nobody") == []
    wrong = admin.see("/console/audit/?day=tomorrow&actor=Cora")
    assert wrong.status_code == 422
    assert 'role="alert"' in wrong.text
    assert 'value="tomorrow"' in wrong.text
    for odd in ("day=9999-12-31", "before=²", "before=99999999999999999999", "actor=%00", "subject=blast+" + "9" * 40):
        assert admin.see(f"/console/audit/?{odd}").status_code in {200, 422}


def test_however_rare_what_is_asked_for_a_page_looks_at_so_many_entries(session: Session) -> None:
    for number in range(10):
        details = {"why": "rare" if number == 0 else "often"}
        write_audit(session, at=NOW, actor="Cora", deed="pause", subject=f"blast {number}", details=details)

    first = read_audit(session, Asked(words="rare"), look_at=4)
    second = read_audit(session, Asked(words="rare"), look_at=4, before_id=first.following)
    third = read_audit(session, Asked(words="rare"), look_at=4, before_id=second.following)

    assert [len(page.entries) for page in (first, second, third)] == [0, 0, 1]
    assert third.following is None


def test_parts_that_match_nothing_together_are_not_looked_for_in_the_whole_audit(session: Session) -> None:
    for number in range(12):
        actor, deed = ("Cora", "pause") if number % 2 else ("Dev", "resume")
        write_audit(session, at=NOW + timedelta(days=number), actor=actor, deed=deed, subject="blast 1")

    none = read_audit(session, Asked(actor="Cora", deed="resume"), look_at=3)
    a_day = read_audit(session, Asked(since=NOW + timedelta(days=4), until=NOW + timedelta(days=5)), look_at=3)
    nothing = read_audit(session, Asked(since=NOW + timedelta(days=40)), look_at=3)

    assert none.entries == ()
    # Three of Cora's were looked at; the next page goes on below them.
    assert none.following is not None
    # A day far back is found at once, whatever came after it.
    assert [entry.at for entry in a_day.entries] == [NOW + timedelta(days=4)]
    assert nothing.entries == ()


def test_the_audit_keeps_no_network_address_whole(sessions: sessionmaker[Session]) -> None:
    now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

    with sessions.begin() as session:
        note_sign_in(session, email="cora@example.org", manager_id=1, how="password", ip="192.0.2.77", now=now)
        note_refused_sign_in(session, manager_id=None, why="wrong password", ip="2001:db8:1:2::3", now=now)
    with sessions() as session:
        refused, signed_in = read_audit(session).entries

    assert signed_in.details["from"] == "192.0.2.0/24"
    assert refused.details["from"] == "2001:db8:1::/48"
