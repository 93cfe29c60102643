"""A list of who was forgotten that lies outside the database, so that it outlives a restore of it: hashes, no names.

Any backup of the database is older than the newest lines of this file. Whoever restores one has everybody forgotten
again who is on the list and not in it (service/consenting/erase_again.py).
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
from service.store.tables.people import Erasure

log = logging.getLogger(__name__)

FILE = "erased"
_HEADER = "# Who was forgotten, by keyed hash. Keep it apart from backups of the database: hold release reads it.\n"
_LINE = re.compile(r"(\d{1,9}) (\d{1,18}) ([0-9a-f-]{36}) (\S{20,40}) ((?:(?:email|sms):[0-9a-f]+,?)*)")


@dataclass(frozen=True, slots=True)
class ListedErasure:
    """One line: the number of the certificate, when, and the keyed hashes of the addresses."""

    ref: UUID
    at: datetime
    hashes: Sequence[tuple[Channel, bytes]]


class ErasureList:
    """The file, added to by the ticker: a second after an erasing committed it is on the disk."""

    def __init__(self, home: Path) -> None:
        self.path = home / FILE
        self._epoch, self._last_id = 0, 0
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
        """Add the erasings that are not in it yet; how many. The file is there afterwards, even if there are none."""
        if not self._is_read or not self.path.exists():
            self._begin()
        epoch = holds.hold(session).epoch
        if epoch != self._epoch:
            # The database was restored, and its ids may begin anew: what is in it twice does no harm.
            self._epoch, self._last_id = epoch, 0
        found = erasures.after(session, self._last_id)
        if found:
            self._write(lines_of(found, epoch=epoch))
            self._last_id = found[-1].id
        return len(found)

    def _begin(self) -> None:
        self._epoch, self._last_id = 0, 0
        if not self.path.exists():
            self._write([_HEADER])
        for line in self.path.read_text("utf-8", errors="replace").splitlines():
            if read := _LINE.fullmatch(line):
                epoch, number = int(read[1]), int(read[2])
                self._epoch, self._last_id = epoch, number
        self._is_read = True

    def _write(self, lines: Iterable[str]) -> None:
        """Append, readable by its owner alone, and wait for the disk: it is there for when the database is not."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            size = os.fstat(file).st_size
            # A line that was cut short by a crash is not made part of the next one.
            cut = b"\n" if size and os.pread(file, 1, size - 1) != b"\n" else b""
            os.write(file, cut + "".join(lines).encode())
            os.fsync(file)
        finally:
            os.close(file)


def lines_of(rows: Iterable[Erasure], *, epoch: int) -> Iterator[str]:
    """Erasings as lines of the file."""
    return (f"{epoch} {row.id} {row.ref} {row.at.isoformat()} {','.join(row.hashes)}\n" for row in rows)


def read_list(path: Path) -> list[ListedErasure]:
    """Every erasing of a file, once. Raises OSError; lines that were cut short are passed over."""
    found: dict[UUID, ListedErasure] = {}
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if read := _LINE.fullmatch(line.strip()):
                hashes = [each.partition(":") for each in read[5].split(",") if each]
                kept = [(Channel(channel), bytes.fromhex(told)) for channel, _, told in hashes if len(told) % 2 == 0]
                found[UUID(read[3])] = ListedErasure(UUID(read[3]), datetime.fromisoformat(read[4]), kept)
    return list(found.values())
