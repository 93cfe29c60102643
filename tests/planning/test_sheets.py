"""How a file is read: its letters, its separator, its rows and its columns, whoever wrote it."""

import zipfile
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from service.planning.files.cells import BadCell
from service.planning.files.faults import EncodingUnclear, UnreadableFile
from service.planning.files.headings import recognise
from service.planning.files.people import read_person
from service.planning.files.reading import Reading
from service.planning.files.sheet import Choices, SheetRow, look
from tests import make

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def write(tmp_path: Path) -> "Write":
    return Write(tmp_path / "people.csv")


class Write:
    """A file with this in it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, content: str | bytes, encoding: str = "utf-8") -> Path:
        self.path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return self.path


def rows(path: Path, choices: Choices | None = None) -> list[SheetRow]:
    return list(look(path, choices).rows())


def names(path: Path, choices: Choices | None = None) -> list[str]:
    return [row.typed.get("first_name") or row.typed.get("full_name", "") for row in rows(path, choices)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
def test_every_unicode_encoding_is_read_with_its_mark_or_without(write: Write, encoding: str) -> None:
    path = write("name;email\nŞəhla;shehla@example.org\nИван;ivan@example.org\n", encoding)

    assert names(path) == ["Şəhla", "Иван"]


@pytest.mark.parametrize(
    ("encoding", "people"),
    [
        ("cp1252", ["José", "Zoë", "François", "Müller", "O’Brien", "Hélène"]),
        ("cp1254", ["Yıldız", "Çağrı", "Özgür", "İbrahim", "Şule"]),
        ("cp1250", ["Wałęsa", "Grażyna", "Łukasz", "Dvořák", "Božena"]),
        ("cp1251", ["Мария", "Айнур", "Сергей", "Наталья"]),
        ("koi8-r", ["Мария", "Иванов", "Сергей", "Наталья"]),
        ("mac_roman", ["José", "Zoë", "García", "Núñez", "François"]),
        ("cp850", ["José", "Müller", "Björn"]),
        ("cp1253", ["Ελένη", "Νίκος", "Παπαδόπουλος"]),
        ("cp1256", ["فاطمة", "محمد", "أحمد"]),
    ],
)
def test_an_old_encoding_is_read_rightly_or_its_readings_are_shown(
    write: Write, encoding: str, people: list[str]
) -> None:
    path = write("name,email\n" + "".join(f"{name},p{n}@example.org\n" for n, name in enumerate(people)), encoding)

    assert _read_or_shown(path, people)
    assert names(path, Choices(encoding=encoding)) == people


def _read_or_shown(path: Path, people: list[str]) -> bool:
    try:
        return names(path) == people
    except EncodingUnclear as unclear:
        return tuple(people[:5]) in [each.words for each in unclear.readings]


def test_a_name_that_can_be_read_in_several_ways_is_never_guessed(write: Write) -> None:
    with pytest.raises(EncodingUnclear, match="windows-1254: Ayşe") as unclear:
        look(write("name,email\nAyşe,ayse@example.org\n", "cp1254"))

    assert len(unclear.value.readings) > 1


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(write: Write, separator: str) -> None:
    path = write(f"Name{separator}E-Mail\nAna{separator}ana@example.org\n")

    assert names(path) == ["Ana"]
    assert look(path).separator == separator


def test_a_separator_in_the_cells_does_not_mislead(write: Write) -> None:
    path = write("name;email;note\nAna;ana@example.org;a, b, c, d\nBo;bo@example.org;e, f, g, h\n")

    assert names(path) == ["Ana", "Bo"]


def test_the_headings_may_stand_below_a_title_and_blank_rows(write: Write) -> None:
    path = write(
        'Supporters of 2026,,\n"sorted, by name",,\n,,\nFirst name,Email,\nAna,ana@example.org,\n\n\nBo,bo@example.org,\n'
    )

    assert [(row.number, row.typed["first_name"]) for row in rows(path)] == [(5, "Ana"), (8, "Bo")]


def test_lines_within_cells_are_told_from_quotes_left_open(write: Write) -> None:
    path = write(
        "name,email,note\n"
        'Ana,ana@example.org,"1 High St\nFlat 2, London\n\nUK"\n'
        'Bo,"bo@example.org,x\n'
        'Cora,cora@example.org,"said ""hi"" twice"\n'
        'Dev,dev@example.org,5" pipe\n'
    )

    found = rows(path)

    assert [(row.number, row.line, row.typed.get("full_name"), bool(row.why)) for row in found] == [
        (2, 2, "Ana", False),
        (3, 6, None, True),
        (4, 7, "Cora", False),
        (5, 8, "Dev", False),
    ]
    assert "a quote is opened here" in found[1].why


def test_a_quote_left_open_in_a_long_file_costs_one_row(write: Write) -> None:
    people = "".join(f"p{number},p{number}@example.org,x\n" for number in range(5_000))
    path = write(f'name,email,note\nAna,ana@example.org,"x\n{people}')

    found = rows(path)

    assert len(found) == 5_001
    assert [row.number for row in found if row.why] == [2]


def test_a_line_without_end_is_passed_over_and_the_rest_is_read(write: Write) -> None:
    path = write("name,email\n" + "x" * (5 << 20) + ",long@example.org\nAna,ana@example.org\n")

    found = rows(path)

    assert [bool(row.why) for row in found] == [True, False]
    assert found[1].typed["full_name"] == "Ana"


@given(content=st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_whatever_stands_below_the_headings_is_read_or_refused(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("any") / "people.csv"
    path.write_bytes(
        b"name,email,phone,tags,country,consent_email,consent_at,consent_wording\n"
        + content
        + b"\nAna,ana@example.org\n"
    )
    try:
        sheet = look(path)
    except UnreadableFile:
        return

    reading = Reading.of(sheet, key=make.KEY, source="any", now=NOW)
    for row in sheet.rows():
        if not row.why:
            with suppress(BadCell):
                read_person(row.number, row.typed, reading)


def test_a_workbook_is_read_with_its_numbers_and_dates(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Supporters"])
    sheet.append([])
    sheet.append(["Vorname", "E-Mail", "Handy", "PLZ", "consent_email", "consent_wording", "consent_at"])
    sheet.append(["Ana", "ana@example.org", 447700900123, 10115, True, "Ja", datetime(2026, 9, 1, 10, 30)])  # noqa: DTZ001 - Excel has no zones
    sheet.append(["Bo", "bo@example.org", 7700900124.0, None, "yes", "Ja", date(2026, 9, 2)])
    path = tmp_path / "people.xlsx"
    book.save(path)

    looked = look(path)
    reading = Reading.of(looked, key=make.KEY, source="x", now=NOW)
    people = [read_person(row.number, row.typed, reading)[0] for row in looked.rows()]

    assert looked.how == "read as an Excel workbook"
    assert [(who.number, who.phone, who.postcode) for who in people] == [
        (4, "+447700900123", "10115"),
        (5, "+447700900124", ""),
    ]
    assert [who.consents[0].at for who in people] == [
        datetime(2026, 9, 1, 10, 30, tzinfo=UTC),
        datetime(2026, 9, 2, tzinfo=UTC),
    ]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("FirstName", "first_name"),
        (" first_name ", "first_name"),
        ("Vorname", "first_name"),
        ("Prénom", "first_name"),
        ("имя", "first_name"),
        ("Ad", "first_name"),
        ("Adı", "first_name"),
        ("Nombre", "first_name"),
        ("NACHNAME", "last_name"),
        ("Soyadı", "last_name"),
        ("Фамилия", "last_name"),
        ("E-Mail-Adresse", "email"),
        ("Correo electrónico", "email"),
        ("Courriel", "email"),
        ("E-poçt", "email"),
        ("Электронная почта", "email"),
        ("Mobiltelefon", "phone"),
        ("Téléphone portable", "phone"),
        ("Cell Phone #", "phone"),
        ("Телефон", "phone"),
        ("ZIP Code", "postcode"),
        ("PLZ", "postcode"),
        ("Pays", "country"),
        ("details.T-Shirt Size", "details.t_shirt_size"),
        ("Shoe size", None),
    ],
)
def test_a_heading_is_known_in_many_spellings(heading: str, field: str | None) -> None:
    found = recognise(heading)

    assert (found[0] if found else None) == field


def test_a_zip_of_files_is_named_for_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("subscribed.csv", "email\n")

    with pytest.raises(UnreadableFile, match="this is a zip archive; unpack it"):
        look(path)


@pytest.mark.parametrize("above", ["sep=,\n", "Members,,\n", "Members,of,spring\n\n"])
def test_columns_chosen_by_number_leave_the_headings_where_they_were_found(write: Write, above: str) -> None:
    path = write(f"{above}Mail,Name,Phone\nana@example.org,Ana,07700900123\n")
    chosen = {"#1": "email", "#2": "first_name", "#3": "-"}

    sheet = look(path, Choices(columns=chosen))

    assert sheet.header == look(path).header
    assert [row.typed for row in sheet.rows()] == [{"email": "ana@example.org", "first_name": "Ana"}]


def test_a_workbook_with_broken_bytes_is_refused_or_read(tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    for number in range(50):
        book.active.append([f"ana{number}@example.org" if number else "email", number])
    book.save(tmp_path / "whole.xlsx")
    whole = (tmp_path / "whole.xlsx").read_bytes()
    path = tmp_path / "broken.xlsx"

    for place in range(4, len(whole), 29):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])

        with suppress(UnreadableFile):
            rows(path)


@pytest.mark.parametrize("name", ["punycode", "idna", "base64", "rot13", "undefined", "utf-17", "\0"])
def test_an_encoding_that_cannot_read_a_file_is_refused_by_name(write: Write, name: str) -> None:
    path = write("email\nana@example.org\n")

    with pytest.raises(UnreadableFile, match="there is no encoding"):
        look(path, Choices(encoding=name))
    for known in ("utf-8", "utf-8-sig", "latin-1", "cp1254", "macintosh", "shift_jis", "gb18030", "big5", "euc-kr"):
        assert rows(path, Choices(encoding=known))[0].typed == {"email": "ana@example.org"}


def test_the_rejects_of_a_list_of_rejects_can_be_loaded_too(write: Write) -> None:
    path = write("row,why,row,why,Mail,Name\n2,email: bad,3,email: bad,ana@example.org,Ana\n")

    sheet = look(path)

    assert [row.typed for row in sheet.rows()] == [{"email": "ana@example.org", "full_name": "Ana"}]
    assert not sheet.columns.unused
