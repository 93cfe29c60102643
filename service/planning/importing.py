"""Bring supporters in from a CSV file: every row that can be read, and for every other its number and why."""

import csv
import io
import re
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import available_timezones

from service.consenting.addresses import BadAddress, normalise_email, normalise_phone
from service.consenting.consent import AddressKey
from service.consenting.countries import AT_HOME, Countries, why_not
from service.domain.channel import Channel
from service.planning.csv_rows import NumberedRow, read_chunks
from service.store import Session
from service.store.queries import supporters_import
from service.store.queries.asking import countries_of
from service.store.queries.supporters_import import ImportRow
from service.store.races import once_more

# Chunks of a file under way at once.
_AT_ONCE = 3
_YES = frozenset({"yes", "y", "true", "1", "x"})
# What nearly every row looks like; anything else is read by the slower, more exact libraries.
_PLAIN_EMAIL = re.compile(r"[a-z0-9][a-z0-9._%+-]{0,63}(?<!\.)@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}")
_ZONES = available_timezones()
_PLAIN_UK_MOBILE = re.compile(r"\+447[1-57-9]\d{8}")
_NATIONAL_UK_MOBILE = re.compile(r"07[1-57-9]\d{8}")
_LOCALE = re.compile(r"[a-z]{2,3}(?:[-_][a-z0-9]{2,8})*", re.IGNORECASE)


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

    def add(self, part: "Imported") -> None:
        """Take in what a part of the file came to."""
        self.rows += part.rows
        self.new += part.new
        self.known += part.known
        self.permitted += part.permitted
        self.without_consent += part.without_consent
        self.suppressed += part.suppressed
        self.rejected += part.rejected


def import_file(
    path: Path, bring_in: Callable[[list[NumberedRow], Imported], None], told: Callable[[Imported], None]
) -> Imported:
    """Bring a whole file in, two chunks at a time: while one is being read, the database works on another.

    `bring_in` takes one chunk through a transaction of its own, from whichever thread; `told` hears of the progress.
    """
    done = Imported()
    under_way: deque[Future[Imported]] = deque()

    def one(chunk: list[NumberedRow]) -> Imported:
        parts: list[Imported] = []

        def bring() -> None:
            part = Imported()
            bring_in(chunk, part)
            parts.append(part)

        # Two chunks with the same people in them may lock each other out; one is then run again.
        once_more(bring)
        return parts[-1]

    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="import") as pool:
        for chunk in read_chunks(path):
            under_way.append(pool.submit(one, chunk))
            if len(under_way) > _AT_ONCE:
                done.add(under_way.popleft().result())
                told(done)
        while under_way:
            done.add(under_way.popleft().result())
            told(done)
    return done


def import_chunk(
    session: Session,
    chunk: list[tuple[int, dict[str, str]]],
    done: Imported,
    *,
    campaign_id: int,
    key: AddressKey,
    source: str,
    now: datetime,
    countries: Countries = AT_HOME,
) -> None:
    """Bring one chunk in, adding to `done`. Rows are matched to supporters by their addresses, in one spelling."""
    rows: list[ImportRow] = []
    seen: set[str] = set()
    home = countries.for_campaign(countries_of(session, campaign_id))
    for number, typed in chunk:
        done.rows += 1
        if "" in typed:
            done.rejected.append(Rejected(number, typed[""]))
            continue
        try:
            row = _read(typed, number, key=key, source=source, now=now)
            _check_country(row, home)
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
    left_out = {*counts.clashes, *counts.forgotten}
    done.without_consent += sum(1 for row in rows if not row.consents and row.number not in left_out)
    why = "its email and its mobile belong to two different supporters"
    done.rejected += [Rejected(number, why) for number in counts.clashes]
    done.rejected += [Rejected(number, "asked to be forgotten") for number in counts.forgotten]
    done.rejected.sort(key=lambda each: each.row)


class _BadRow(Exception):
    pass


def _check_country(row: ImportRow, home: frozenset[str]) -> None:
    """A number elsewhere may be kept beside an address, but nobody may be promised texts to it."""
    if row.phone and Channel.SMS in row.consents and (why := why_not(row.phone, home)):
        raise _BadRow(f"phone: {why}; leave consent_sms empty to keep them by email")


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
        locale=_locale(typed.get("locale", "")),
        time_zone=_time_zone(typed.get("time_zone", "")),
        source=(typed.get("source", "").strip() or source)[:60],
        consents=consents,
        wording=typed.get("consent_wording", "").strip(),
        consent_at=_moment(typed.get("consent_at", ""), now=now) if consents else now,
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
    if _NATIONAL_UK_MOBILE.fullmatch(text):
        return f"+44{text[1:]}"
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


def _moment(typed: str, *, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(typed.strip())
    except ValueError:
        raise _BadRow(f"consent_at: {typed.strip()[:40]!r} is no date; write it like 2026-10-01T12:00+00:00") from None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if aware > now:
        raise _BadRow("consent_at: lies in the future")
    return aware


def _locale(typed: str) -> str:
    locale = typed.strip()
    if locale and not _LOCALE.fullmatch(locale):
        raise _BadRow(f"locale: {locale[:20]!r} is no language; write it like en or az")
    return locale or "en"


def _time_zone(typed: str) -> str:
    zone = typed.strip()
    # Quiet hours are judged by it, so a zone nobody knows would wake people up.
    if zone and zone not in _ZONES:
        raise _BadRow(f"time_zone: there is no zone {zone[:40]!r}; write it like Europe/London")
    return zone or "Europe/London"


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
