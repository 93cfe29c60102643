"""The rows of a CSV text as people save it: lines within cells, quotes left open, lines without end."""

import csv
import re
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple, TextIO

# The longest line or row that is read; what is longer is rejected and passed over.
LONGEST = 4 << 20
_MOST_LINES = 2_000

# Whether a line, read by itself, is a row with somebody in it.
IsRow = Callable[[list[str]], bool]


class Record(NamedTuple):
    """One row as it came. `number` counts rows as a spreadsheet does, `line` lines as a text editor does, from 1."""

    number: int
    line: int
    cells: tuple[str, ...]
    why: str = ""


class _Feed:
    """Lines for the CSV reader, remembered until a row is whole so that they can be given again."""

    def __init__(self, file: TextIO) -> None:
        self._lines = iter(partial(file.readline, LONGEST), "")
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self._size = 0

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        # Where a row grows without end, the reader is told that the file ends here.
        if len(self.taken) >= _MOST_LINES or self._size > LONGEST:
            raise StopIteration
        line = self.next_line()
        if not line:
            raise StopIteration
        self.taken.append(line)
        self._size += len(line)
        return line

    def next_line(self) -> str:
        """The next line by itself; empty at the end."""
        return self._again.popleft() if self._again else next(self._lines, "")

    def begin(self, first: str) -> None:
        """A row begins with this line."""
        self._again.appendleft(first)
        self.taken, self._size = [], 0

    def give_back(self, lines: list[str]) -> None:
        """These are to be read once more."""
        self._again.extendleft(reversed(lines))


class RecordReader:
    """Rows of CSV, one after another; a row that cannot be read stands with its reason, and the next is read.

    `width` and `is_row` tell a quote that was left open from a cell with several lines; both are set once the
    headings are known.
    """

    def __init__(self, file: TextIO, separator: str) -> None:
        csv.field_size_limit(LONGEST * 2)
        self._feed = _Feed(file)
        self._separator = separator
        self._reader = csv.reader(self._feed, delimiter=separator, strict=True, skipinitialspace=separator != "\t")
        self._number, self._line = 0, 1
        self.width: int | None = None
        self.is_row: IsRow = lambda _: False

    def __iter__(self) -> Iterator[Record]:
        while first := self._feed.next_line():
            self._number += 1
            line = self._line
            if len(first) >= LONGEST:
                yield self._pass_over(first, line)
            elif '"' in first:
                yield from self._quoted(first, line)
            else:
                self._line += 1
                yield Record(self._number, line, tuple(first.rstrip("\r\n").split(self._separator)))

    def _pass_over(self, first: str, line: int) -> Record:
        rest = first
        while rest and not rest.endswith(("\n", "\r")):
            rest = self._feed.next_line()
        self._line += 1
        return Record(self._number, line, (first[:1_000],), f"the line is longer than {LONGEST:,} characters")

    def _quoted(self, first: str, line: int) -> Iterator[Record]:
        self._feed.begin(first)
        try:
            cells = next(self._reader, [])
        except csv.Error:
            yield self._broken(first, line)
            return
        taken = self._feed.taken
        self._line += len(taken)
        if len(taken) > 1 and self._took_in_rows(cells, taken):
            yield from self._taken_in(taken, line)
        else:
            yield Record(self._number, line, tuple(cells))

    def _taken_in(self, taken: list[str], line: int) -> Iterator[Record]:
        """The lines of a quote that took in other rows, each by itself, so that they can be mended."""
        why = f"a quote is opened here and takes in the next {len(taken) - 1} lines; they are not read"
        yield Record(self._number, line, part_cells(taken[0], self._separator), why)
        for place, each in enumerate(taken[1:], start=line + 1):
            if each.strip():
                within = f"stands within the quote that line {line} opens; it is not read"
                yield Record(self._number, place, part_cells(each, self._separator), within)

    def _took_in_rows(self, cells: list[str], taken: list[str]) -> bool:
        """Whether a quote swallowed other rows: too few or too many cells, or a line that is a row by itself."""
        if self.width is None:
            return False
        if len(cells) > self.width:
            return True
        rows = sum(1 for each in taken[1:] if self.is_row(self._alone(each)))
        return rows > 0 and (len(cells) != self.width or rows == len(taken) - 1)

    def _broken(self, first: str, line: int) -> Record:
        """The row as a more forgiving reader takes it, by its first line alone; the lines after it are read anew."""
        taken = self._feed.taken
        self._feed.give_back(taken[1:])
        self._line += 1
        cells = tuple(self._alone(first))
        if len(taken) == 1 and (self.width is None or len(cells) == self.width) and first.count('"') % 2 == 0:
            return Record(self._number, line, cells)
        lines = "the rest of the file" if len(taken) > 2 else "the line after it"
        why = "a quote is opened here and not closed" + (f"; it would have taken in {lines}" if len(taken) > 1 else "")
        return Record(self._number, line, part_cells(first, self._separator), why)

    def _alone(self, line: str) -> list[str]:
        try:
            return next(csv.reader([line], delimiter=self._separator, skipinitialspace=self._separator != "\t"), [])
        except csv.Error:
            return [line]


def part_cells(line: str, separator: str) -> tuple[str, ...]:
    """The cells of one line in which a quote is left open: that quote stands in its cell as it was typed."""
    line, place, cells = line.rstrip("\r\n"), 0, []
    whole = re.compile(rf' *"((?:[^"]|"")*)"(?={re.escape(separator)}|$)')
    while True:
        if found := whole.match(line, place):
            cells.append(found[1].replace('""', '"'))
            place = found.end()
        else:
            end = line.find(separator, place)
            cells.append(line[place:] if end < 0 else line[place:end])
            place = len(line) if end < 0 else end
        if place >= len(line):
            return tuple(cells)
        place += 1
