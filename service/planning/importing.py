"""Bring supporters in from a file: every row that can be read, and for every other where it stands and why."""

import gc
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.exc import DataError, IntegrityError

from service.consenting.consent import AddressKey
from service.consenting.countries import AT_HOME, Countries
from service.planning.files.reading import Reading
from service.planning.files.rejects import Rejected
from service.planning.files.rows import ReadRows, read_rows
from service.planning.files.sheet import Sheet, SheetRow
from service.planning.leaving import Transaction, leave_all_alone
from service.store import Session
from service.store.queries import supporters_import
from service.store.queries.asking import countries_of
from service.store.queries.forget_lock import lock_to_bring_in
from service.store.queries.leaving import leave_alone
from service.store.queries.supporters_import import ImportCounts
from service.store.races import once_more

# Chunks of a file under way at once.
_AT_ONCE = 3
# Whoever asks to be forgotten waits for the chunks under way; this many rows are a few tenths of a second.
CHUNK = 2_500
# As `gc.set_threshold` takes it: a chunk holds some hundred thousand objects.
_COLLECT_AFTER = (100_000, 20, 20)
# How many of each list are kept to be shown; all of them go to whoever asked to hear of each.
KEPT = 1_000


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
    # Of the known, those whom an import had added that was undone since.
    brought_back: int = 0
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
    *("left_out_count", "brought_back"),
)


@dataclass(frozen=True, slots=True)
class Importing:
    """An import of one file: into which campaign, how its rows are read, and the way to the database.

    Each transaction is one of `transaction`, taken from whichever thread; for a dry run it rolls back. `import_id`: what
    it brings is kept under; `count` writes down what a part came to, in the transaction that brings it in.
    """

    transaction: Transaction
    campaign_id: int
    reading: Reading
    for_real: bool = True
    import_id: int | None = None
    count: Callable[[Session, Imported], None] = lambda session, part: None


def import_file(
    sheet: Sheet,
    importing: Importing,
    told: Callable[[Imported, Imported], None],
    *,
    at_once: int = _AT_ONCE,
    chunk_size: int = CHUNK,
    rows: Iterable[list[SheetRow]] | None = None,
) -> Imported:
    """Bring a whole file in, some chunks at a time: while one is being read, the database works on another.

    `told` hears of each part in the file's order, and of all so far.
    """
    done = Imported()
    under_way: deque[Future[Imported]] = deque()

    def finish() -> None:
        part = under_way.popleft().result()
        done.add(part, keep=KEPT)
        told(part, done)

    with ThreadPoolExecutor(at_once, thread_name_prefix="import") as pool:
        for chunk in rows if rows is not None else sheet.chunks(chunk_size):
            under_way.append(pool.submit(bring_chunk, chunk, importing))
            if len(under_way) > at_once:
                finish()
        while under_way:
            finish()
    return done


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Rows make no rings of objects: looking for such among them as often as Python does takes a third of the reading.

    It is so for the whole process: for one that does nothing else meanwhile.
    """
    before = gc.get_threshold()
    gc.set_threshold(*_COLLECT_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def bring_chunk(chunk: Sequence[SheetRow], importing: Importing) -> Imported:
    """One chunk; where the database will not take it, its halves, down to the one row it will not take."""
    parts: list[Imported] = []
    try:
        # Two chunks with the same people in them may lock each other out; one is then run again.
        once_more(lambda: parts.append(_bring_once(chunk, importing)))
    except (DataError, IntegrityError):
        if len(chunk) == 1:
            row = chunk[0]
            why = "the database would not take it"
            refused = Imported(rows=1, rejected_count=1, rejected=[Rejected(row.number, why, row.line, row.cells)])
            with importing.transaction() as session:
                importing.count(session, refused)
            return refused
        half = len(chunk) // 2
        whole = bring_chunk(chunk[:half], importing)
        whole.add(bring_chunk(chunk[half:], importing))
        return whole
    return parts[-1]


def _bring_once(chunk: Sequence[SheetRow], importing: Importing) -> Imported:
    """Whoever has left is left alone first, in transactions of their own: no consent in the same file is let through,
    and the lock that intents wait for is never held while people are brought in."""
    part, campaign_id, reading = Imported(), importing.campaign_id, importing.reading
    if not importing.for_real:
        with importing.transaction() as session:
            import_rows(session, chunk, part, campaign_id=campaign_id, reading=reading, for_real=False)
        return part
    with importing.transaction() as session:
        home = _home(session, reading, campaign_id)
    read = read_rows(chunk, reading, home)
    leave_all_alone(importing.transaction, read.leaving, now=reading.now)
    with importing.transaction() as session:
        counts = supporters_import.bring_in(
            session, read.rows, campaign_id=campaign_id, now=reading.now, import_id=importing.import_id
        )
        part = _told(chunk, read, counts)
        importing.count(session, part)
    return part


def import_rows(
    session: Session,
    chunk: Sequence[SheetRow],
    done: Imported,
    *,
    campaign_id: int,
    reading: Reading,
    for_real: bool = True,
) -> None:
    """Bring a few rows in within one transaction, adding to `done`; a file is brought in by `import_file`.

    Rows are matched to supporters by their addresses, in one spelling.
    """
    read = read_rows(chunk, reading, _home(session, reading, campaign_id))
    if for_real:
        lock_to_bring_in(session)
    if read.leaving:
        leave_alone(session, read.leaving, now=reading.now, for_real=for_real)
    counts = supporters_import.bring_in(session, read.rows, campaign_id=campaign_id, now=reading.now, for_real=for_real)
    done.add(_told(chunk, read, counts))


def _home(session: Session, reading: Reading, campaign_id: int) -> Collection[str]:
    return reading.countries.for_campaign(countries_of(session, campaign_id))


def _told(chunk: Sequence[SheetRow], read: ReadRows, counts: ImportCounts) -> Imported:
    """What a chunk came to."""
    rejected = sorted(read.rejected + _found(chunk, counts), key=lambda each: (each.row, each.line))
    absent = {each.row for each in rejected}
    left_out = [LeftOut(number, what) for number, what in sorted(read.left_out + _not_taken(counts))]
    part = Imported(
        rows=len(chunk),
        new=counts.new,
        known=counts.known,
        brought_back=counts.brought_back,
        permitted=counts.permitted,
        suppressed=counts.suppressed,
        left=len({(each.channel, each.address_hash) for each in read.leaving}),
        without_consent=sum(
            1 for row in read.rows if not (row.consents or row.left_email or row.left_sms or row.number in absent)
        ),
        rejected=rejected,
        left_out=[each for each in left_out if each.row not in absent],
    )
    part.rejected_count, part.left_out_count = len(part.rejected), len(part.left_out)
    return part


def _found(chunk: Sequence[SheetRow], counts: ImportCounts) -> list[Rejected]:
    """The rows the database does not take, and why; of whoever asked to be forgotten nothing but the row's number."""
    nobody, forgotten = frozenset(counts.nobody), frozenset(counts.forgotten)
    if not nobody and not forgotten:
        return []
    return [
        Rejected(row.number, "asked to be forgotten", row.line)
        if row.number in forgotten
        else Rejected(row.number, "no address of theirs could be kept", row.line, row.cells)
        for row in chunk
        if row.number in forgotten or row.number in nobody
    ]


def _not_taken(counts: ImportCounts) -> list[tuple[int, str]]:
    return [
        (number, f"phone: this mobile is another supporter's (number {who}); left out")
        for number, who in counts.phone_elsewhere
    ] + [
        (number, "phone: we hold another mobile of theirs, which stays; nobody consented to this one")
        for number in counts.phone_changed
    ]


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
