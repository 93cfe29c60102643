"""In which encoding a file is written, found from all of it; what is not certain is said, never guessed in silence."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from service.planning.files.faults import EncodingUnclear, UnreadableFile
from service.planning.files.legacy import CODE_PAGES, likely_encodings, words_in

_PIECE = 1 << 20
_SAMPLE = 1 << 16
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# The error handler under which a byte that is no letter becomes half a character, which no letter is.
MARK_BAD_BYTES = "touchline.mark_bad_bytes"
_HALF = 0xDC00


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file is read. `name`: as a person calls it; `skip`: the bytes of its byte order mark."""

    name: str
    codec: str
    skip: int = 0


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(_HALF + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error(MARK_BAD_BYTES, _mark)


def has_bad_bytes(text: str) -> bool:
    """Whether somewhere in the text stood bytes that are no letter in the file's encoding."""
    return not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text)


# Half characters that stand for one byte each.
_HALVES = re.compile(f"([{chr(_HALF)}-{chr(_HALF + 0xFF)}]+)")


def encode_back(text: str, codec: str) -> bytes:
    """A text in the encoding it came in, every byte that was no letter as it was. What it has no letter for is a `?`."""
    parts = _HALVES.split(text)
    return b"".join(
        bytes(ord(sign) - _HALF for sign in part) if number % 2 else part.encode(codec, "replace")
        for number, part in enumerate(parts)
    )


def mark_of(codec: str) -> bytes:
    """The byte order mark by which a file in this encoding is known; nothing where it has none."""
    return next((mark for mark, marked in _MARKS if marked == codec), b"")


def find_encoding(path: Path) -> Encoding:
    """The encoding of a text file. Raises EncodingUnclear where its letters can be read in several ways."""
    with path.open("rb") as file:
        start = file.read(_SAMPLE)
    for mark, codec in _MARKS:
        if start.startswith(mark):
            return Encoding(codec, codec, len(mark))
    if wide := _without_mark(start):
        return Encoding(wide, wide)
    sound, bad, words = _count_utf8(path)
    # A letter in two to four bytes is hardly ever there by chance: the file is UTF-8, and a few bytes are broken.
    if bad == 0 or sound >= bad:
        return Encoding("utf-8", "utf-8")
    likely = likely_encodings(words)
    if not likely:
        raise UnreadableFile("this is not a text file; save it as CSV (UTF-8) and try again")
    if len(likely) > 1:
        raise EncodingUnclear(likely)
    return Encoding(likely[0].encoding, CODE_PAGES[likely[0].encoding])


def chosen_encoding(path: Path, name: str) -> Encoding:
    """The encoding a person asks for. Raises UnreadableFile where there is none of that name."""
    codec = CODE_PAGES.get(name.strip().lower(), name.strip())
    try:
        found = codecs.lookup(codec)
        # Some codecs are no encodings of text, and some cannot say which bytes are no letters.
        b"\xff".decode(codec, MARK_BAD_BYTES)
    except (LookupError, UnicodeError, ValueError):
        known = ", ".join(("utf-8", "utf-16", *CODE_PAGES))
        raise UnreadableFile(f"there is no encoding {name[:40]!r}; there are {known}") from None
    with path.open("rb") as file:
        start = file.read(4)
    for mark, marked in _MARKS:
        wide = found.name.replace("_", "-").removesuffix("-sig")
        if start.startswith(mark) and marked.startswith(wide):
            return Encoding(marked, marked, len(mark))
    if found.name in {"utf-16", "utf-32"}:
        return Encoding(f"{found.name}-le", f"{found.name}-le")
    return Encoding(name.strip().lower(), found.name.removesuffix("-sig"))


def _without_mark(start: bytes) -> str:
    """UTF-16 or UTF-32 without its mark: every second byte, or three of four, are zero, for addresses are ASCII."""
    if b"\0" not in start:
        return ""
    whole = start[: len(start) // 4 * 4]
    zeros = [whole[place::4].count(0) for place in range(4)]
    each = max(1, len(whole) // 4)
    has = [count > each * 0.3 for count in zeros]
    none = [count <= each * 0.02 for count in zeros]
    if all(has[1:]) and none[0]:
        return "utf-32-le"
    if all(has[:3]) and none[3]:
        return "utf-32-be"
    if has[1] and has[3] and none[0] and none[2]:
        return "utf-16-le"
    if has[0] and has[2] and none[1] and none[3]:
        return "utf-16-be"
    return ""


def _pieces(path: Path) -> Iterator[bytes]:
    """The file in pieces that end with a line, where lines are not endless."""
    rest = b""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            whole, line_end, tail = (rest + piece).rpartition(b"\n")
            if line_end or len(tail) > _PIECE:
                yield whole + line_end if line_end else tail
                rest = tail if line_end else b""
            else:
                rest = tail
    if rest:
        yield rest


def _count_utf8(path: Path) -> tuple[int, int, dict[bytes, None]]:
    """How many letters beyond ASCII are sound UTF-8, how many bytes are not, and the words with such bytes."""
    sound = bad = 0
    words: dict[bytes, None] = {}
    for piece in _pieces(path):
        if piece.isascii():
            continue
        text = piece.decode("utf-8", MARK_BAD_BYTES)
        strange = [sign for sign in text if sign > "\x7f"]
        broken = sum(1 for sign in strange if "\ud800" <= sign <= "\udfff")
        sound, bad = sound + len(strange) - broken, bad + broken
        words_in(piece, words)
    return sound, bad, words
