"""What spreadsheets, other programs and people leave in cells is read as it was meant, or named."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.planning.files.faults import UnreadableFile
from service.planning.files.reading import Reading
from service.planning.files.rows import ReadRows, read_rows
from service.planning.files.sheet import Choices, look
from service.wording.names import clean_name
from tests import make

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def read(tmp_path: Path, content: str, choices: Choices | None = None) -> ReadRows:
    file = tmp_path / "people.csv"
    file.write_text(content, encoding="utf-8")
    sheet = look(file, choices)
    return read_rows(list(sheet.rows()), Reading.of(sheet, key=make.KEY, source="a file", now=NOW), {"GB"})


@pytest.mark.parametrize(
    ("whole", "first", "last"),
    [
        ("Dr Ana Li", "Ana", "Li"),
        ("Mrs. Ana Maria Li", "Ana", "Maria Li"),
        ("Mr Li", "", "Li"),
        ('"Li, Dr Ana"', "Ana", "Li"),
        ('"Li, Ana, PhD"', "Ana", "Li"),
        ("Drew Li", "Drew", "Li"),
        ("Dr", "", ""),
        ("Mr & Mrs Smith", "", "Smith"),
        ("Mr and Mrs Jo Smith", "Jo", "Smith"),
        ("Prof. Dr. Ana Li", "Ana", "Li"),
        ("Prof. Dr. Ana", "", "Ana"),
        ("Dr. med. Ana Li", "Ana", "Li"),
        ("Dr. rer. nat. Ana Li", "Ana", "Li"),
        ("Sir Ana Ahmed", "Ana", "Ahmed"),
        ("Dr.Ana Li", "Ana", "Li"),
        ("Lordina Li", "Lordina", "Li"),
        ("unknown", "", ""),
    ],
)
def test_a_title_is_no_first_name(tmp_path: Path, whole: str, first: str, last: str) -> None:
    (row,) = read(tmp_path, f"full name,email\n{whole},ana@example.org\n").rows

    assert (row.first_name, row.last_name) == (first, last)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        *(("Dr", ""), ("Mr", ""), ("Mr & Mrs", ""), ("Dr Ana", "Ana"), ("Herr Prof. Dr. Jo", "Jo")),
        *(("Ana & Dev", "Ana & Dev"), ("Y Nhi", "Y Nhi"), ("Missy", "Missy"), ("Sir-Jo", "Sir-Jo"), ("Null", "Null")),
    ],
)
def test_nor_in_a_column_of_first_names(tmp_path: Path, typed: str, first: str) -> None:
    (row,) = read(tmp_path, f"first name,last name,email\n{typed},Li,ana@example.org\n").rows

    assert (row.first_name, row.last_name) == (first, "Li")


@pytest.mark.parametrize(
    "nothing", ["N/A", "n/a", "null", "NULL", "undefined", "-", "--", "(null)", "Unknown", "unknown", "TBC"]
)
def test_what_programs_write_where_there_is_nothing_is_nobodys_name(tmp_path: Path, nothing: str) -> None:
    (row,) = read(tmp_path, f"first name,email\n{nothing},ana@example.org\n").rows

    assert row.first_name == ""


def test_such_a_word_in_a_field_of_ones_own_is_kept(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "email,details.size\nana@example.org,n/a\n").rows

    assert row.details == {"size": "n/a"}


def test_a_person_may_be_called_null(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "first name,last name,email\nJo,Null,jo@example.org\n").rows

    assert row.last_name == "Null"


def test_a_number_a_spreadsheet_shortened_is_read_where_all_its_digits_are_there(tmp_path: Path) -> None:
    found = read(tmp_path, 'name,phone\nAna,4.47700900123E+11\nBilal,"4,47700900124E+11"\nCora,4.47701E+11\n')

    assert [row.phone for row in found.rows] == ["+447700900123", "+447700900124"]
    (rejected,) = found.rejected
    assert "a spreadsheet has cut digits off this number (4.47701E+11)" in rejected.why


@pytest.mark.parametrize("said", ["n/a", "No", "subscribed", "0", "never"])
def test_what_is_no_leaving_leaves_nobody_alone(tmp_path: Path, said: str) -> None:
    (row,) = read(tmp_path, f"email,unsubscribed\nana@example.org,{said}\n").rows

    assert row.left_email is None


@pytest.mark.parametrize("said", ["deceased", "Deceased", "banned", "unsubscribed"])
def test_whoever_may_not_be_written_to_is_left_alone_whatever_the_word_for_it(tmp_path: Path, said: str) -> None:
    (row,) = read(tmp_path, f"email,status\nana@example.org,{said}\n").rows

    assert row.left_email == "left"


def test_two_columns_of_one_name_are_named_by_their_places_and_one_can_be_chosen(tmp_path: Path) -> None:
    content = "email,email,first name\nana@example.org,old@example.org,Ana\n"

    with pytest.raises(UnreadableFile, match=r'say which it is \(#1 or #2\), for example --map "#1=email"'):
        read(tmp_path, content)

    (row,) = read(tmp_path, content, Choices(columns={"#1": "email"})).rows
    assert row.email == "ana@example.org"


def test_the_flags_of_england_scotland_and_wales_stay_whole(tmp_path: Path) -> None:
    england = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"

    (row,) = read(tmp_path, f"first name,email\nAna {england}\U000e0041,ana@example.org\n").rows

    assert row.first_name == clean_name(row.first_name) == f"Ana {england}"


def test_whoever_left_is_left_alone_at_every_address_the_row_has(tmp_path: Path) -> None:
    heading = "First Name,E-mail 1 - Value,E-mail 2 - Value,Phone 1 - Value,Unsubscribed"
    both = "+44 7700 900101 ::: +44 7700 900102"

    found = read(tmp_path, f"{heading}\nAna,ana@example.org,ana2@example.org ::: nobody,{both},yes\n")

    assert {each.address for each in found.leaving} == {
        *("ana@example.org", "ana2@example.org", "+447700900101", "+447700900102"),
    }
    assert len({each.address_hash for each in found.leaving}) == 4
    assert {(each.reason, each.source) for each in found.leaving} == {("left", "import: a file")}


def test_further_addresses_of_whoever_stays_are_left_alone_by_nobody(tmp_path: Path) -> None:
    heading = "First Name,E-mail 1 - Value,E-mail 2 - Value,Phone 1 - Value,Left email"

    stays, leaves = (
        read(tmp_path, f"{heading}\nAna,ana@example.org,ana2@example.org,+44 7700 900101,{left}\n").leaving
        for left in ("no", "yes")
    )

    assert stays == []
    assert [each.address for each in leaves] == ["ana@example.org", "ana2@example.org"]


@pytest.mark.parametrize(
    "spelling", ["EVE@example.org", "<eve@example.org>", "Eve <eve@example.org>", "mailto:eve@example.org"]
)
def test_a_bounce_is_of_the_kept_address_however_either_is_written(tmp_path: Path, spelling: str) -> None:
    for bounced, kept in ((spelling, "eve@example.org"), ("eve@example.org", spelling)):
        (row,) = read(tmp_path, f"email,bounced_address,bounced\n{kept},{bounced},yes\n").rows

        assert (row.email, row.left_email) == ("eve@example.org", "hard_bounce")


def test_a_bounce_of_another_address_is_not_the_kept_one_s(tmp_path: Path) -> None:
    for bounced in ("old@example.org", "no address"):
        (row,) = read(tmp_path, f"email,bounced_address,bounced\neve@example.org,{bounced},yes\n").rows

        assert row.left_email is None


def test_two_kept_columns_of_one_name_are_one_field_with_a_comma_between(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "email,Size,Size\nana@example.org,one,two\n", Choices(keep_rest=True)).rows

    assert row.details == {"size": "one, two"}
