"""Tables for spreadsheets: CSV that Excel opens, in which nothing runs, and which comes back as it was."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

# Without it Excel takes UTF-8 for Windows letters.
BYTE_ORDER_MARK = "\ufeff"
# What no reader sees and some spreadsheets pass over: format and zero-width signs, blanks, no-break spaces.
_UNSEEN = "\\s\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2064\\u2066-\\u206f\\ufeff\\x00-\\x1f"
_RUNS = re.compile(f"[{_UNSEEN}']*[=+\\-@＝＋－＠﹢﹣﹦﹫−\\t\\r]|'*[\\t\\r\\x00]")
# A telephone number in E.164 runs nothing, and an apostrophe would spoil it.
_E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)


def disarm(cell: str) -> str:
    """The cell, made into text where a spreadsheet would run it as a formula (OWASP ASVS 1.2.10).

    Telephone numbers in E.164 stay as they are. `rearm` takes the apostrophe off again, and nothing else.
    """
    return f"'{cell}" if _RUNS.match(cell) and not _E164.fullmatch(cell) else cell


def rearm(cell: str) -> str:
    """A cell as it was before `disarm`; what was never disarmed stays."""
    if cell[:1] != "'" or disarm(cell[1:]) != cell:
        return cell
    return cell[1:]


class Table:
    """A table being written as CSV for Excel: a byte order mark, the headings, and rows that run nothing."""

    def __init__(self, out: TextIO, head: Sequence[str], *, line_end: str = "\r\n") -> None:
        self._writer = csv.writer(out, lineterminator=line_end)
        out.write(BYTE_ORDER_MARK)
        self.write(head)

    def write(self, row: Sequence[object]) -> None:
        """One more row."""
        self._writer.writerow([_cell(value) for value in row])


def csv_pieces(
    head: Sequence[str], rows: Iterable[Sequence[object]], *, line_end: str = "\r\n", at_once: int = 500
) -> Iterator[str]:
    """A table as CSV for Excel, some hundred rows at a time."""
    text = io.StringIO()
    table = Table(text, head, line_end=line_end)
    for number, row in enumerate(rows, start=1):
        table.write(row)
        if number % at_once == 0:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


def csv_text(head: Sequence[str], rows: Iterable[Sequence[object]], *, line_end: str = "\r\n") -> str:
    """A small table as CSV for Excel."""
    return "".join(csv_pieces(head, rows, line_end=line_end))


def _cell(value: object) -> str:
    """Numbers of ours run nothing; what cannot be written in any letters (half a character) is shown as a doubt."""
    if isinstance(value, int | float):
        return str(value)
    text = "" if value is None else str(value)
    return disarm(text.encode("utf-8", "replace").decode("utf-8"))
