"""Bring supporters in from a file: every row that can be read, and for every other where it stands and why."""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.exc import DataError, IntegrityError

from service.consenting.consent import AddressKey
from service.consenting.countries import AT_HOME, Countries, why_not
from service.domain.channel import Channel
from service.planning.files.cells import BadCell
from service.planning.files.people import read_person
from service.planning.files.reading import Reading
from service.planning.files.sheet import Sheet, SheetRow
from service.store import Session
from service.store.queries import supporters_import
from service.store.queries.asking import countries_of
from service.store.queries.leaving import Leaving
from service.store.queries.supporters_import import ImportCounts, ImportRow
from service.store.races import once_more

# Chunks of a file under way at once.
_AT_ONCE = 3
# How many of each list are kept to be shown; all of them go to whoever asked to hear of each.
KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that could not be brought in, as it came. `row` counts as a spreadsheet does, `line` as a text editor."""

    row: int
    why: str
    line: int = 0
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something of a row that was not taken, though the person was."""

    row: int
    what: str


@dataclass(slots=True)
class Imported:
    """What an import came to. `without_consent`: brought in, but with no proof of consent nothing is sent to them.

    `suppressed`: consents not given, for they have left; `left`: addresses the file says must be left alone.
    `rejected` and `left_out` hold the first thousand of `rejected_count` and `left_out_count`.
    """

    rows: int = 0
    new: int = 0
    known: int = 0
    permitted: int = 0
    without_consent: int = 0
    suppressed: int = 0
    left: int = 0
    rejected_count: int = 0
    left_out_count: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    def add(self, part: "Imported", *, keep: int | None = None) -> None:
        """Take in what a part of the file came to, and its lists as far as that many are kept."""
        for name in NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(part, name))
        self.rejected += part.rejected[: None if keep is None else max(0, keep - len(self.rejected))]
        self.left_out += part.left_out[: None if keep is None else max(0, keep - len(self.left_out))]

    def numbers(self) -> dict[str, int]:
        """The counts by name."""
        return {name: getattr(self, name) for name in NUMBERS}


NUMBERS = (
    *("rows", "new", "known", "permitted", "without_consent", "suppressed", "left", "rejected_count"),
    "left_out_count",
)


def import_file(
    sheet: Sheet,
    bring_in: Callable[[list[SheetRow], Imported], None],
    told: Callable[[Imported, Imported], None],
    *,
    at_once: int = _AT_ONCE,
    chunk_size: int = 10_000,
    rows: Iterable[list[SheetRow]] | None = None,
) -> Imported:
    """Bring a whole file in, some chunks at a time: while one is being read, the database works on another.

    `bring_in` takes one chunk through a transaction of its own, from whichever thread; `told` hears of each part in
    the file's order, and of all so far.
    """
    done = Imported()
    under_way: deque[Future[Imported]] = deque()

    def finish() -> None:
        part = under_way.popleft().result()
        done.add(part, keep=KEPT)
        told(part, done)

    with ThreadPoolExecutor(at_once, thread_name_prefix="import") as pool:
        for chunk in rows if rows is not None else sheet.chunks(chunk_size):
            under_way.append(pool.submit(_bring_chunk, chunk, bring_in))
            if len(under_way) > at_once:
                finish()
        while under_way:
            finish()
    return done


def _bring_chunk(chunk: list[SheetRow], bring_in: Callable[[list[SheetRow], Imported], None]) -> Imported:
    """One chunk; where the database will not take it, its halves, down to the one row it will not take."""
    parts: list[Imported] = []

    def bring() -> None:
        part = Imported()
        bring_in(chunk, part)
        parts.append(part)

    try:
        # Two chunks with the same people in them may lock each other out; one is then run again.
        once_more(bring)
    except (DataError, IntegrityError):
        if len(chunk) == 1:
            row = chunk[0]
            why = "the database would not take it"
            return Imported(rows=1, rejected_count=1, rejected=[Rejected(row.number, why, row.line, row.cells)])
        half = len(chunk) // 2
        whole = _bring_chunk(chunk[:half], bring_in)
        whole.add(_bring_chunk(chunk[half:], bring_in))
        return whole
    return parts[-1]


def import_rows(
    session: Session,
    chunk: Sequence[SheetRow],
    done: Imported,
    *,
    campaign_id: int,
    reading: Reading,
    for_real: bool = True,
) -> None:
    """Bring one chunk in, adding to `done`. Rows are matched to supporters by their addresses, in one spelling."""
    by_number = {row.number: row for row in chunk}
    home = reading.countries.for_campaign(countries_of(session, campaign_id))
    read = _read(chunk, reading, home)
    counts = supporters_import.bring_in(
        session, read.rows, read.leaving, campaign_id=campaign_id, now=reading.now, for_real=for_real
    )
    read.note(counts)
    absent = {number for number, _ in read.rejected}
    part = Imported(
        rows=len(chunk),
        new=counts.new,
        known=counts.known,
        permitted=counts.permitted,
        suppressed=counts.suppressed,
        left=counts.left,
        without_consent=sum(1 for row in read.rows if not (row.consents or _leaves(row) or row.number in absent)),
        rejected=[
            Rejected(number, why, by_number[number].line, by_number[number].cells)
            for number, why in sorted(read.rejected)
        ],
        left_out=[LeftOut(number, what) for number, what in sorted(read.left_out) if number not in absent],
    )
    part.rejected_count, part.left_out_count = len(part.rejected), len(part.left_out)
    done.add(part)


def import_chunk(
    session: Session,
    chunk: Sequence[tuple[int, Mapping[str, str]]],
    done: Imported,
    *,
    campaign_id: int,
    key: AddressKey,
    source: str,
    now: datetime,
    countries: Countries = AT_HOME,
) -> None:
    """As `import_rows`, for people whose fields are known by name: each with a number of its own."""
    rows = [SheetRow(number, number, typed) for number, typed in chunk]
    import_rows(session, rows, done, campaign_id=campaign_id, reading=Reading(key, source, now, countries=countries))


def _leaves(row: ImportRow) -> bool:
    return bool(row.left_email or row.left_sms)


@dataclass(slots=True)
class _Read:
    """The rows of a chunk that can be brought in, and what is to be said of the others."""

    rows: list[ImportRow] = field(default_factory=list)
    leaving: list[Leaving] = field(default_factory=list)
    rejected: list[tuple[int, str]] = field(default_factory=list)
    left_out: list[tuple[int, str]] = field(default_factory=list)

    def note(self, counts: ImportCounts) -> None:
        """What the database found of them."""
        self.rejected += [(number, "asked to be forgotten") for number in counts.forgotten]
        self.rejected += [(number, "no address of theirs could be kept") for number in counts.nobody]
        self.left_out += [
            (number, f"phone: this mobile is another supporter's (number {who}); left out")
            for number, who in counts.phone_elsewhere
        ]
        self.left_out += [
            (number, "phone: we hold another mobile of theirs, which stays; nobody consented to this one")
            for number in counts.phone_changed
        ]


def _read(chunk: Iterable[SheetRow], reading: Reading, home: Collection[str]) -> _Read:
    """The people of a chunk. Two with one email are one row and a reject; two with one mobile are two people."""
    read = _Read()
    emails: dict[str, int] = {}
    phones: dict[str, int] = {}
    for each in chunk:
        if each.why:
            read.rejected.append((each.number, each.why))
            continue
        try:
            row, left_out = read_person(each.number, each.typed, reading)
        except BadCell as bad:
            read.rejected.append((each.number, str(bad)))
            continue
        read.leaving += _leaving(row)
        if row.email and row.email in emails:
            read.rejected.append((each.number, f"the same address stands in an earlier row ({emails[row.email]})"))
            continue
        if row.phone and row.phone in phones:
            if not row.email:
                read.rejected.append((each.number, f"the same address stands in an earlier row ({phones[row.phone]})"))
                continue
            left_out.append(
                f"phone: this mobile stands in an earlier row ({phones[row.phone]}), and stays theirs; left out"
            )
            row = _without_phone(row)
        if row.phone and _wants_texts(row) and (why := why_not(row.phone, home)):
            left_out.append(f"consent_sms: {why}; kept, and not texted")
            row = _without_texts(row)
        if row.email:
            emails[row.email] = each.number
        if row.phone:
            phones[row.phone] = each.number
        read.rows.append(row)
        read.left_out += [(each.number, what) for what in left_out]
    return read


def _leaving(row: ImportRow) -> list[Leaving]:
    """The addresses of a row that must be left alone, even where the row itself is not taken."""
    sides = (
        (Channel.EMAIL, row.email, row.email_hash, row.left_email),
        (Channel.SMS, row.phone, row.phone_hash, row.left_sms),
    )
    return [
        Leaving(channel, address, hashed, reason, row.source, row.left_at)
        for channel, address, hashed, reason in sides
        if address and hashed and reason
    ]


def _wants_texts(row: ImportRow) -> bool:
    return any(consent.channel is Channel.SMS for consent in row.consents)


def _without_texts(row: ImportRow) -> ImportRow:
    """The row of somebody in a country that nobody may be promised texts to."""
    return replace(row, consents=tuple(each for each in row.consents if each.channel is not Channel.SMS))


def _without_phone(row: ImportRow) -> ImportRow:
    """The row of somebody whose mobile is not theirs alone."""
    return replace(row, phone=None, phone_hash=None, left_sms=None)


def rejects_head(sheet: Sheet) -> list[str]:
    """The headings of a list of rejects: where and why, then the file's own, so that it can be mended and loaded."""
    return ["row", "why", *sheet.header.cells]


def reject_line(each: Rejected) -> list[str]:
    """One row of a list of rejects, its cells as they came."""
    return [str(each.row), each.why, *each.cells]
