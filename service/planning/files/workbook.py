"""The rows of an Excel workbook's first sheet that has any, read without holding the workbook in memory."""

import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from service.planning.files.faults import UnreadableFile
from service.planning.files.records import Record

_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
# A workbook that unpacks to more than this is a trap, not a list of people.
_LARGEST_UNPACKED = 2 << 30

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


def workbook_records(path: Path) -> Iterator[Record]:
    """The rows of the first sheet with anything in it, their cells as text."""
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(each.file_size for each in packed.infolist())
            if not any(name.startswith("xl/") for name in packed.namelist()):
                raise UnreadableFile("this is a zip archive; unpack it and bring in the files in it one after another")
        if unpacked > _LARGEST_UNPACKED:
            raise UnreadableFile("this workbook unpacks to more than 2 GB; save it as CSV (UTF-8) and try again")
        yield from _rows(path)
    except UnreadableFile:
        raise
    except _BROKEN as wrong:
        why = "this is a spreadsheet that cannot be opened; save it as CSV (UTF-8) and try again"
        raise UnreadableFile(why) from wrong


def _rows(path: Path) -> Iterator[Record]:
    book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    try:
        for sheet in book.worksheets:
            found = False
            for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
                cells = tuple(_text(value) for value in row)
                found = found or any(cells)
                yield Record(number, number, cells)
            if found:
                return
    finally:
        book.close()


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
    return str(value)
