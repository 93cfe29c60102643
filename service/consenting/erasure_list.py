"""A list of who was forgotten that lies outside the database, so that it outlives a restore of it: hashes, no names.

Any backup of the database is older than the newest lines of this file. Whoever restores one has everybody forgotten
again who is on the list and not in it (service/consenting/erase_again.py). While the database is held nothing is written
here: a list made from a restored database would lack whom the restore brought back.
"""

import logging
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from service.domain.channel import Channel
from service.store import Session
from service.store.queries import erasures, holds
from service.store.queries.holds import Hold
from service.store.queries.house import database_now
from service.store.tables.people import Erasure

log = logging.getLogger(__name__)

FILE = "erased"
_TITLE = "# Who was forgotten, by keyed hash."
_HEADER = f"{_TITLE} Keep it apart from backups of the database: hold release reads it.\n"
_HASH = "(?:email|sms):[0-9a-f]{32}"
# Of a database that no tick has seen yet.
_NOWHERE = "-"
# The end mark tells a whole line from one that was cut short.
_LINE = re.compile(rf"(\d{{1,9}}) (\d{{1,18}}) ([0-9a-f-]{{36}}) (\S{{20,40}}) ((?:{_HASH}(?:,{_HASH})*)?) end")
_MARK = re.compile(r"# from (\S{20,40}) on: epoch (\d{1,9}) in (\S{1,60}) end")


class NoList(Exception):
    """A file that was given as a list of erasures is none, or cannot be the one that is wanted; the message says why."""


@dataclass(frozen=True, slots=True)
class ListedErasure:
    """One line: the number of the certificate, when, and the keyed hashes of the addresses."""

    ref: UUID
    at: datetime
    hashes: Sequence[tuple[Channel, bytes]]


@dataclass(frozen=True, slots=True)
class Kept:
    """A list as it was read: its erasings, and from when on it was kept of which database clusters."""

    erased: Sequence[ListedErasure]
    marks: Sequence[tuple[datetime, str]]

    def began_after(self, moment: datetime) -> bool:
        """Whether nothing of it was written before."""
        return bool(self.marks) and self.marks[0][0] >= moment

    def is_of(self, cluster: str) -> bool:
        """Whether it was ever kept of a cluster, whatever its timeline was."""
        return _server(cluster) in {_server(each) for _, each in self.marks}


def _server(cluster: str) -> str:
    return cluster.partition(":")[0]


class ErasureList:
    """The file, added to by the ticker: a second after an erasing committed it is on the disk."""

    def __init__(self, home: Path) -> None:
        self.path = home / FILE
        self._of, self._last_id = (0, ""), 0
        self._is_read = self._cannot = False

    def catch_up_if_possible(self, session: Session) -> None:
        """Add what is missing; where the file cannot be written that is said once, and everything else goes on."""
        try:
            self.catch_up(session)
        except OSError as cannot:
            if not self._cannot:
                log.error("the list of erasures cannot be written", extra={"why": cannot.strerror})
            self._cannot = True
        else:
            self._cannot = False

    def catch_up(self, session: Session) -> int:
        """Add the erasings that are not in it yet; how many. The file is there afterwards, even if there are none.

        Nothing is written while the database is held, or is somewhere else than it was.
        """
        stands = holds.hold(session)
        if not stands.is_free:
            return 0
        if not self._is_read or not self.path.exists():
            self._begin()
        here = stands.epoch, stands.cluster or _NOWHERE
        if here != self._of:
            # The database was restored, and its ids may begin anew: what is in it twice does no harm.
            self._write([mark(database_now(session), stands)])
            self._of, self._last_id = here, 0
        found = erasures.after(session, self._last_id)
        if found:
            self._write(lines_of(found, epoch=stands.epoch))
            self._last_id = found[-1].id
        return len(found)

    def _begin(self) -> None:
        """Go on after the last whole line of the file."""
        self._of, self._last_id = (0, ""), 0
        if not self.path.exists():
            self._write([_HEADER])
        for line in self.path.read_text("utf-8", errors="replace").splitlines():
            if read := _MARK.fullmatch(line):
                self._of, self._last_id = (int(read[2]), read[3]), 0
            elif read := _LINE.fullmatch(line):
                self._last_id = int(read[2])
        self._is_read = True

    def _write(self, lines: Iterable[str]) -> None:
        """Append, readable by its owner alone, and wait for the disk: it is there for when the database is not."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            size = os.fstat(file).st_size
            # A line that was cut short by a crash is not made part of the next one.
            cut = b"\n" if size and os.pread(file, 1, size - 1) != b"\n" else b""
            left = cut + "".join(lines).encode()
            while left:
                left = left[os.write(file, left) :]
            os.fsync(file)
        finally:
            os.close(file)


def heading(now: datetime, stands: Hold) -> list[str]:
    """The first lines of a list: what it is, and from when on it was kept of which database."""
    return [_HEADER, mark(now, stands)]


def mark(now: datetime, stands: Hold) -> str:
    """From when on the lines that follow were kept of which database."""
    return f"# from {now.isoformat()} on: epoch {stands.epoch} in {stands.cluster or _NOWHERE} end\n"


def lines_of(rows: Iterable[Erasure], *, epoch: int) -> Iterator[str]:
    """Erasings as lines of the file."""
    return (f"{epoch} {row.id} {row.ref} {row.at.isoformat()} {','.join(row.hashes)} end\n" for row in rows)


def lists_for(stands: Hold, given: Sequence[Path], own: Path) -> list[Kept]:
    """The lists that know who was erased before a hold began. Raises NoList for one that was given and does not, OSError.

    The one that the ticker keeps here by itself is taken only where it was kept of the database as it was: that of a new
    machine knows nothing of whom a restore brought back.
    """
    found = [_given(stands, path) for path in given]
    try:
        kept = read_list(own)
    except (NoList, FileNotFoundError):
        return found
    if stands.cluster and kept.is_of(stands.cluster) and not _began_too_late(stands, kept):
        found.append(kept)
    return found


def _given(stands: Hold, path: Path) -> Kept:
    kept = read_list(path)
    if _began_too_late(stands, kept):
        raise NoList(
            f"{path} was begun after the hold, so it does not know who was erased before; give the list that was kept "
            "before the restore"
        )
    return kept


def _began_too_late(stands: Hold, kept: Kept) -> bool:
    return stands.held_at is not None and kept.began_after(stands.held_at)


def read_list(path: Path) -> Kept:
    """Every erasing of a file, once. Raises OSError, or NoList; lines that were cut short are passed over."""
    found: dict[UUID, ListedErasure] = {}
    marks: list[tuple[datetime, str]] = []
    with path.open(encoding="utf-8", errors="replace") as lines:
        if not next(lines, "").startswith(_TITLE):
            raise NoList(
                f"{path} is no list of erasures: its first line does not begin with {_TITLE!r}; give the file `erased` "
                "of TOUCHLINE_HOME, or what `touchline erasures export` wrote"
            )
        for line in lines:
            if read := _MARK.fullmatch(line.strip()):
                marks.append((datetime.fromisoformat(read[1]), read[3]))
            elif read := _LINE.fullmatch(line.strip()):
                found[UUID(read[3])] = _listed(read)
    return Kept(list(found.values()), marks)


def _listed(read: re.Match[str]) -> ListedErasure:
    hashes = [each.partition(":") for each in read[5].split(",") if each]
    kept = [(Channel(channel), bytes.fromhex(told)) for channel, _, told in hashes]
    return ListedErasure(UUID(read[3]), datetime.fromisoformat(read[4]), kept)
