"""Rows that could not be brought in, as they came: a file to be mended and loaded again."""

import csv
import io
from dataclasses import dataclass
from typing import BinaryIO

from service.planning.files.encodings import encode_back, mark_of
from service.planning.files.faults import sayable
from service.planning.files.sheet import Sheet
from service.wording.spreadsheet import disarm


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that could not be brought in, as it came. `row` counts as a spreadsheet does, `line` as a text editor."""

    row: int
    why: str
    line: int = 0
    cells: tuple[str, ...] = ()


class RejectsFile:
    """A list of rejects being written: where and why, then the file's own columns.

    It is in the encoding of the file that came, so that a byte nobody could read stands in it as it was; a workbook's
    is in UTF-8. Excel opens it, and nothing in it runs.
    """

    def __init__(self, out: BinaryIO, sheet: Sheet, *, goes_on: bool = False) -> None:
        """`goes_on`: the headings stand in an earlier part of it."""
        self._out, self._codec = out, sheet.encoding.codec if sheet.encoding else "utf-8"
        if not goes_on:
            out.write(mark_of(self._codec))
            self._write(("row", "why", *sheet.header.cells))

    def write(self, each: Rejected) -> None:
        """One more row."""
        self._write((str(each.row), sayable(each.why), *each.cells))

    def _write(self, cells: tuple[str, ...]) -> None:
        line = io.StringIO()
        csv.writer(line).writerow([disarm(cell) for cell in cells])
        self._out.write(encode_back(line.getvalue(), self._codec))
