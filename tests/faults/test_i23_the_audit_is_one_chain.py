"""I23: each privileged change has its audit entry in its own transaction, and the chain of them shows any tampering."""

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.orm import Session, sessionmaker

from service.planning.audit import verify_audit
from service.planning.blasts import pause_blast
from service.store.queries.house import write_audit
from service.store.tables.alerts import Alert
from tests import make
from tests.cli.conftest import Touchline

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def _write(sessions: sessionmaker[Session], *deeds: str) -> None:
    for deed in deeds:
        with sessions.begin() as session:
            write_audit(session, at=NOW, actor="Cora", deed=deed, subject="blast 1", details={"why": deed})


def test_i23_a_change_that_dies_before_its_commit_leaves_no_entry(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        make.blast(session, make.campaign(session), state="running")

    with sessions() as session:
        pause_blast(session, 1, actor="Cora", now=NOW)
        session.flush()
        session.close()

    with sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM audit_entries")) == 0
        assert session.scalar(text("SELECT state FROM blasts")) == "running"


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_entries SET actor = 'Dev' WHERE id = 2",
        'UPDATE audit_entries SET details = \'{"why": "another"}\' WHERE id = 2',
        "DELETE FROM audit_entries WHERE id = 2",
        "UPDATE audit_entries SET id = CASE id WHEN 2 THEN 30 ELSE 20 END WHERE id IN (2, 3)",
        "UPDATE audit_entries SET digest = NULL WHERE id = 2",
    ],
)
def test_i23_tampering_is_found_and_its_place_named(
    sessions: sessionmaker[Session], touchline: Touchline, tampering: str
) -> None:
    _write(sessions, "pause", "resume", "cancel", "pause")
    before = touchline("audit", "verify")

    with sessions.begin() as session:
        # As the database's owner can, past the triggers that refuse it.
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text(tampering))
    after = touchline("audit", "verify")

    assert before.exit_code == 0
    assert "4 entries in one chain" in before.stdout
    assert after.exit_code == 1
    with sessions() as session:
        assert [alert.kind for alert in session.query(Alert)] == ["audit.broken"]
    assert "is not as it was written" in after.stderr


def test_i23_writers_at_the_same_time_do_not_fork_the_chain(sessions: sessionmaker[Session]) -> None:
    writers = [threading.Thread(target=_write, args=(sessions, *[f"deed {n}"] * 5)) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    with sessions() as session:
        report = verify_audit(session)

    assert (report.entries, report.first_broken) == (20, None)


def test_i23_what_is_written_while_it_is_verified_is_no_fault(sessions: sessionmaker[Session]) -> None:
    _write(sessions, "pause", "resume")
    left = ["cancel", "pause"]
    with sessions() as session:

        def write_meanwhile(connection: Connection, cursor: object, statement: str, *_: object) -> None:
            if "FROM audit_heads" in statement and left:
                deed = left.pop()
                writer = threading.Thread(target=_write, args=(sessions, deed))
                writer.start()
                writer.join()

        event.listen(session.connection(), "before_cursor_execute", write_meanwhile)

        report = verify_audit(session)

    assert left == []
    assert report.is_whole
    assert report.entries == 4


def test_i23_entries_past_the_known_end_are_a_fault(sessions: sessionmaker[Session]) -> None:
    _write(sessions, "pause", "resume")
    with sessions.begin() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(
            text("UPDATE audit_heads SET (last_id, digest) = (SELECT id, digest FROM audit_entries WHERE id = 1)")
        )

    with sessions() as session:
        report = verify_audit(session)

    assert not report.is_end_known
