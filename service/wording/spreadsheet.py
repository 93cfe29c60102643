"""Tables for spreadsheets: CSV that Excel opens, in which nothing runs, and which comes back as it was."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

# Without it Excel takes UTF-8 for Windows letters.
BYTE_ORDER_MARK = "\ufeff"
# What no reader sees and some spreadsheets pass over: format and zero-width signs, blanks, no-break spaces.
_UNSEEN = "\\s\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2064\\u2066-\\u206f\\ufeff\\x00-\\x1f"
_RUNS = re.compile(f"[{_UNSEEN}']*[=+\\-@＝＋－＠﹢﹣﹦﹫−\\t\\r]|'*[\\t\\r\\x00]")
# A number, and a telephone number in E.164, run nothing.
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?", re.ASCII)


def disarm(cell: str) -> str:
    """The cell, made into text where a spreadsheet would run it as a formula (OWASP ASVS 1.2.10).

    Numbers and E.164 telephone numbers stay as they are. `rearm` takes the apostrophe off again, and nothing else.
    """
    return f"'{cell}" if _RUNS.match(cell) and not _NUMBER.fullmatch(cell) else cell


def rearm(cell: str) -> str:
    """A cell as it was before `disarm`; what was never disarmed stays."""
    if cell[:1] != "'" or disarm(cell[1:]) != cell:
        return cell
    return cell[1:]


def csv_pieces(
    head: Sequence[str], rows: Iterable[Sequence[object]], *, line_end: str = "\r\n", at_once: int = 500
) -> Iterator[str]:
    """A table as CSV for Excel, some hundred rows at a time: a byte order mark, the headings, the rows disarmed."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=line_end)
    text.write(BYTE_ORDER_MARK)
    writer.writerow([disarm(name) for name in head])
    for number, row in enumerate(rows, start=1):
        writer.writerow([_cell(value) for value in row])
        if number % at_once == 0:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


def csv_text(head: Sequence[str], rows: Iterable[Sequence[object]], *, line_end: str = "\r\n") -> str:
    """A small table as CSV for Excel."""
    return "".join(csv_pieces(head, rows, line_end=line_end))


def _cell(value: object) -> str:
    """What cannot be written in any letters (half a character) is shown as a doubt."""
    text = "" if value is None else str(value)
    return disarm(text.encode("utf-8", "replace").decode("utf-8"))
