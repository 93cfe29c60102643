"""A TOML file read key by key, where every mistake knows its line."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from service.domain.lengths import TITLE, WORDS, too_long
from service.wording.campaign_files import Mistake
from service.wording.durations import parse_span

_Choice = TypeVar("_Choice", bound=StrEnum)

_HEADER = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?")
_KEY = re.compile(r"""\s*["']?([^"'=\s]+)["']?\s*=""")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PLACE = re.compile(r"\(at line (\d+)")


class TomlFile:
    """The text of one TOML file and the tables in it."""

    def __init__(self, name: str, text: str, mistakes: list[Mistake]) -> None:
        self.name, self.mistakes = name, mistakes
        self._lines = text.splitlines()
        self.raw: Mapping[str, object] = {}
        try:
            self.raw = tomllib.loads(text, parse_float=Decimal)
        except tomllib.TOMLDecodeError as wrong:
            place = _PLACE.search(str(wrong))
            # "At end of document" has no line of its own.
            line = int(place[1]) if place else max(1, len(self._lines))
            self.mistake(line, f"not TOML: {str(wrong).partition(' (at')[0]}", 'TOML, such as title = "…"')

    def mistake(self, line: int, found: str, expected: str) -> None:
        self.mistakes.append(Mistake(self.name, line, found, expected))

    def line_of(self, table: str, index: int, key: str | None) -> int:
        """Where a key stands, or else its table, or else the first line."""
        seen, current, header_line = 0, "", 1
        inside = table == ""
        for number, line in enumerate(self._lines, start=1):
            if header := _HEADER.fullmatch(line):
                current = header[1]
                inside = current == table and seen == index
                if current == table:
                    seen += 1
                header_line = number if inside else header_line
            elif inside and key and (found := _KEY.match(line)) and found[1] == key:
                return number
        return header_line

    def root(self) -> "Table":
        return Table(self, self.raw)

    def table(self, name: str, *, needed: bool = True) -> "Table":
        """One table; where it is missing or no table, an empty one, and a mistake if it is needed."""
        raw: object = self.raw
        for part in name.split("."):
            raw = raw.get(part) if isinstance(raw, Mapping) else None
        if isinstance(raw, Mapping):
            return Table(self, raw, name)
        if needed or raw is not None:
            self.mistake(self.line_of("", 0, name), f"no table [{name}]", f"a table that begins with [{name}]")
        return Table(self, {}, name, is_absent=True)

    def tables(self, name: str) -> list["Table"]:
        raw = self.raw.get(name, [])
        if not isinstance(raw, list) or not all(isinstance(item, Mapping) for item in raw):
            self.mistake(self.line_of("", 0, name), f"{name} is not a list of tables", f"[[{name}]] before each")
            return []
        return [Table(self, item, name, index) for index, item in enumerate(raw)]


@dataclass(slots=True)
class Table:
    """One table, asked for its keys by kind; an answer that is wrong is noted and stands in as something harmless."""

    file: TomlFile
    raw: Mapping[str, object]
    name: str = ""
    index: int = 0
    is_absent: bool = False
    asked: set[str] = field(default_factory=set)

    def line(self, key: str | None = None) -> int:
        return self.file.line_of(self.name, self.index, key)

    def mistake(self, key: str | None, found: str, expected: str) -> None:
        # A table that is missing was reported once; its keys need no line each.
        if not self.is_absent:
            self.file.mistake(self.line(key), found, expected)

    def value(self, key: str) -> object:
        self.asked.add(key)
        return self.raw.get(key)

    def _wrong(self, key: str, expected: str) -> None:
        found = f"{key} = {self.raw[key]!r}" if key in self.raw else f"no {key}"
        self.mistake(key, found, expected)

    def text(
        self, key: str, *, default: str | None = None, expected: str = "words in quotes", most: int = TITLE
    ) -> str:
        value = self.value(key)
        if value is None and default is not None:
            return default
        if isinstance(value, str) and value.strip():
            if why := too_long(value.strip(), most):
                self.mistake(key, f"{key} is too long: {why}", f"a shorter {key}")
            return value.strip()
        self._wrong(key, f"{key} = {expected}")
        return ""

    def matching(self, key: str, pattern: str, expected: str, *, default: str | None = None, most: int = WORDS) -> str:
        value = self.text(key, default=default, expected=expected, most=most)
        if value and not re.fullmatch(pattern, value):
            self._wrong(key, expected)
        return value

    def slug(self, key: str) -> str:
        return self.matching(key, _SLUG.pattern, "small letters, digits and hyphens, such as full-time", most=TITLE)

    def choice(self, key: str, kind: type[_Choice], default: _Choice | None) -> _Choice | None:
        value = self.value(key)
        if value is None and key not in self.raw and default is not None:
            return default
        try:
            return kind(str(value))
        except ValueError:
            self._wrong(key, f"one of {', '.join(kind)}")
            return default

    def span(self, key: str, *, default: str) -> timedelta:
        span = parse_span(self.text(key, default=default))
        if span is None:
            self._wrong(key, "a span of time, such as 2h, -1d12h or 14m")
        return span or timedelta(0)

    def moment(self, key: str) -> datetime | None:
        value = self.value(key)
        if isinstance(value, datetime) and value.tzinfo is not None:
            return value
        self._wrong(key, "a date and time with its offset, without quotes, such as 2026-10-13T17:00:00+00:00")
        return None

    def clock(self, key: str) -> time | None:
        value = self.value(key)
        if isinstance(value, time):
            return value
        self._wrong(key, "a time without quotes, such as 21:00:00")
        return None

    def whole(self, key: str, *, least: int) -> int:
        value = self.value(key)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value < 2**31:
            return value
        self._wrong(key, f"a whole number, {least} or more")
        return least

    def price(self, key: str) -> int:
        """Ten-thousandths of a currency unit."""
        value = self.value(key)
        if isinstance(value, int | Decimal) and not isinstance(value, bool) and 0 <= value < 100_000:
            exact = Decimal(value) * 10_000
            if exact == exact.to_integral_value():
                return int(exact)
        self._wrong(key, "a price such as 0.0412, with four decimals at most")
        return 0

    def words(self, key: str) -> tuple[str, ...]:
        value = self.value(key)
        if isinstance(value, list) and all(isinstance(word, str) and word for word in value):
            return tuple(dict.fromkeys(value))
        if value is not None:
            self._wrong(key, 'a list of words, such as ["email", "sms"]')
        return ()

    def finish(self) -> None:
        """Note every key that nobody asked for."""
        for key in self.raw.keys() - self.asked:
            near = difflib.get_close_matches(key, sorted(self.asked), n=1)
            place = f"in [{self.name}]" if self.name else "at the top"
            hint = f"{near[0]}?" if near else f"one of {', '.join(sorted(self.asked))}"
            self.mistake(key, f"no such key {place}: {key}", hint)
