"""A file of people, looked at: how it is written, where its headings are, what its columns mean; and its rows."""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TextIO

from service.planning.files.columns import ADDRESSES, ANOTHER, SEVERAL, Columns, match_columns
from service.planning.files.encodings import MARK_BAD_BYTES, Encoding, chosen_encoding, find_encoding
from service.planning.files.faults import UnreadableFile, sayable
from service.planning.files.headings import Field, recognise
from service.planning.files.others import what_else
from service.planning.files.presets import PRESETS, Preset, preset_named, preset_of
from service.planning.files.records import Record, RecordReader
from service.planning.files.workbook import Tabs, is_workbook, tabs_of, workbook_records
from service.wording.spreadsheet import rearm

CHUNK = 10_000
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
# What spreadsheets and databases leave where there is nothing.
_NOTHING = frozenset(
    {"#N/A", "#REF!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#VALUE!", "#SPILL!", "#CALC!", r"\N", "(null)", "<null>"}
)
# Between the cells of several columns that are one field: of those that all count, of one person's addresses, and of
# a field of the organisation's own.
_BETWEEN: dict[str, str] = {
    **dict.fromkeys(SEVERAL, "\n"),
    **dict.fromkeys((Field.EMAIL, Field.PHONE, Field.BOUNCED_ADDRESS), f" {ANOTHER} "),
}
_BETWEEN_OTHERS = ", "
# How far down the headings are looked for.
_ROWS_ABOVE = 25


class DateOrder(StrEnum):
    """How 01/09/2026 is read."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person chose about a file; what is left empty is found."""

    encoding: str = ""
    separator: str = ""
    preset: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    dates: DateOrder | None = None
    keep_rest: bool = False
    # What the file is called where it came from; some tools say only there what it holds.
    named: str = ""


class SheetRow(NamedTuple):
    """One row of people: what was read of it by field, and its cells as they came. `why`: it cannot be read."""

    number: int
    line: int
    typed: Mapping[str, str]
    cells: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that can be read, and how."""

    path: Path
    encoding: Encoding | None
    separator: str
    header: Record
    columns: Columns
    preset: Preset | None
    dates: DateOrder | None
    # Of a workbook with several sheets.
    tabs: Tabs | None = None

    @property
    def how(self) -> str:
        """How it is read, in words."""
        if self.encoding is None and self.tabs:
            others = ", ".join(map(sayable, self.tabs.others))
            return f"read as an Excel workbook, its sheet {sayable(self.tabs.read)}; not read: {others}"
        if self.encoding is None:
            return "read as an Excel workbook"
        names = {sign: name for name, sign in SEPARATORS.items()}
        sign = {"\t": "tabs"}.get(self.separator, self.separator)
        if len(self.columns.all) == 1:
            return f"read as {self.encoding.name}"
        return f"read as {self.encoding.name}, separated by {sign if sign == 'tabs' else f'{sign} ({names[sign]})'}"

    def rows(self) -> Iterator[SheetRow]:
        """Every row below the headings that holds anything."""
        used = tuple((column.target, column.position) for column in self.columns.used)
        width = len(self.header.cells)
        with _records(self.path, self.encoding, self.separator, self._prepare) as records:
            for record in records:
                if record.number > self.header.number and (record.why or any(map(str.strip, record.cells))):
                    yield _row(record, used, width)

    def chunks(self, size: int = CHUNK) -> Iterator[list[SheetRow]]:
        """The rows, some thousand at a time."""
        rows = self.rows()
        while chunk := list(islice(rows, size)):
            yield chunk

    def _prepare(self, reader: RecordReader) -> None:
        addresses = [column.position for column in self.columns.all if column.target in {"email", "phone"}]
        width = len(self.header.cells)
        reader.width = width
        reader.is_row = lambda cells: (
            len(cells) >= width
            and not _has_more(cells, width)
            and any(_is_address(cells[place]) for place in addresses)
        )


def look(path: Path, choices: Choices | None = None, *, wanted: frozenset[str] = ADDRESSES) -> Sheet:
    """How a file is written and what its columns are. Raises UnreadableFile, with what was found and what to do.

    `wanted`: the headings are the first row with one of these columns.
    """
    choices = choices or Choices()
    if choices.preset and preset_named(choices.preset) is None:
        known = ", ".join(preset.slug for preset in PRESETS)
        raise UnreadableFile(f"there is no preset {choices.preset!r}; there are {known}")
    if is_workbook(path):
        return replace(_sheet(path, None, ",", choices, wanted), tabs=tabs_of(path))
    _refuse_other_kinds(path)
    encoding = chosen_encoding(path, choices.encoding) if choices.encoding else find_encoding(path)
    separator = _separator(choices.separator) or _told_separator(path, encoding)
    if separator:
        return _sheet(path, encoding, separator, choices, wanted)
    return _sheet(path, encoding, _best_separator(path, encoding, choices), choices, wanted)


def _refuse_other_kinds(path: Path) -> None:
    with path.open("rb") as file:
        other = what_else(file.read(64))
    if other:
        raise UnreadableFile(
            f"this is {other} and no list of people; save the list as CSV (UTF-8) or .xlsx and try again"
        )


def _separator(words: str) -> str:
    sign = SEPARATORS.get(words.strip().lower(), "\t" if words in {"\t", "\\t"} else words.strip())
    if sign and sign not in SEPARATORS.values():
        raise UnreadableFile(f"there is no separator {words!r}; there are {', '.join(SEPARATORS)}")
    return sign


class _records:  # noqa: N801 - used as a context: `with _records(...) as records`
    """The records of a file, closed at the end."""

    def __init__(
        self, path: Path, encoding: Encoding | None, separator: str, prepare: Callable[[RecordReader], None] | None
    ) -> None:
        self._path, self._encoding, self._separator, self._prepare = path, encoding, separator, prepare
        self._file: TextIO | None = None

    def __enter__(self) -> Iterator[Record]:
        if self._encoding is None:
            return workbook_records(self._path)
        self._file = _open(self._path, self._encoding)
        reader = RecordReader(self._file, self._separator)
        if self._prepare:
            self._prepare(reader)
        return iter(reader)

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()


def _open(path: Path, encoding: Encoding) -> TextIO:
    raw = path.open("rb")
    raw.seek(encoding.skip)
    return io.TextIOWrapper(raw, encoding=encoding.codec, errors=MARK_BAD_BYTES, newline="")


def _told_separator(path: Path, encoding: Encoding) -> str:
    """What Excel's own first line says: `sep=;`."""
    with _open(path, encoding) as file:
        first = file.readline(100).strip().strip('"').lower()
    sign = first.removeprefix("sep=") if first.startswith("sep=") else ""
    return "\t" if first == "sep=" else sign if sign in SEPARATORS.values() else ""


def _best_separator(path: Path, encoding: Encoding, choices: Choices) -> str:
    """The separator by which the headings are best known; of equal ones that which parts the rows most evenly."""

    def worth(separator: str) -> tuple[int, int, float]:
        with _records(path, encoding, separator, None) as records:
            rows = [record.cells for record in islice(records, _ROWS_ABOVE) if any(map(str.strip, record.cells))]
        known = max((sum(recognise(cell) is not None for cell in cells) for cells in rows), default=0)
        chosen = max((sum(name in map(str.strip, cells) for name in choices.columns) for cells in rows), default=0)
        widths = [len(cells) for cells in rows if len(cells) > 1]
        even = max((widths.count(width) for width in widths), default=0)
        return known + chosen, even, max(widths, default=0)

    return max(SEPARATORS.values(), key=worth)


def _sheet(path: Path, encoding: Encoding | None, separator: str, choices: Choices, wanted: frozenset[str]) -> Sheet:
    header, columns, preset = _find_header(path, encoding, separator, choices, wanted)
    return Sheet(path, encoding, separator, header, columns, preset, choices.dates)


def _find_header(
    path: Path, encoding: Encoding | None, separator: str, choices: Choices, wanted: frozenset[str]
) -> tuple[Record, Columns, Preset | None]:
    """The row of the headings. Raises UnreadableFile.

    A column chosen by its number is in every row, a title or `sep=;` too: it makes headings only of the first row
    there is, and only where no row is known for them by its own words.
    """
    with _records(path, encoding, separator, None) as records:
        first = list(islice(records, _ROWS_ABOVE * 2))
    rows = [record for record in first if _may_be_header(record)]
    named = {name: target for name, target in choices.columns.items() if not name.strip().startswith("#")}
    wrong: UnreadableFile | None = None
    for chosen in (named, choices.columns):
        for record in rows:
            preset = preset_named(choices.preset) or preset_of(list(record.cells), choices.named or path.name)
            try:
                if match_columns(record.cells, preset=preset, chosen=chosen).has(wanted):
                    columns = match_columns(
                        record.cells, preset=preset, chosen=choices.columns, keep_rest=choices.keep_rest
                    )
                    _need(columns, wanted)
                    return record, replace(columns, filled=_filled(first, record)), preset
            except UnreadableFile as each:
                wrong = wrong or each
    raise wrong or UnreadableFile(_no_header(next(iter(rows), None)))


def _filled(first: Iterable[Record], header: Record) -> frozenset[int]:
    """Which columns hold anything in the first rows below the headings."""
    below = (record.cells for record in first if record.number > header.number)
    return frozenset(place for cells in below for place, cell in enumerate(cells) if cell.strip())


def _may_be_header(record: Record) -> bool:
    first = next(iter(record.cells), "").strip().lower()
    return (
        any(map(str.strip, record.cells)) and not first.startswith("sep=") and not any("@" in c for c in record.cells)
    )


def _need(columns: Columns, wanted: frozenset[str]) -> None:
    if not columns.has(wanted):
        raise UnreadableFile(f"no column is chosen to be {' or '.join(sorted(wanted))}; without one nobody can be kept")


def _no_header(first: Record | None) -> str:
    expected = "the first row must name the columns, with email or phone among them"
    if first is None:
        return f"{expected}; nothing of the kind was found in the first rows"
    found = ", ".join(cell.strip() or "(empty)" for cell in first.cells[:12])
    near = [
        f"{column.name}: did you mean {column.near}?"
        for column in match_columns(first.cells, preset=None, chosen={}).all
        if column.near
    ]
    hint = f" {' '.join(near)}" if near else ""
    return f'{expected}; row {first.number} has: {found[:400]}.{hint} A column can be chosen: --map "{first.cells[0].strip()[:40]}=email"'


def _row(record: Record, used: tuple[tuple[str, int], ...], width: int) -> SheetRow:
    cells = record.cells
    if record.why:
        return SheetRow(record.number, record.line, {}, cells, record.why)
    if len(cells) > width and _has_more(cells, width):
        why = f"has {len(cells)} fields where the header has {width}; is a quote missing?"
        return SheetRow(record.number, record.line, {}, cells, why)
    typed: dict[str, str] = {}
    for target, position in used:
        if position < len(cells) and (cell := cells[position]) and cell not in _NOTHING:
            cell = rearm(cell) if cell[0] == "'" else cell
            typed[target] = f"{typed[target]}{_BETWEEN.get(target, _BETWEEN_OTHERS)}{cell}" if target in typed else cell
    return SheetRow(record.number, record.line, typed, cells)


def _has_more(cells: Sequence[str], width: int) -> bool:
    """Whether there are more cells than headings; empty ones at the end, as spreadsheets leave them, are none."""
    return len(cells) > width and any(map(str.strip, cells[width:]))


def _is_address(cell: str) -> bool:
    local, at, domain = cell.strip().partition("@")
    digits = sum(sign.isdigit() for sign in cell)
    return bool(at and local and "." in domain and " " not in cell.strip()) or (digits > 8 and digits > len(cell) / 2)
