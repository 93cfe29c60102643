"""Read a spreadsheet's CSV as people save it: any of three separators, UTF-8 or Windows letters, broken rows and all."""

import codecs
import csv
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

CHUNK = 10_000
COLUMNS = (
    *("first_name", "email", "phone", "locale", "time_zone", "source"),
    *("consent_email", "consent_sms", "consent_wording", "consent_at"),
)
_LARGEST_FIELD = 10_000
_PIECE = 1 << 20
_SPELLED = {
    "mobile": "phone",
    "mobile_number": "phone",
    "phone_number": "phone",
    "name": "first_name",
    "e_mail": "email",
    "email_address": "email",
}

NumberedRow = tuple[int, dict[str, str]]


class UnreadableFile(Exception):
    """The file as a whole cannot be read; the message says why and what it should look like."""


def read_chunks(path: Path, *, size: int = CHUNK) -> Iterator[list[NumberedRow]]:
    """The rows of a CSV file, a chunk at a time, each with its number: the header is row 1. Raises UnreadableFile.

    A row that cannot be read stands with its reason under an empty name.
    """
    csv.field_size_limit(_LARGEST_FIELD)
    # Windows leaves five bytes without a letter; a row with one is still worth reading.
    with path.open("r", encoding=_encoding(path), errors="replace", newline="") as file:
        reader = csv.reader(file, delimiter=_delimiter(file))
        header = _header(next(reader, []))
        numbered = _rows(reader, header)
        while chunk := list(islice(numbered, size)):
            yield chunk


def _encoding(path: Path) -> str:
    """UTF-8 where the whole file is, Windows letters otherwise."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    encoding = "utf-8-sig"
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            if file.tell() <= _PIECE and piece.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
                raise UnreadableFile("this is a spreadsheet, not a CSV file; save it as CSV (UTF-8) and try again")
            if b"\0" in piece:
                raise UnreadableFile("this is not a text file; save it as CSV (UTF-8) and try again")
            if encoding == "cp1252":
                continue
            try:
                decoder.decode(piece, final=len(piece) < _PIECE)
            except UnicodeDecodeError:
                encoding = "cp1252"
    return encoding


def _delimiter(file: TextIO) -> str:
    first = file.readline()
    file.seek(0)
    return max(",;\t", key=first.count)


def _header(found: list[str]) -> list[str]:
    names = [re.sub(r"[^a-z]+", "_", name.strip().lower()).strip("_") for name in found]
    names = [_SPELLED.get(name, name) for name in names]
    if not {"email", "phone"} & set(names):
        raise UnreadableFile(
            f"the first row must name the columns, with email or phone among them; the columns are {', '.join(COLUMNS)}"
        )
    twice = {name for name in names if name in COLUMNS and names.count(name) > 1}
    if twice:
        raise UnreadableFile(f"two columns have the same name: {', '.join(sorted(twice))}")
    return names


def _rows(reader: Iterator[list[str]], header: list[str]) -> Iterator[NumberedRow]:
    number = 1
    while True:
        number += 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as wrong:
            yield number, {"": f"cannot be read: {wrong}"}
            continue
        if any(field.strip() for field in fields):
            yield number, _named(fields, header)


def _named(fields: list[str], header: list[str]) -> dict[str, str]:
    if len(fields) > len(header):
        return {"": f"has {len(fields)} fields where the header has {len(header)}; is a quote missing?"}
    named = dict(zip(header, fields, strict=False))
    # An open quote takes in the rows after it. A consent's wording may have lines, but no other people in it.
    taken_in = [words for name, words in named.items() if "\n" in words and (name != "consent_wording" or "@" in words)]
    if taken_in:
        lines = sum(words.count("\n") for words in taken_in)
        return {"": f"a quote is opened here and takes in the next {lines} lines; they are not read"}
    return named
