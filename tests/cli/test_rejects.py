"""What a file holds that cannot be taken is named, comes back as it was, and the rest goes on."""

import csv
import io
import json
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from service.store.tables.people import Supporter
from tests import make
from tests.cli.conftest import Touchline
from tests.cli.files import SLUG, bring, people


@pytest.fixture(autouse=True)
def campaign(sessions: sessionmaker[Session]) -> int:
    with sessions.begin() as session:
        return make.campaign(session, slug=SLUG).id


def test_rejects_are_mended_and_loaded_again(
    touchline: Touchline, sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    file, rejects = tmp_path / "people.csv", tmp_path / "rejects.csv"
    file.write_text(
        'Vorname;E-Mail;Strasse\nAna;ana@example.org;"1 High St\nLondon"\nŞəhla;shehla example.org;=Road;\nBo;;\n'
    )
    bring(touchline, file, "--rejects", str(rejects), "--map", "Strasse=details.street")

    content = rejects.read_bytes()
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert content.startswith(b"\xef\xbb\xbf")
    assert rows[0] == ["row", "why", "Vorname", "E-Mail", "Strasse"]
    assert [(row[0], row[2:]) for row in rows[1:]] == [
        ("3", ["Şəhla", "shehla example.org", "'=Road", ""]),
        ("4", ["Bo", "", ""]),
    ]

    mended = content.decode().replace("shehla example.org", "shehla@example.org").replace("'=Road,", "'=Road")
    rejects.write_text(mended)
    done = bring(touchline, rejects, "--map", "Strasse=details.street")

    assert (done["new"], done["unused"]) == (1, [])
    assert people(sessions)["Şəhla"].details == {"street": "=Road"}


def test_what_cannot_be_written_or_read_is_said_before_the_work(
    touchline: Touchline, sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text("email\nana@example.org\n")
    nowhere = str(tmp_path / "none" / "x.csv")

    for words in (
        ("supporters", "import", str(file), "--campaign", SLUG, "--rejects", nowhere),
        ("supporters", "import", str(file), "--campaign", SLUG, "--rejects", str(file)),
        ("supporters", "import", nowhere, "--campaign", SLUG),
        ("supporters", "import", str(tmp_path), "--campaign", SLUG),
        ("supporters", "import", str(file), "--campaign", SLUG, "--encoding", "klingon"),
        ("supporters", "import", str(file), "--campaign", SLUG, "--separator", "%"),
        ("supporters", "import", str(file), "--campaign", SLUG, "--preset", "paper"),
        ("supporters", "export", nowhere, "--campaign", SLUG),
        ("suppressions", "export", nowhere),
    ):
        refused = touchline(*words)
        assert refused.exit_code == 1, words
        assert refused.stderr.startswith("touchline: "), words
        assert refused.stderr.count("\n") == 1, words
    assert people(sessions) == {}
    assert file.read_text() == "email\nana@example.org\n"


def test_an_import_of_which_nothing_was_taken_does_not_end_well(touchline: Touchline, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("email\nnobody\n")

    assert touchline("supporters", "import", str(file), "--campaign", SLUG).exit_code == 1


ODD = {
    "superscript digits": ("Ana", "ana@example.org", "+44770090012²"),
    "arabic digits": ("Bilal", "bilal@example.org", "٠٧٧٠٠٩٠٠١٢٤"),
    "a nul": ("Co\0ra", "cora@example.org", ""),
    "copy's end": ("\\.", "dev@example.org", ""),
    "copy's null": ("\\N", "elif@example.org", ""),
    "a megabyte": ("x" * 1_200_000, "farid@example.org", ""),
    "a megabyte of address": ("Gul", "g" * 1_200_000 + "@example.org", ""),
    "a lone surrogate's bytes": ("\udced\udca0\udc80", "hamid@example.org", ""),
    "a reason like ours": ("", "", "asked to be forgotten"),
    "lines": ("Ilqar\nthe\rman", "ilqar@example.org", ""),
}


def test_whatever_a_row_holds_it_is_taken_or_named_and_the_rest_comes_in(
    touchline: Touchline, sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    with file.open("w", encoding="utf-8", errors="surrogateescape", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["first_name", "email", "phone", ""])
        writer.writerows([*cells, "z"] for cells in ODD.values())
        writer.writerow(["Zoë", "zoe@example.org", "", ""])

    done = bring(touchline, file)

    with sessions() as session:
        kept = {who.email: who for who in session.scalars(select(Supporter))}
    assert {who.email: who.first_name[:9] for who in kept.values()} == {
        "ana@example.org": "Ana",
        "bilal@example.org": "Bilal",
        "cora@example.org": "Cora",
        "dev@example.org": "\\.",
        # What databases write where there is nothing.
        "elif@example.org": "",
        "farid@example.org": "x" * 9,
        "hamid@example.org": "",
        "ilqar@example.org": "Ilqar the",
        "zoe@example.org": "Zoë",
    }
    assert kept["bilal@example.org"].phone == "+447700900124"
    assert kept["ana@example.org"].phone is None
    rejected = done["rejected"]
    assert isinstance(rejected, list)
    assert [each["row"] for each in rejected] == [8, 10]


def test_json_is_json_whatever_the_file_holds(touchline: Touchline, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(b"email,n\xff\x1b[31m\xc3\xa9\xc3\xa9\nx\xff,\n")

    told = touchline("supporters", "import", str(file), "--campaign", SLUG, "--json")

    assert json.loads(told.stdout)["rejected_count"] == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1251", "cp1253"])
def test_a_byte_that_is_no_letter_comes_back_as_it_was(
    touchline: Touchline, sessions: sessionmaker[Session], tmp_path: Path, encoding: str
) -> None:
    file, rejects = tmp_path / "people.csv", tmp_path / "rejects.csv"
    letters = "Ελένη Νίκος" if encoding == "cp1253" else "Мария Иванова"
    broken = {"cp1251": b"\x98", "cp1253": b"\xaa", "utf-16": b"\x00\xdc", "utf-16-be": b"\xdc\x00"}.get(
        encoding, b"\xff"
    )
    start, end = f"name,email,note\r\n{letters},ok@example.org,{letters}\r\n{letters},", f"@example.org,{letters}\r\n"
    tail = encoding.replace("utf-16", "utf-16-le") if encoding == "utf-16" else encoding.removesuffix("-sig")
    file.write_bytes(start.encode(encoding) + "x".encode(tail) + broken + end.encode(tail))
    chosen = ("--encoding", encoding) if encoding.startswith("cp") else ()

    done = bring(touchline, file, "--rejects", str(rejects), *chosen)
    again = bring_again(touchline, rejects, *chosen)

    assert (done["new"], done["rejected_count"]) == (1, 1)
    row = f"{letters},".encode(tail) + "x".encode(tail) + broken + end.encode(tail)
    assert rejects.read_bytes().endswith(row)
    assert (again["rows"], again["rejected_count"], again["new"]) == (1, 1, 0)
    rejects.write_bytes(rejects.read_bytes().replace("x".encode(tail) + broken, "x".encode(tail)))
    assert bring(touchline, rejects, *chosen)["new"] == 1
    assert {who.email for who in people(sessions).values()} <= {"ok@example.org", "x@example.org"}


def bring_again(touchline: Touchline, file: Path, *words: str) -> dict[str, object]:
    """As `bring`, for a file of which nothing may be taken."""
    found: dict[str, object] = json.loads(
        touchline("supporters", "import", str(file), "--campaign", SLUG, "--json", *words).stdout
    )
    return found


def test_rows_with_a_quote_left_open_come_back_in_their_columns(
    touchline: Touchline, sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    file, rejects = tmp_path / "people.csv", tmp_path / "rejects.csv"
    file.write_text(
        "name,email,tags\n"
        'Ana,"ana@example.org,"stall, vip"\n'
        "Bilal,bilal@example.org,\n"
        'Cora,cora@example.org,"stall\n'
        "Dev,dev@example.org,\n"
        'Elif,elif@example.org,vip"\n'
        'Farid,"farid@example.org,\n'
    )

    done = bring(touchline, file, "--rejects", str(rejects))
    rows = list(csv.reader(io.StringIO(rejects.read_text("utf-8-sig"))))[1:]

    assert set(people(sessions)) == {"Bilal"}
    assert [(row[0], row[2:]) for row in rows] == [
        ("2", ["Ana", '"ana@example.org', "stall, vip"]),
        ("4", ["Cora", "cora@example.org", '"stall']),
        ("4", ["Dev", "dev@example.org", ""]),
        ("4", ["Elif", "elif@example.org", 'vip"']),
        ("5", ["Farid", '"farid@example.org', ""]),
    ]
    assert done["rejected_count"] == 5
    # Whoever mends it takes the quotes away, where they are one too many.
    with rejects.open("w", newline="") as out:
        mended = [[cell.replace('"', "") for cell in row] for row in rows]
        csv.writer(out).writerows([["row", "why", "name", "email", "tags"], *mended])
    assert bring(touchline, rejects)["rejected_count"] == 0
    assert set(people(sessions)) == {"Ana", "Bilal", "Cora", "Dev", "Elif", "Farid"}
