"""What a text costs: its alphabet, its segments, and the signs that would double the bill."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from service.wording.gsm import BASIC, EXTENSION, STAND_INS

_GSM = re.compile("[" + re.escape(BASIC + EXTENSION) + "]*")
_EXTENSION = re.compile("[" + re.escape(EXTENSION) + "]")
_INVISIBLE = re.compile("[\u200b\u2060-\u2064\ufeff\u00ad\u180e]")
# Joiners, directions and variation selectors: they mean something beside emoji and in Persian, Arabic, Hebrew or
# Hindi, all of which need the wide alphabet anyway; in a text that could do without it they are leftovers of a paste.
_MARKS = re.compile("[\u034f\u061c\u200c-\u200f\u202a-\u202e\u2066-\u206f\ufe00-\ufe0f]")
_OTHER_SPACES = re.compile("[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_LINE_ENDS = re.compile("\r\n|[\r\u2028\u2029\u0085]")
_STANDING_IN = str.maketrans(STAND_INS)


class Encoding(StrEnum):
    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


# How much fits in a text alone, and in each of several (the rest is the header that joins them).
_ALONE = {Encoding.GSM_7: 160, Encoding.UCS_2: 70}
_JOINED = {Encoding.GSM_7: 153, Encoding.UCS_2: 67}


@dataclass(frozen=True, slots=True)
class SmsMeasure:
    """A text as the network counts it. `units` are septets in GSM-7, UTF-16 units in UCS-2."""

    encoding: Encoding
    characters: int
    units: int
    segments: int


@dataclass(frozen=True, slots=True)
class Change:
    """One sign that was written otherwise, and how often it stood there."""

    found: str
    written: str
    times: int

    def __str__(self) -> str:
        name = unicodedata.name(self.found[0], f"U+{ord(self.found[0]):04X}").lower()
        return f"{name} became {self.written!r}" if self.written else f"{name} was left out"


@dataclass(frozen=True, slots=True)
class Straightened:
    """A text tidied for sending, with what was changed so that its author can be shown."""

    body: str
    changes: tuple[Change, ...] = ()


def measure(body: str) -> SmsMeasure:
    """Count a text as it is (tidy it with `straighten` first).

    Graphemes are kept whole where a text is cut, as Twilio's calculator does: an upper bound of what is billed.
    """
    if _GSM.fullmatch(body):
        escapes = len(_EXTENSION.findall(body))
        units = len(body) + escapes
        sizes: Iterator[int] | None = (2 if sign in EXTENSION else 1 for sign in body) if escapes else None
        return SmsMeasure(Encoding.GSM_7, len(body), units, _segments(Encoding.GSM_7, units, sizes))
    clusters = [len(cluster.encode("utf-16-be", "surrogatepass")) // 2 for cluster in graphemes(body)]
    units = sum(clusters)
    return SmsMeasure(Encoding.UCS_2, len(clusters), units, _segments(Encoding.UCS_2, units, iter(clusters)))


def _segments(encoding: Encoding, units: int, sizes: Iterator[int] | None) -> int:
    if units <= _ALONE[encoding]:
        return 1
    room = _JOINED[encoding]
    if sizes is None:
        return -(-units // room)
    segments, used = 1, 0
    for size in sizes:
        used += size
        if used > room:
            # What does not fit moves on whole; a cluster longer than a segment has to be cut all the same.
            segments += max(1, -(-size // room))
            used = size % room if size > room else size
    return segments


def straighten(body: str) -> Straightened:
    """Tidy a text for sending: composed letters, plain line ends and spaces, nothing that means nothing.

    Typographic signs (a curly apostrophe turns 160 characters into 70 and doubles the bill) are straightened, and
    invisible marks left out, where that brings the whole text into GSM-7; where other letters keep it out, it would
    spoil the text and save nothing.
    """
    changes: Counter[tuple[str, str]] = Counter()

    def note(pattern: re.Pattern[str], instead: str, text: str) -> str:
        changes.update((found, instead) for found in pattern.findall(text))
        return pattern.sub(instead, text)

    tidy = note(_OTHER_SPACES, " ", _LINE_ENDS.sub("\n", body))
    tidy = note(_INVISIBLE, "", tidy)
    tidy = "".join(sign for sign in tidy if sign == "\n" or unicodedata.category(sign) != "Cc")
    tidy = unicodedata.normalize("NFC", tidy)
    bare = unicodedata.normalize("NFC", _MARKS.sub("", tidy))
    straight = bare.translate(_STANDING_IN)
    if straight != tidy and is_gsm(straight):
        changes.update((mark, "") for mark in _MARKS.findall(tidy))
        changes.update((sign, STAND_INS[sign]) for sign in bare if sign in STAND_INS)
        tidy = straight
    return Straightened(tidy, tuple(Change(*pair, times) for pair, times in changes.items()))


def straighten_quotes(body: str) -> str:
    """The text that `straighten` makes, without its report."""
    return straighten(body).body


def is_gsm(body: str) -> bool:
    """Whether every sign is in the GSM-7 alphabet."""
    return _GSM.fullmatch(body) is not None


def costly_signs(body: str) -> tuple[str, ...]:
    """The signs that keep a text out of GSM-7, each once, in order: what an author is shown.

    Marks that cannot be seen are not among them: they stay only where a sign that can be seen is costly.
    """
    return tuple(dict.fromkeys(sign for sign in body if not is_gsm(sign) and not _MARKS.match(sign)))


def graphemes(text: str) -> Iterator[str]:
    """The signs a reader sees: letters with their marks, flags, families and keycaps kept whole."""
    cluster, flags = "", 0
    for sign in text:
        flag = "\U0001f1e6" <= sign <= "\U0001f1ff"
        joins = (
            _extends(sign)
            or (cluster.endswith("\u200d") and sign >= "\u2190")
            or (flag and flags % 2 == 1)
            or (cluster == "\r" and sign == "\n")
        )
        if cluster and not joins:
            yield cluster
            cluster = ""
        flags = flags + 1 if flag else 0
        cluster += sign
    if cluster:
        yield cluster


def _extends(sign: str) -> bool:
    return (
        unicodedata.category(sign)[0] == "M"
        or sign in "\u200c\u200d"
        or "\U0001f3fb" <= sign <= "\U0001f3ff"
        or "\U000e0020" <= sign <= "\U000e007f"
    )
