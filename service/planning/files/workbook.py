"""The rows of an Excel workbook's sheet of people, read without holding the workbook in memory."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.utils.escape import unescape
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from service.planning.files.faults import UnreadableFile
from service.planning.files.headings import Field, recognise
from service.planning.files.records import Record

_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
# A workbook that unpacks to more than this is a trap, not a list of people.
_LARGEST_UNPACKED = 2 << 30
_ROWS_OF_A_HEAD = 25

# What is raised where a byte of a workbook is not as it should be: by the archive, its compression, its XML, its cells.
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, InvalidFileException),
    *(LookupError, ValueError, OSError, SyntaxError, TypeError, AttributeError, ArithmeticError),
)


def is_workbook(path: Path) -> bool:
    """Whether the file is an .xlsx. Raises UnreadableFile for Excel's old format, which is not read."""
    with path.open("rb") as file:
        start = file.read(4)
    if start == _OLD_EXCEL:
        raise UnreadableFile("this is an old Excel file (.xls); save it as .xlsx or as CSV (UTF-8) and try again")
    return start == _ZIP


@dataclass(frozen=True, slots=True)
class Tabs:
    """The sheet of a workbook that is read, and others with anything in them, which are not."""

    read: str
    others: tuple[str, ...] = ()


def workbook_records(path: Path) -> Iterator[Record]:
    """The rows of the sheet that is read, their cells as text. Raises UnreadableFile."""
    with _opened(path) as book:
        sheet, _ = _chosen(book)
        if sheet is not None:
            for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
                yield Record(number, number, tuple(_text(value) for value in row))


def tabs_of(path: Path) -> Tabs | None:
    """Which sheet is read, where there are several. Raises UnreadableFile."""
    with _opened(path) as book:
        sheet, others = _chosen(book)
        return Tabs(sheet.title, others) if sheet is not None and others else None


@contextmanager
def _opened(path: Path) -> Iterator[Workbook]:
    book = None
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(each.file_size for each in packed.infolist())
            if not any(name.startswith("xl/") for name in packed.namelist()):
                raise UnreadableFile("this is a zip archive; unpack it and bring in the files in it one after another")
        if unpacked > _LARGEST_UNPACKED:
            raise UnreadableFile("this workbook unpacks to more than 2 GB; save it as CSV (UTF-8) and try again")
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
        yield book
    except UnreadableFile:
        raise
    except _BROKEN as wrong:
        why = "this is a spreadsheet that cannot be opened; save it as CSV (UTF-8) and try again"
        raise UnreadableFile(why) from wrong
    finally:
        if book is not None:
            book.close()


def _chosen(book: Workbook) -> tuple[ReadOnlyWorksheet | None, tuple[str, ...]]:
    """The first sheet with an address among its headings, those that are hidden last; else the first with anything."""
    sheets = sorted(book.worksheets, key=lambda sheet: sheet.sheet_state != "visible")
    if len(sheets) == 1:
        return sheets[0], ()
    filled = [(sheet, head) for sheet, head in ((sheet, _head(sheet)) for sheet in sheets) if any(map(any, head))]
    known = [sheet for sheet, head in filled if any(_is_header(cells) for cells in head)]
    best = next(iter(known or [sheet for sheet, _ in filled]), None)
    return best, tuple(sheet.title for sheet, _ in filled if sheet is not best)


def _head(sheet: ReadOnlyWorksheet) -> list[tuple[str, ...]]:
    return [tuple(_text(value) for value in row) for row in sheet.iter_rows(values_only=True, max_row=_ROWS_OF_A_HEAD)]


def _is_header(cells: tuple[str, ...]) -> bool:
    return any((known := recognise(cell)) is not None and known[0] in {Field.EMAIL, Field.PHONE} for cell in cells)


def _text(value: object) -> str:
    """A cell as it would be typed: whole numbers without a point, moments as ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    # How Excel writes signs that XML cannot hold, such as the line end of another system: _x000D_
    return unescape(str(value)) if "_x" in str(value) else str(value)
