"""`touchline supporters undo-import`: what a file brought in here gave is taken back, after asking."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from tests import make
from tests.cli.conftest import Touchline
from tests.cli.files import SLUG, consents

HEAD = "first_name,email,consent_email,consent_wording,consent_at\n"
ROW = "{name},{name}@example.org,yes,I agree,2026-10-01T12:00+00:00\n"


@pytest.fixture(autouse=True)
def campaign(sessions: sessionmaker[Session]) -> int:
    with sessions.begin() as session:
        row = make.campaign(session, slug=SLUG)
        make.supporter(session, "Ana", campaign=row)
        return row.id


@pytest.fixture
def number(touchline: Touchline, tmp_path: Path) -> str:
    """A file that brought two people, and one who was known."""
    file = tmp_path / "people.csv"
    file.write_text(HEAD + "".join(ROW.format(name=name) for name in ("Ana", "Elif", "Farid")))
    done = json.loads(touchline("supporters", "import", str(file), "--campaign", SLUG, "--json").stdout)
    return str(done["import"])


def test_it_asks_and_leaves_all_as_it_is_where_nobody_says_yes(
    touchline: Touchline, sessions: sessionmaker[Session], number: str
) -> None:
    before = consents(sessions)

    asked = touchline("supporters", "undo-import", number)

    assert "Withdraw the consents of 2 people it added" in asked.stdout
    assert asked.exit_code == 1
    assert consents(sessions) == before


def test_it_takes_back_what_the_file_gave_to_who_is_new(
    touchline: Touchline, sessions: sessionmaker[Session], number: str
) -> None:
    with sessions.begin() as session:
        session.execute(
            text("""INSERT INTO actions (campaign_id, supporter_id, kind, detail, at)
                    SELECT c.campaign_id, s.id, 'clicked', '/', now() FROM supporters s
                    JOIN consents c ON c.supporter_id = s.id WHERE s.email = 'farid@example.org'""")
        )

    done = touchline("supporters", "undo-import", number, "--yes")

    assert "the consents of 1 person are withdrawn" in done.stdout
    with sessions() as session:
        still = session.scalars(
            text(
                "SELECT first_name FROM permissions p JOIN supporters s ON s.id = p.supporter_id WHERE channel = 'email'"
            )
        )
        assert set(still) == {"Ana", "Farid"}
    listed = json.loads(touchline("supporters", "imports", "--json").stdout)
    assert [(each["file"], each["state"], each["new"]) for each in listed] == [("people.csv", "undone", 2)]


@pytest.mark.parametrize("again", ["7777", ""])
def test_it_is_refused_with_the_reason(touchline: Touchline, number: str, again: str) -> None:
    touchline("supporters", "undo-import", number, "--yes")

    refused = touchline("supporters", "undo-import", again or number, "--yes")

    assert refused.exit_code == 1
    assert ("there is no such import" if again else "has been undone already") in refused.stderr


def test_a_dry_run_is_no_import(touchline: Touchline, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(HEAD + ROW.format(name="Elif"))

    touchline("supporters", "import", str(file), "--campaign", SLUG, "--dry-run")

    assert json.loads(touchline("supporters", "imports", "--json").stdout) == []


def test_an_import_that_is_not_there_is_said_before_anything_is_asked(touchline: Touchline) -> None:
    refused = touchline("supporters", "undo-import", "99")

    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "there is no such import" in refused.stderr
