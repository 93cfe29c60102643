"""`touchline campaign load`: files that send a message or leave one out at once are asked about first."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from service.clock import now
from service.store.tables.campaign import Stage
from tests import make
from tests.cli.conftest import Touchline, said

SAMPLE = Path(__file__).parents[2] / "templates" / "campaigns" / "azerbaijan-england"


@pytest.fixture
def files(tmp_path: Path, touchline: Touchline, sessions: sessionmaker[Session]) -> Path:
    """The sample around a match in a week, loaded, with Ana in it."""
    folder = tmp_path / "campaign"
    shutil.copytree(SAMPLE, folder)
    rewrite(folder, "2004-10-13T17:00:00+00:00", (now() + timedelta(days=7)).isoformat(timespec="seconds"))
    assert touchline("campaign", "load", str(folder)).exit_code == 0
    with sessions.begin() as session:
        make.supporter(session, "Ana", campaign=session.query(make.Campaign).one(), phone="+447700900001")
    return folder


def rewrite(folder: Path, old: str, new: str) -> None:
    file = folder / "campaign.toml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def push(sessions: sessionmaker[Session]) -> Stage:
    with sessions() as session:
        return session.query(Stage).filter_by(slug="petition-push").one()


def test_files_that_send_a_message_at_once_are_loaded_by_a_script_only_with_a_word_more(
    touchline: Touchline, files: Path, sessions: sessionmaker[Session]
) -> None:
    rewrite(files, 'offset = "-2d"', 'offset = "-7d1h"')

    looked = said(touchline("campaign", "load", str(files), "--dry-run", "--json"))
    refused = touchline("campaign", "load", str(files))
    before = push(sessions).offset_span
    done = touchline("campaign", "load", str(files), "--yes")

    assert looked["at_once"] == {"petition-push": "fires now"}
    assert refused.exit_code == 1
    assert "at once, petition-push: fires now email to 1, about" in refused.stdout
    assert "nothing was changed. Add --yes if it is meant" in refused.stderr
    assert before == timedelta(days=-2)
    assert done.exit_code == 0
    assert push(sessions).offset_span == timedelta(days=-7, hours=-1)


def test_a_mistyped_unit_in_a_file_is_asked_about(
    touchline: Touchline, files: Path, sessions: sessionmaker[Session]
) -> None:
    rewrite(files, 'offset = "-2d"', 'offset = "-20d"')

    refused = touchline("campaign", "load", str(files))

    assert (refused.exit_code, "petition-push: too late: will be skipped" in refused.stderr) == (1, True)
    assert push(sessions).offset_span == timedelta(days=-2)


def test_files_that_send_nothing_at_once_are_loaded_without_a_question(
    touchline: Touchline, files: Path, sessions: sessionmaker[Session]
) -> None:
    rewrite(files, 'offset = "-2d"', 'offset = "-1d18h"')

    done = said(touchline("campaign", "load", str(files), "--json"))

    assert done["at_once"] == {}
    assert push(sessions).offset_span == timedelta(days=-1, hours=-18)
