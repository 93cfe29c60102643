"""I28: after a restore nothing that had gone goes again by itself: the house is held until a person has looked."""

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.cli.running.postgres import BINARIES, start_postgres
from service.domain.channel import Channel
from service.domain.doubt import DoubtPolicy
from service.domain.receipt import Receipt, ReceiptKind
from service.planning.audit import verify_audit
from service.planning.blasts import resume_blast
from service.sending.receipts import apply_receipts
from service.store.engine import make_engine, make_sessions
from tests import make
from tests.cli.conftest import Touchline
from tests.sending.conftest import Desk

Blasting = Callable[..., list[object]]
AT_ONCE = DoubtPolicy(doubtful_after=timedelta(0), ask_after=(timedelta(0),), email_settles_after=timedelta(0))


@pytest.fixture(scope="module")
def other_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Another Postgres, with nothing in it."""
    server = start_postgres(tmp_path_factory.mktemp("other"), database="restored")
    yield server.url
    server.stop()


def _restore(backup: Path, url: str) -> sessionmaker[Session]:
    subprocess.run([BINARIES / "psql", "-q", "-d", url, "-f", backup], check=True, capture_output=True)
    return make_sessions(make_engine(url, pool_size=2))


def test_i28_a_backup_restored_elsewhere_is_held_before_anything_goes_twice(
    desk: Desk, blast_to: Blasting, database_url: str, other_server: str, tmp_path: Path
) -> None:
    blast_to("Ana", "Bilal")
    desk.tick(AT_ONCE)
    backup = tmp_path / "backup.sql"
    subprocess.run([BINARIES / "pg_dump", "-d", database_url, "-f", backup], check=True, capture_output=True)
    desk.deliver()
    gone = list(desk.email.refs)

    restored = replace(desk, sessions=_restore(backup, other_server))
    # The workers are quicker than the ticker: even so nothing may go.
    restored.deliver()
    restored.tick(AT_ONCE)
    restored.settle(AT_ONCE)
    restored.tick(AT_ONCE)
    restored.deliver()

    assert desk.email.refs == gone
    assert len(gone) == 2
    with restored.sessions() as session:
        held = session.execute(text("SELECT held_at IS NOT NULL AS held, epoch, held_reason FROM house")).one()
        assert tuple(held) == (True, 2, "the database was restored or taken over")
        assert session.scalars(text("SELECT deed FROM audit_entries")).all() == ["house held"]
        assert verify_audit(session).first_broken is None
    restored.sessions.kw["bind"].dispose()


def _move_house(sessions: sessionmaker[Session]) -> None:
    """As if the database had been restored from another cluster."""
    with sessions.begin() as session:
        session.execute(text("UPDATE house SET cluster = 'another:1' WHERE id = 1"))


def test_i28_while_held_no_stage_fires_and_no_blast_opens(desk: Desk) -> None:
    desk.tick(AT_ONCE)
    _move_house(desk.sessions)
    with desk.sessions.begin() as session:
        campaign = make.campaign(session)
        make.supporter(session, "Ana", campaign=campaign)
        make.stage(session, campaign, due_at=datetime.now(UTC) - timedelta(minutes=1))
        make.blast(session, campaign)

    desk.tick(AT_ONCE)
    desk.tick(AT_ONCE)

    with desk.sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM stage_firings")) == 0
        assert session.scalars(text("SELECT state FROM blasts")).all() == ["scheduled"]


def test_i28_what_was_in_doubt_at_the_backup_is_never_sent_again_by_itself(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana")
    desk.tick(AT_ONCE)
    with desk.sessions.begin() as session:
        session.execute(
            text("""UPDATE batches SET state = 'sending', attempt_id = gen_random_uuid(), intent_at = now()""")
        )
    _move_house(desk.sessions)
    with desk.sessions.begin() as session:
        other = Receipt(
            "e1", "999.e.999", None, ReceiptKind.DELIVERED, datetime.now(UTC), False, "", "", False, None, None
        )
        apply_receipts(session, "sendgrid", [other], now=datetime.now(UTC))

    for _ in range(3):
        desk.tick(AT_ONCE)
        desk.settle(AT_ONCE)
        desk.deliver()

    assert desk.email.refs == []
    assert desk.states() == {"Ana": "unknown"}


@pytest.mark.parametrize(("option", "fired"), [((), "skipped_late"), (("--fire-overdue",), "opened")])
def test_i28_a_release_skips_what_came_due_and_leaves_running_blasts_to_a_manager(
    desk: Desk, blast_to: Blasting, touchline: Touchline, option: tuple[str, ...], fired: str
) -> None:
    blast_to("Ana")
    desk.tick(AT_ONCE)
    _move_house(desk.sessions)
    with desk.sessions.begin() as session:
        make.stage(session, session.get_one(make.Campaign, 1), due_at=datetime.now(UTC) - timedelta(minutes=1))
    desk.tick(AT_ONCE)

    before = touchline("hold", "status")
    doctor = touchline("doctor")
    # What becomes of who was erased meanwhile: tests/attacks/test_c08_who_was_erased_is_erased_again.py.
    done = touchline("hold", "release", "--without-erasures", *option)
    again = touchline("hold", "release", "--without-erasures")
    desk.tick(AT_ONCE)
    desk.deliver()

    assert "held since" in before.stdout
    assert "BAD hold: nothing is sent" in doctor.stdout
    assert done.exit_code == 0
    assert "paused: A blast" in done.stdout
    assert again.exit_code == 1
    assert desk.email.refs == []
    with desk.sessions.begin() as session:
        assert session.scalars(text("SELECT outcome FROM stage_firings")).all() == [fired]
        resume_blast(session, 1, actor="Cora", now=datetime.now(UTC))
    desk.deliver()
    assert desk.email.refs[0] == "1.e.1"


def test_i28_a_hold_by_hand_stops_a_blast_between_claim_and_intent(
    desk: Desk, blast_to: Blasting, touchline: Touchline
) -> None:
    blast_to("Ana")
    desk.tick(AT_ONCE)

    done = touchline("hold", "set", "restoring last night's backup")
    desk.deliver()

    assert done.exit_code == 0
    assert desk.email.refs == []
    assert desk.states(Channel.EMAIL) == {"Ana": "queued"}
