"""D30: nobody changes the audit, and whoever owns the database and cuts it is found out."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from service.sending.audit_mail import mail_audit_end
from service.store.queries.house import write_audit
from service.store.rights import grants_for
from service.store.tables.notices import Notice
from tests.cli.conftest import Touchline, said

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ROLE = "touchline_of_the_tests"
CHANGES = (
    "UPDATE audit_entries SET actor = 'Dev' WHERE id = 2",
    "DELETE FROM audit_entries WHERE id = 3",
    "TRUNCATE audit_entries",
    "INSERT INTO audit_entries (id, at, actor, deed, subject, details) VALUES (3, now(), 'a', 'b', 'c', '{}')"
    " ON CONFLICT (id) DO UPDATE SET actor = 'Dev'",
)


def _write(sessions: sessionmaker[Session], *deeds: str) -> None:
    for deed in deeds:
        with sessions.begin() as session:
            write_audit(session, at=NOW, actor="Cora", deed=deed, subject="blast 1")


def _tamper(sessions: sessionmaker[Session], *statements: str) -> None:
    """As the database's owner would, with its triggers put aside."""
    with sessions.begin() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            session.execute(text(statement))


@pytest.mark.oldest_postgres
@pytest.mark.parametrize("change", CHANGES)
def test_the_database_refuses_to_change_an_entry(
    sessions: sessionmaker[Session], touchline: Touchline, change: str
) -> None:
    _write(sessions, "pause", "resume", "cancel")

    with pytest.raises(DBAPIError, match="the audit is only added to"), sessions.begin() as session:
        session.execute(text(change))

    assert "3 entries in one chain" in touchline("audit", "verify").stdout


@pytest.fixture
def role(engine: Engine) -> Iterator[str]:
    """A role of the processes' own, with the rights that `touchline audit grants` gives."""
    with engine.begin() as connection:
        connection.execute(text(f"CREATE ROLE {ROLE}"))
        connection.execute(text(grants_for(ROLE)))
    yield ROLE
    with engine.begin() as connection:
        connection.execute(text(f"DROP OWNED BY {ROLE}"))
        connection.execute(text(f"DROP ROLE {ROLE}"))


def test_a_role_of_the_processes_own_adds_entries_and_can_change_none(
    sessions: sessionmaker[Session], touchline: Touchline, role: str
) -> None:
    with sessions.begin() as session:
        session.execute(text(f"SET LOCAL ROLE {role}"))
        # Somebody else's table of the same name is not where the end is kept.
        session.execute(text("CREATE TEMP TABLE audit_heads (LIKE public.audit_heads) ON COMMIT DROP"))
        session.execute(text("INSERT INTO pg_temp.audit_heads VALUES (1, 0, 0, NULL)"))
        session.execute(text("DROP TABLE pg_temp.audit_heads"))
        write_audit(session, at=NOW, actor="Cora", deed="pause", subject="blast 1")

    of_its_end = ("UPDATE audit_heads SET entry_count = 0", "DELETE FROM audit_heads")
    past_the_triggers = ("SET LOCAL session_replication_role = replica",)
    for change in (*CHANGES, *of_its_end, *past_the_triggers):
        with sessions() as session:
            session.execute(text(f"SET LOCAL ROLE {role}"))
            with pytest.raises(DBAPIError, match="permission denied"):
                session.execute(text(change))
    assert "1 entries in one chain" in touchline("audit", "verify").stdout
    assert touchline("audit", "grants", role).stdout.strip() == grants_for(role)


def test_a_cut_end_is_found_and_counted(sessions: sessionmaker[Session], touchline: Touchline) -> None:
    _write(sessions, "pause", "resume", "cancel")

    _tamper(sessions, "DELETE FROM audit_entries WHERE id >= 2")
    cut = touchline("audit", "verify")
    _write(sessions, "pause")
    went_on = touchline("audit", "verify")

    assert (cut.exit_code, cut.stderr.strip()) == (1, "the end is cut off: 2 entries that were written are gone")
    assert went_on.exit_code == 1
    assert "is not as it was written" in went_on.stderr


def test_whoever_also_rewrites_the_end_is_found_out_by_what_was_mailed(
    sessions: sessionmaker[Session], touchline: Touchline
) -> None:
    _write(sessions, "pause", "resume")
    with sessions.begin() as session:
        assert mail_audit_end(session, to="board@example.org", now=NOW)
        assert not mail_audit_end(session, to="board@example.org", now=NOW + timedelta(hours=11))
        facts = session.query(Notice).one().facts
    kept = f"{facts['entry']}:{facts['digest']}"
    honest = touchline("audit", "verify", "--kept", kept)

    _tamper(
        sessions,
        "DELETE FROM audit_entries WHERE id = 2",
        "UPDATE audit_heads SET entry_count = 1, last_id = 1, digest = (SELECT digest FROM audit_entries)",
    )
    unkept, found = touchline("audit", "verify"), touchline("audit", "verify", "--kept", kept)

    assert honest.exit_code == unkept.exit_code == 0
    assert found.exit_code == 1
    assert "entry 2 is not here as it was told of" in found.stderr


def test_each_day_has_a_letter_of_its_own_and_nobody_named_gets_none(sessions: sessionmaker[Session]) -> None:
    _write(sessions, "pause")

    with sessions.begin() as session:
        asked = [
            mail_audit_end(session, to=to, now=NOW + timedelta(days=day))
            for to, day in (("", 0), ("board@example.org", 0), ("board@example.org", 1))
        ]

    assert asked == [False, True, True]


def test_a_verified_audit_says_so_in_json(sessions: sessionmaker[Session], touchline: Touchline) -> None:
    _write(sessions, "pause")

    found = said(touchline("audit", "verify", "--json"))

    assert (found["is_whole"], found["entries"], found["missing"]) == (True, 1, 0)
