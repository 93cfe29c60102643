"""Supporters' files, in, as a person at the command line meets them."""

import io
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from service.cli.files import readable
from service.store.tables.house import AuditEntry
from service.store.tables.people import Supporter
from tests import make
from tests.cli.conftest import Touchline
from tests.cli.files import CASES, PROOF, SLUG, bring, consents, people


@pytest.fixture(autouse=True)
def campaign(sessions: sessionmaker[Session]) -> int:
    with sessions.begin() as session:
        return make.campaign(session, slug=SLUG).id


def test_a_cell_with_several_lines_loses_nobody(touchline: Touchline, sessions: sessionmaker[Session]) -> None:
    bring(touchline, CASES / "import_cell_with_line_break/address.csv")
    bring(touchline, CASES / "import_cell_with_line_break/trailing_break.csv")

    with sessions() as session:
        emails = set(session.scalars(select(Supporter.email)))
    assert emails == {"qnl1@example.org", "qnl2@example.org", "ana16@example.org"}
    assert consents(sessions) == {("Ana", "email"), ("Ben", "email")}


def test_one_bad_byte_spoils_its_own_cell_and_no_other(touchline: Touchline, sessions: sessionmaker[Session]) -> None:
    done = bring(touchline, CASES / "import_one_bad_byte/mixed.csv")

    assert set(people(sessions)) == {"José", "Zoë", ""}
    assert done["read_as"] == "read as utf-8, separated by , (comma)"
    assert done["left_out"] == [
        {"row": 4, "what": "first_name: has bytes that are no letters in the file's encoding; left out"}
    ]


@pytest.mark.parametrize(
    ("file", "encoding", "name"),
    [("turkish_cp1254.csv", "windows-1254", "Şule"), ("cyrillic_cp1251.csv", "windows-1251", "Айнур")],
)
def test_letters_that_can_be_read_in_several_ways_are_shown_before_anything_is_written(
    touchline: Touchline, sessions: sessionmaker[Session], file: str, encoding: str, name: str
) -> None:
    path = CASES / "import_other_codepages" / file

    asked = touchline("supporters", "import", str(path), "--campaign", SLUG)

    assert asked.exit_code == 1
    assert [line.split() for line in asked.stderr.splitlines() if "--encoding" in line and name in line] == [
        ["--encoding", encoding, name]
    ]
    assert people(sessions) == {}

    assert bring(touchline, path, "--encoding", encoding)["new"] == 1
    assert set(people(sessions)) == {name}


def test_letters_that_can_be_read_in_one_way_only_are_read_so(
    touchline: Touchline, sessions: sessionmaker[Session]
) -> None:
    done = bring(touchline, CASES / "import_other_codepages/mac_roman.csv")

    assert done["read_as"] == "read as macintosh, separated by , (comma)"
    assert set(people(sessions)) == {"José"}


def test_two_people_with_one_phone_are_two_people(touchline: Touchline, sessions: sessionmaker[Session]) -> None:
    done = bring(touchline, CASES / "import_shared_phone_one_file/couple.csv")

    found = people(sessions)
    assert (found["AnaShare"].phone, found["BenShare"].phone) == ("+447700900460", None)
    assert found["BenShare"].email == "benshare@example.org"
    assert done["left_out"] == [
        {"row": 3, "what": "phone: this mobile stands in an earlier row (2), and stays theirs; left out"}
    ]
    assert consents(sessions) == {("AnaShare", "email"), ("AnaShare", "sms"), ("BenShare", "email")}


@pytest.mark.parametrize(
    ("file", "who"),
    [
        ("first.csv", ("Camille", "", "fn1@example.org", None)),
        ("google.csv", ("Ana", "Li", "goog1@example.org", "+447911123404")),
        ("outlook.csv", ("Ana", "Li", "ol1@example.org", "+447911123405")),
        ("spoke.csv", ("Ana", "Li", None, "+447911123402")),
    ],
)
def test_a_heading_is_known_however_it_is_spelt(
    touchline: Touchline,
    sessions: sessionmaker[Session],
    file: str,
    who: tuple[str, str, str | None, str | None],
) -> None:
    bring(touchline, CASES / "import_name_column_spelling" / file)

    (found,) = people(sessions).values()
    assert (found.first_name, found.last_name, found.email, found.phone) == who


def test_columns_that_are_not_used_are_named_with_what_they_may_have_meant(
    touchline: Touchline, tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text("email,Frist name,Shoe size\nana@example.org,Ana,38\n")

    told = touchline("supporters", "import", str(file), "--campaign", SLUG)

    assert "not used: Frist name – did you mean first_name?" in told.stdout
    assert "not used: Shoe size\n" in told.stdout


@pytest.mark.parametrize("file", ["sep.csv", "blank_rows.csv"])
def test_what_stands_above_the_headings_is_passed_over(
    touchline: Touchline, sessions: sessionmaker[Session], file: str
) -> None:
    bring(touchline, CASES / "import_excel_directive_and_blank_rows" / file)

    assert set(people(sessions)) == {"Ana"}


def test_a_column_can_be_chosen_by_hand(touchline: Touchline, sessions: sessionmaker[Session], tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("Who=what,Kontakt,T-shirt,Notes\nAna,ana@example.org,M,odd\n")
    maps = ("--map", "Kontakt=email", "--map", "#1=first_name", "--map", "T-shirt=details.size")

    done = bring(touchline, file, *maps)

    assert people(sessions)["Ana"].details == {"size": "M"}
    assert done["unused"] == [{"column": "Notes", "did_you_mean": ""}]
    refused = touchline("supporters", "import", str(file), "--campaign", SLUG, "--map", "Kontakt=e-mial")
    assert (refused.exit_code, "did you mean email?" in refused.stderr) == (1, True)


def test_a_dry_run_shows_what_would_come_of_it_and_writes_nothing(
    touchline: Touchline, sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text(
        f"Vorname,E-Mail,consent_email,consent_wording,consent_at\nAna,ana@example.org,yes,{PROOF}\n,x,,,\n"
    )

    done = bring(touchline, file, "--dry-run")
    told = touchline("supporters", "import", str(file), "--campaign", SLUG, "--dry-run")

    assert (done["new"], done["permitted"], done["rejected_count"], done["dry_run"]) == (1, 1, 1, True)
    assert "row 2: first name Ana · email ana@example.org · consent (email) 2026-09-01 10:00: I agree" in told.stdout
    assert people(sessions) == {}
    with sessions() as session:
        assert session.scalars(select(AuditEntry)).all() == []


def test_an_audience_that_is_no_json_is_refused_in_plain_words(touchline: Touchline, tmp_path: Path) -> None:
    mail = tmp_path / "mail.md"
    mail.write_text("Hello")

    refused = touchline(
        *("blast", "schedule", SLUG, "--title", "A", "--subject", "S", "--email", str(mail), "--audience", "nonsense")
    )

    assert refused.exit_code == 1
    assert "--audience: 'nonsense' is no JSON; write rules like '[{\"signed\": false}]'" in refused.stderr


def test_a_file_may_come_by_standard_input(
    touchline: Touchline, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"email\nana@example.org\n")))

    with readable("-") as path:
        assert path.read_bytes() == b"email\nana@example.org\n"
