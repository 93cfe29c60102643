"""An import that a command brings in is noted as under way, is not undone meanwhile, and ends as what it is."""

import gc
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker

from service import clock
from service.consenting.countries import AT_HOME
from service.planning.imports import ImportDesk, ImportRefused, begin_undo
from service.planning.imports_here import begin_here
from service.store.queries import imports
from tests import make
from tests.cli.conftest import Touchline
from tests.cli.files import SLUG
from tests.cli.test_undo_import import HEAD, ROW
from tests.counted_imports import when_counted

Sessions = sessionmaker[Session]


@pytest.fixture(autouse=True)
def campaign(sessions: Sessions) -> int:
    with sessions.begin() as session:
        return make.campaign(session, slug=SLUG).id


@pytest.fixture
def words(tmp_path: Path) -> tuple[str, ...]:
    """The command that brings two people in."""
    file = tmp_path / "people.csv"
    file.write_text(HEAD + "".join(ROW.format(name=name) for name in ("Elif", "Farid")))
    return ("supporters", "import", str(file), "--campaign", SLUG, "--json")


def listed(touchline: Touchline) -> dict[str, object]:
    found: dict[str, object] = json.loads(touchline("supporters", "imports", "--json").stdout)[0]
    return found


def abandon(sessions: Sessions, campaign: int) -> int:
    """An import whose command was ended long ago."""
    with sessions.begin() as session:
        begun = begin_here(session, campaign_id=campaign, name="people.csv", source="x", actor="c", now=make.KICK_OFF)
        session.execute(text("UPDATE imports SET lease_until = now() - interval '1 second'"))
    return begun.id


def test_it_is_not_undone_while_it_goes_on_and_is_done_in_the_end(
    touchline: Touchline, sessions: Sessions, engine: Engine, words: tuple[str, ...]
) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    collected = gc.get_threshold()
    with ThreadPoolExecutor(1) as pool:
        with engine.begin() as connection:
            # Whoever brings people in waits for this.
            connection.execute(text("LOCK TABLE supporters IN ACCESS EXCLUSIVE MODE"))
            coming = pool.submit(touchline, *words)
            with engine.connect() as looking:
                while not looking.execute(waiting).scalar_one():
                    looking.rollback()
                    sleep(0.005)
            # Its process does nothing else.
            assert gc.get_threshold() > collected
            with sessions() as session:
                found = imports.one(session, 1)
                with pytest.raises(ImportRefused, match="still being brought in"):
                    begin_undo(session, 1, actor="cora", now=make.KICK_OFF)
        done = coming.result(60)

    assert gc.get_threshold() == collected
    assert found is not None
    assert found.state == "running"
    assert done.exit_code == 0
    assert (listed(touchline)["state"], listed(touchline)["rows"], listed(touchline)["new"]) == ("done", 2, 2)


def test_where_it_breaks_it_stands_as_stopped(touchline: Touchline, sessions: Sessions, words: tuple[str, ...]) -> None:
    with when_counted(
        sessions, "NEW.rows_done > OLD.rows_done", "RAISE EXCEPTION 'away' USING ERRCODE = 'admin_shutdown';"
    ):
        broken = touchline(*words)

    assert broken.exit_code == 1
    assert listed(touchline)["state"] == "failed"


def test_where_it_was_taken_for_ended_it_brings_in_no_more_and_says_so(
    touchline: Touchline, sessions: Sessions, words: tuple[str, ...]
) -> None:
    with when_counted(sessions, "NEW.rows_done > OLD.rows_done", "NEW.lease_owner := gen_random_uuid();"):
        broken = touchline(*words)

    assert broken.exit_code == 1
    assert "bring it again: whoever is known is not added twice" in broken.stderr
    assert listed(touchline)["state"] == "running"


def test_a_worker_notes_that_its_command_ended_before_it_was_done(
    touchline: Touchline, sessions: Sessions, campaign: int
) -> None:
    number = abandon(sessions, campaign)

    ImportDesk(sessions, make.KEY, AT_HOME).work(until=clock.monotonic() + 60)

    with sessions() as session:
        held = imports.one(session, number)
    assert held is not None
    assert (held.state, held.why) == (
        "failed",
        "the command that brought it in ended before it was done; bring the file again",
    )


def test_where_no_worker_is_there_it_can_be_undone_all_the_same(
    touchline: Touchline, sessions: Sessions, campaign: int
) -> None:
    number = abandon(sessions, campaign)

    undone = touchline("supporters", "undo-import", str(number), "--yes")

    assert undone.exit_code == 0
    assert listed(touchline)["state"] == "undone"
