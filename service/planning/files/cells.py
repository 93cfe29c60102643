"""What stands in one cell, made into what we keep: addresses, moments, words for yes, tags."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta

from service.consenting.addresses import BadAddress, normalise_email, normalise_phone
from service.domain.consent import Suppressed
from service.domain.unseen import may_belong, without_stray
from service.planning.files.encodings import has_bad_bytes
from service.planning.files.sheet import DateOrder

LONGEST_ADDRESS = 320
_AHEAD = timedelta(days=1)
# What nearly every row looks like; anything else is read by the slower, more exact libraries.
_PLAIN_EMAIL = re.compile(r"[a-z0-9][a-z0-9._%+-]{0,63}(?<!\.)@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}")
_PLAIN_UK_MOBILE = re.compile(r"\+447[1-57-9][0-9]{8}")
_NATIONAL_UK_MOBILE = re.compile(r"0?7[1-57-9][0-9]{8}")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_SHORTENED = re.compile(r"([0-9])[.,]([0-9]+)[eE]\+?([0-9]{1,2})")
_WRAPPED = re.compile(r"(?:.*<)?\s*(?:mailto:)?\s*([^<>]*?)\s*>?", re.IGNORECASE | re.DOTALL)
_YES = frozenset(
    {"yes", "y", "true", "t", "1", "x", "✓", "on", "ja", "oui", "si", "sim", "tak", "да", "evet", "beli", "bəli", "hə"}
)
_NO = frozenset(
    {
        "",
        "no",
        "n",
        "false",
        "f",
        "0",
        "off",
        "none",
        "null",
        "nil",
        "n/a",
        "never",
        "-",
        "nein",
        "non",
        "nao",
        "nie",
        "нет",
        "hayir",
        "hayır",
        "xeyr",
        "yox",
    }
)
_LEFT_WORDS = {
    Suppressed.COMPLAINT: re.compile(r"spam|abuse|complain"),
    Suppressed.HARD_BOUNCE: re.compile(r"bounc|undeliverable|^(?:cleaned|invalid|bad|on hold)$"),
    Suppressed.LEFT: re.compile(
        r"unsub|opt(?:ed)?[ _-]?out|blocklist|blacklist|suppress|do[ _]?not|deceased"
        r"|^(?:left|stop|stopped|blocked|banned|removed|dead|died)$"
    ),
}
_OUR_WORDS = frozenset(str(reason) for reason in Suppressed)
_IN_WORDS = frozenset({"subscribed", "opted in", "opted_in", "optedin", "opt in", "optin", "confirmed"})
_DMY = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?:[ T,]+(.*))?", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([AaPp])?\.?[Mm]?\.?\s*(?:UTC|GMT|Z)?", re.ASCII)
# As Go prints a moment, listmonk's exports among others: 2025-11-01 10:00:00.123456 +0000 UTC.
_ZONE_TWICE = re.compile(
    r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?) ([+-]\d{4})(?: [A-Z]{2,5}| [+-]\d{2,4})?$", re.ASCII
)
_LETTERED = ("%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%Y/%m/%d", "%B %d %Y", "%b %d %Y")
_UK_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)\s*([0-9][A-Z]{2})")

_AROUND_TAGS = " \"'*[]{}"


class BadCell(Exception):
    """A cell cannot be read; the message says why."""


def clean(cell: str) -> str:
    """A cell on one line, composed, without signs nobody sees. Raises BadCell for bytes that are no letters."""
    if cell.isascii() and cell.isprintable():
        return cell.strip()
    if has_bad_bytes(cell):
        raise BadCell("has bytes that are no letters in the file's encoding")
    composed = unicodedata.normalize("NFC", cell)
    # Joiners are part of words in Persian and in the scripts of India; other signs without a shape are part of none.
    kept = "".join(
        " " if sign.isspace() else sign
        for sign in composed
        if sign.isspace() or may_belong(sign) or unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )
    return " ".join(without_stray(kept).split())


def paragraph(cell: str) -> str:
    """A wording: as `clean`, but its lines stay."""
    return "\n".join(line for line in (clean(each) for each in cell.splitlines()) if line)


def read_email(cell: str) -> str | None:
    """The email address in one spelling; None where there is none. Raises BadCell."""
    text = _address(cell).lower()
    if not text:
        return None
    if _PLAIN_EMAIL.fullmatch(text) and ".." not in text:
        return text
    bare = _WRAPPED.fullmatch(text)
    if bare and bare[1] != text:
        return read_email(bare[1])
    try:
        return normalise_email(text)
    except BadAddress as bad:
        raise BadCell(f"email: {bad}") from None
    except (ValueError, UnicodeError):
        raise BadCell("email: this is not an email address (for example ana@example.org)") from None


def read_phone(cell: str) -> str | None:
    """The mobile number in E.164; None where there is none. Raises BadCell.

    What a spreadsheet took away from a number is put back where there is no doubt: the plus sign of 447700900123, the
    nought of 7700900123.
    """
    text = _digits(_address(cell)).removeprefix("'")
    if not text:
        return None
    text = _unrounded(text)
    compact = re.sub(r"[\s().\-/]", "", text.replace("(0)", ""))
    if re.fullmatch(r"\d+\.0", text):
        compact = text[:-2]
    if compact.startswith("00"):
        compact = f"+{compact[2:]}"
    if re.fullmatch(r"440?7[0-9]{9}", compact):
        compact = f"+{compact}"
    compact = re.sub(r"^\+440(?=7)", "+44", compact)
    if _PLAIN_UK_MOBILE.fullmatch(compact):
        return compact
    if _NATIONAL_UK_MOBILE.fullmatch(compact):
        return f"+44{compact[-10:]}"
    try:
        number = normalise_phone(compact if re.fullmatch(r"\+?[0-9]+", compact) else text)
    except BadAddress as bad:
        raise BadCell(f"phone: {bad}") from None
    if not _E164.fullmatch(number):
        raise BadCell("phone: this is not a phone number (for example +44 7700 900123)")
    return number


def _unrounded(text: str) -> str:
    """A number as a spreadsheet shortens it, 4.47700900123E+11, where all its digits are there. Raises BadCell."""
    shortened = _SHORTENED.fullmatch(text)
    if not shortened:
        return text
    if len(shortened[2]) != int(shortened[3]):
        raise BadCell(
            f"phone: a spreadsheet has cut digits off this number ({text[:20]}); make its column text there, and save again"
        )
    return shortened[1] + shortened[2]


def _address(cell: str) -> str:
    if len(cell) > LONGEST_ADDRESS:
        raise BadCell(f"is longer than an address can be ({len(cell):,} characters)")
    return clean(cell)


def _digits(text: str) -> str:
    """Digits of every script as ASCII ones; signs that only look like digits (²) stay what they are."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)


def is_yes(cell: str) -> bool:
    """Whether a cell says yes. What is neither yes nor no is no yes."""
    return cell.strip().casefold() in _YES


def says_left(cell: str) -> Suppressed | None:
    """Why an address must be left alone, where a status says so: in our own words, or in other tools'."""
    return next((reason for line in cell.splitlines() if (reason := _left_reason(line.strip().casefold()))), None)


def _left_reason(words: str) -> Suppressed | None:
    if words in _OUR_WORDS:
        return Suppressed(words)
    if words in _IN_WORDS:
        return None
    return next((reason for reason, marks in _LEFT_WORDS.items() if marks.search(words)), None)


def is_leaving(cell: str) -> bool:
    """Whether a column that is only about leaving says so: by anything but a no. Doubt leaves people alone.

    Where several columns are about it, each has a line of its own.
    """
    return any((said := line.strip().casefold()) not in _NO and said not in _IN_WORDS for line in cell.splitlines())


def says_subscribed(cell: str) -> bool:
    """Whether a status says that they are subscribed."""
    return cell.strip().casefold() in _IN_WORDS


def read_moment(cell: str, *, dates: DateOrder | None, now: datetime) -> datetime:
    """A moment, in UTC where nothing else is said. Raises BadCell for what is no date, two dates, or to come."""
    text = clean(_digits(cell))
    moment = _iso(text) or _by_number(text, dates) or _by_letters(text)
    if moment is None:
        raise BadCell(f"{text[:40]!r} is no date; write it like 2026-10-01T12:00+00:00")
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    # Somebody's clock, or the zone that a file does not name, may be ahead of ours; a consent is never younger than now.
    if aware > now + _AHEAD:
        raise BadCell("lies in the future")
    return min(aware, now)


def _iso(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(_ZONE_TWICE.sub(r"\1\2", text).removesuffix(" UTC").removesuffix(" GMT"))
        # Moments that no other zone can say.
        return found if 1900 <= found.year < 9999 else None
    except ValueError:
        return None


def _by_number(text: str, dates: DateOrder | None) -> datetime | None:
    found = _DMY.fullmatch(text)
    if not found:
        return None
    one, sign, other, year = int(found[1]), found[2], int(found[3]), int(found[4])
    if sign != "." and dates is None and one <= 12 and other <= 12 and one != other:
        raise BadCell(f"{text[:40]!r} can be two dates; say which comes first, the day (dmy) or the month (mdy)")
    month_first = sign != "." and (dates is DateOrder.MONTH_FIRST or (dates is None and other > 12))
    day, month = (other, one) if month_first else (one, other)
    return _made(year + 2000 if year < 100 else year, month, day, found[5] or "")


def _by_letters(text: str) -> datetime | None:
    date, _, clock = text.partition(" at ") if " at " in text else (text, "", "")
    if not clock and (found := re.search(r"\s(\d{1,2}:\d{2}.*)$", date)):
        date, clock = date[: found.start()], found[1]
    for shape in _LETTERED:
        try:
            day = datetime.strptime(date.strip(" ,"), shape)  # noqa: DTZ007 - its clock follows
        except ValueError:
            continue
        return _made(day.year, day.month, day.day, clock)
    return None


def _made(year: int, month: int, day: int, clock: str) -> datetime | None:
    found = _CLOCK.fullmatch(clock.strip()) if clock.strip() else None
    if clock.strip() and not found:
        return None
    hour, minute, second = (int(found[1]), int(found[2]), int(found[3] or 0)) if found else (0, 0, 0)
    if found and found[4]:
        hour = hour % 12 + (12 if found[4].lower() == "p" else 0)
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def read_tags(cell: str) -> tuple[str, ...]:
    """Tags, parted by commas, semicolons, bars or Google's `:::`; without the quotes some tools put around each."""
    parts = re.split(r"\s*(?::::|[,;|\n])\s*", clean_lines(cell))
    tags = (part.strip(_AROUND_TAGS) for part in parts)
    return tuple(dict.fromkeys(tag[:60].rstrip(_AROUND_TAGS) for tag in tags if tag))[:100]


def clean_lines(cell: str) -> str:
    """As `clean`, but lines stay apart."""
    return "\n".join(clean(line) for line in cell.splitlines())


def read_postcode(cell: str) -> str:
    """A postcode in capitals; a British one with its blank where it belongs."""
    text = clean(cell).upper()
    british = _UK_POSTCODE.fullmatch(text)
    return f"{british[1]} {british[2]}" if british else text[:20]
