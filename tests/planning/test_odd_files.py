"""Headings and rows as other people's spreadsheets have them."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from service.planning.files.faults import UnreadableFile
from service.planning.files.headings import recognise
from service.planning.files.sheet import SheetRow, look

PEOPLE = "first_name,email,phone\n"


def rows(path: Path, content: str) -> list[SheetRow]:
    path.write_text(content, "utf-8")
    return list(look(path).rows())


@pytest.mark.parametrize(
    "heads",
    [
        *(
            "prénom,courriel,téléphone portable",
            "Vorname,E-Mail,Handy",
            "имя,эл. почта,мобильный",
            "ім’я,ел. пошта,мобільний",
        ),
        *(
            "ad,e-poçt,mobil nömrə",
            "Ad,E-posta,Cep Telefonu",
            "imię,adres e-mail,telefon komórkowy",
            "First,Mail,Mobile",
        ),
        *("სახელი,ელფოსტა,ტელეფონი", "անուն,էլ. փոստ,հեռախոս", "نام,ایمیل,موبایل", "الاسم,البريد الإلكتروني,الجوال"),
        *("نام,ای میل,موبائل", "ਨਾਮ,ਈਮੇਲ,ਮੋਬਾਈਲ", "নাম,ইমেইল,মোবাইল", "नाम,ईमेल,मोबाइल", "prenume,email,telefon mobil"),
        *(
            "이름,이메일,휴대전화",
            "名前,メールアドレス,電話番号",
            "姓名,电子邮件,手机",
            "όνομα,ηλεκτρονικό ταχυδρομείο,κινητό",
        ),
        *("vardas,el. paštas,mob. telefonas", "vārds,e-pasts,mobilais", "име,имейл,мобилен", "emri,email,celular"),
        *(
            "Your first name *,Your email address *,Mobile (UK)",
            "What is your first name?,What’s your email?,Phone (optional)",
        ),
        *("contact_first_name,contact.email,contactMobile", "First Name (required),E-MAIL:,Cell #"),
    ],
)
def test_headings_of_many_languages_and_forms_are_known(heads: str) -> None:
    first, email, phone = (recognise(head) for head in heads.split(","))

    assert first is None or first[0] in {"first_name", "full_name"}
    assert (email and email[0], phone and phone[0]) == ("email", "phone")


@pytest.mark.parametrize(
    "heading", ["Emergency contact", "Your message", "Email subject", "Is this your first march?", "Phone bank (date)"]
)
def test_other_words_are_no_address(heading: str) -> None:
    assert recognise(heading) is None


def test_a_heading_known_whole_goes_before_one_with_words_around_it(tmp_path: Path) -> None:
    (row,) = rows(tmp_path / "x.csv", "contact email,email,name\nold@example.org,ana@example.org,Ana\n")

    assert row.typed["email"] == "ana@example.org"


@pytest.mark.parametrize("end", [",", ",,,", ", ,"])
def test_empty_cells_behind_the_last_column_are_nothing(tmp_path: Path, end: str) -> None:
    (row,) = rows(tmp_path / "x.csv", f"{PEOPLE}Ana,ana@example.org,07700900123{end}\n")

    assert (row.why, row.typed["phone"]) == ("", "07700900123")


def test_a_cell_with_words_behind_the_last_column_is_told(tmp_path: Path) -> None:
    (row,) = rows(tmp_path / "x.csv", f"{PEOPLE}Ana,ana@example.org,07700900123,,oops\n")

    assert row.why == "has 5 fields where the header has 3; is a quote missing?"


def test_a_column_without_a_heading_is_named_where_it_holds_anything(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("first_name,,email,\nAna,steward,ana@example.org,\n", "utf-8")

    assert [column.name for column in look(path).columns.unused] == ["column 2"]


def _book(path: Path, **sheets: list[list[object]]) -> Workbook:
    book = Workbook()
    book.remove(book.active)
    for title, cells in sheets.items():
        sheet = book.create_sheet(title)
        for row in cells:
            sheet.append(row)
    book.save(path)
    return book


ANA = [["first_name", "email"], ["Ana", "ana@example.org"]]


def test_the_sheet_of_people_is_found_behind_notes_and_hidden_ones(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    old = [["first_name", "email"], ["Old", "old@example.org"]]
    book = _book(path, Old=old, Notes=[["What this file is"]], People=ANA)
    book["Old"].sheet_state = "hidden"
    book.save(path)

    sheet = look(path)

    assert [row.typed["first_name"] for row in sheet.rows()] == ["Ana"]
    assert sheet.how == "read as an Excel workbook, its sheet People; not read: Notes, Old"


def test_line_ends_as_excel_writes_them_and_errors_are_no_part_of_a_name(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    people = [["first_name", "email"], ["Ana_x000D_", "ana@example.org"], ["#N/A", "ben@example.org"]]
    _book(path, People=people)

    found = list(look(path).rows())

    assert [row.typed.get("first_name", "").strip() for row in found] == ["Ana", ""]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"%PDF-1.7 email,phone\n", "a PDF"),
        (b"<html><table><tr><td>email</td></tr></table>", "a web page"),
        (b'<?xml version="1.0"?><Workbook/>', "XML"),
        (b'[{"email": "ana@example.org"}]', "JSON"),
        (b"BEGIN:VCARD\nEMAIL:ana@example.org\nEND:VCARD\n", "an address book"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"\x1f\x8b\x08\x00", "a packed archive"),
        (b"{\\rtf1 email}", "a document of a word processor"),
    ],
)
def test_what_is_no_table_is_called_what_it_is(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(content)

    with pytest.raises(UnreadableFile, match=what):
        look(path)
