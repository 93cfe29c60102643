"""Bring supporters in from a CSV file: every row that can be read, and for every other its number and why."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TextIO

from service.consenting.addresses import BadAddress, normalise_email, normalise_phone
from service.consenting.consent import AddressKey
from service.domain.channel import Channel
from service.store import Session
from service.store.queries import supporters_import
from service.store.queries.supporters_import import ImportRow

CHUNK = 10_000
COLUMNS = (
    *("first_name", "email", "phone", "locale", "time_zone", "source"),
    *("consent_email", "consent_sms", "consent_wording", "consent_at"),
)
_YES = frozenset({"yes", "y", "true", "1", "x"})
# What nearly every row looks like; anything else is read by the slower, more exact libraries.
_PLAIN_EMAIL = re.compile(r"[a-z0-9][a-z0-9._%+-]{0,63}(?<!\.)@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}")
_PLAIN_UK_MOBILE = re.compile(r"\+447[1-57-9]\d{8}")
_LARGEST_FIELD = 10_000


class UnreadableFile(Exception):
    """The file as a whole cannot be read; the message says why and what it should look like."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that could not be brought in. `row` counts from 1 with the header as row 1."""

    row: int
    why: str


@dataclass(slots=True)
class Imported:
    """What an import came to. `without_consent`: brought in, but with no proof of consent nothing is sent to them."""

    rows: int = 0
    new: int = 0
    known: int = 0
    permitted: int = 0
    without_consent: int = 0
    suppressed: int = 0
    rejected: list[Rejected] = field(default_factory=list)


def import_chunks(path: Path) -> Iterator[list[tuple[int, dict[str, str]]]]:
    """The rows of a CSV file, a chunk at a time, with their numbers. Raises UnreadableFile."""
    csv.field_size_limit(_LARGEST_FIELD)
    with path.open("r", encoding=_encoding(path), newline="") as file:
        reader = csv.reader(file, delimiter=_delimiter(file))
        header = _header(next(reader, []))
        numbered = _rows(reader, header)
        while chunk := list(islice(numbered, CHUNK)):
            yield chunk


def import_chunk(
    session: Session,
    chunk: list[tuple[int, dict[str, str]]],
    done: Imported,
    *,
    campaign_id: int,
    key: AddressKey,
    source: str,
    now: datetime,
) -> None:
    """Bring one chunk in, adding to `done`. Rows are matched to supporters by their addresses, in one spelling."""
    rows: list[ImportRow] = []
    seen: set[str] = set()
    for number, typed in chunk:
        done.rows += 1
        if "" in typed:
            done.rejected.append(Rejected(number, typed[""]))
            continue
        try:
            row = _read(typed, number, key=key, source=source, now=now)
        except _BadRow as bad:
            done.rejected.append(Rejected(number, str(bad)))
            continue
        addresses = {address for address in (row.email, row.phone) if address}
        if addresses & seen:
            done.rejected.append(Rejected(number, "the same address stands in an earlier row"))
            continue
        seen |= addresses
        rows.append(row)
    counts = supporters_import.bring_in(session, rows, campaign_id=campaign_id, now=now)
    done.new += counts.new
    done.known += counts.known
    done.permitted += counts.permitted
    done.suppressed += counts.suppressed
    done.without_consent += sum(1 for row in rows if not row.consents)
    done.rejected += [
        Rejected(number, "its email and its mobile belong to two different supporters") for number in counts.clashes
    ]


class _BadRow(Exception):
    pass


def _read(typed: Mapping[str, str], number: int, *, key: AddressKey, source: str, now: datetime) -> ImportRow:
    email, phone = _email(typed.get("email", "")), _phone(typed.get("phone", ""))
    if email is None and phone is None:
        raise _BadRow("neither an email address nor a mobile number")
    consents = _consents(typed, email, phone)
    return ImportRow(
        number=number,
        first_name=typed.get("first_name", "").strip()[:80],
        email=email,
        phone=phone,
        email_hash=key.hash(Channel.EMAIL, email) if email else None,
        phone_hash=key.hash(Channel.SMS, phone) if phone else None,
        locale=typed.get("locale", "").strip()[:12] or "en",
        time_zone=typed.get("time_zone", "").strip()[:60] or "Europe/London",
        source=(typed.get("source", "").strip() or source)[:60],
        consents=consents,
        wording=typed.get("consent_wording", "").strip(),
        consent_at=_moment(typed.get("consent_at", "")) if consents else now,
    )


def _email(typed: str) -> str | None:
    text = typed.strip().lower()
    if not text:
        return None
    if _PLAIN_EMAIL.fullmatch(text) and ".." not in text:
        return text
    try:
        return normalise_email(typed)
    except BadAddress as bad:
        raise _BadRow(f"email: {bad}") from None


def _phone(typed: str) -> str | None:
    text = re.sub(r"[\s().-]", "", typed.strip().lstrip("'"))
    if not text:
        return None
    if _PLAIN_UK_MOBILE.fullmatch(text):
        return text
    try:
        return normalise_phone(text)
    except BadAddress as bad:
        raise _BadRow(f"phone: {bad}") from None


def _consents(typed: Mapping[str, str], email: str | None, phone: str | None) -> tuple[Channel, ...]:
    """The channels there is proof for: a yes, the wording agreed to, and when."""
    wants = [
        channel
        for channel, column, address in (
            (Channel.EMAIL, "consent_email", email),
            (Channel.SMS, "consent_sms", phone),
        )
        if address and typed.get(column, "").strip().lower() in _YES
    ]
    proven = typed.get("consent_wording", "").strip() and typed.get("consent_at", "").strip()
    return tuple(wants) if proven else ()


def _moment(typed: str) -> datetime:
    try:
        moment = datetime.fromisoformat(typed.strip())
    except ValueError:
        raise _BadRow(f"consent_at: {typed.strip()[:40]!r} is no date; write it like 2026-10-01T12:00+00:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(200_000)
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise UnreadableFile("this is a spreadsheet, not a CSV file; save it as CSV (UTF-8) and try again")
    if b"\0" in head:
        raise UnreadableFile("this is not a text file; save it as CSV (UTF-8) and try again")
    try:
        # A letter may be cut in two at the end of what was looked at.
        head.decode("utf-8-sig") if len(head) < 200_000 else head[:-4].decode("utf-8-sig", errors="strict")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _delimiter(file: TextIO) -> str:
    first = file.readline()
    file.seek(0)
    return max(",;\t", key=first.count)


def _header(found: list[str]) -> list[str]:
    names = [re.sub(r"[^a-z]+", "_", name.strip().lower()).strip("_") for name in found]
    spelled = {"mobile": "phone", "mobile_number": "phone", "phone_number": "phone", "name": "first_name"}
    names = [spelled.get(name, {"e_mail": "email", "email_address": "email"}.get(name, name)) for name in names]
    if not {"email", "phone"} & set(names):
        raise UnreadableFile(
            f"the first row must name the columns, with email or phone among them; the columns are {', '.join(COLUMNS)}"
        )
    return names


def _rows(reader: Iterator[list[str]], header: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows with their numbers. One that cannot be read stands with its reason under an empty name."""
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
        if not any(field.strip() for field in fields):
            continue
        if len(fields) > len(header):
            yield number, {"": f"has {len(fields)} fields where the header has {len(header)}; is a quote missing?"}
            continue
        yield number, dict(zip(header, fields, strict=False))


def rejects_csv(rejected: list[Rejected]) -> str:
    """The rejected rows as CSV: row number and reason."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["row", "why"])
    writer.writerows([each.row, escape_formula(each.why)] for each in rejected)
    return out.getvalue()


def escape_formula(words: str) -> str:
    """Words that a spreadsheet would run as a formula, made into text (OWASP ASVS 1.2.10)."""
    return f"'{words}" if words[:1] in "=+-@\t\r\0＝＋－＠" and words else words
