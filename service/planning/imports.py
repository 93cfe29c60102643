"""Imports that go on behind the page: begun by a manager, brought in by workers chunk by chunk, and undone."""

import json
import logging
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import sessionmaker

from service import clock
from service.consenting.consent import AddressKey
from service.consenting.countries import Countries
from service.domain.bringing_in import ImportState
from service.planning.files.faults import UnreadableFile
from service.planning.files.reading import Reading
from service.planning.files.sheet import Choices, DateOrder, Sheet, look
from service.planning.import_report import keep_told
from service.planning.importing import CHUNK, Imported, Importing, bring_chunk
from service.planning.uploads import KEPT_FOR, write_file
from service.store import Session
from service.store.queries import imports, uploads
from service.store.queries.house import write_audit
from service.store.queries.imports import KeptImport, NotOurs
from service.store.queries.leaving import AT_ONCE
from service.store.queries.uploads import Kept
from service.store.races import once_more

log = logging.getLogger(__name__)

# How long a file waits for workers that are away.
_WAITS_FOR = timedelta(days=7)
# More than this are not looked at before a page asks whether an import is to be undone.
MOST_COUNTED = 20_000


class ImportRefused(Exception):
    """Why an import cannot be undone, or cannot go on, and what to do."""


def begin_import(
    session: Session,
    file: Kept,
    choices: Choices,
    *,
    campaign_id: int,
    manager_id: int,
    actor: str,
    now: datetime,
) -> int:
    """Have workers bring a file in as it was looked at; its import, the same one however often it is asked for."""
    values = {
        "campaign_id": campaign_id,
        "upload_id": file.id,
        "manager_id": manager_id,
        "name": file.name,
        "source": file.facts.get("source", "import"),
        "choices": _written(choices),
        "created_by": actor,
        "created_at": now,
    }
    return imports.add(session, values, kept_until=now + _WAITS_FOR)


def begin_again(session: Session, import_id: int) -> None:
    """Have an import, or its undoing, that stopped go on where it was. Raises ImportRefused."""
    held = imports.one(session, import_id, hold=True)
    if held is None or held.state is not ImportState.FAILED:
        raise ImportRefused("this import has not stopped; look at its page again")
    if held.undone_at is not None:
        imports.change(session, import_id, {"state": str(ImportState.UNDOING), "why": "", "lease_until": None})
        return
    if held.upload_id is None or not uploads.is_kept(session, held.upload_id):
        raise ImportRefused("its file is not kept any more; bring it again: whoever is known is not added twice")
    imports.change(session, import_id, {"state": str(ImportState.WAITING), "why": "", "finished_at": None})


@dataclass(frozen=True, slots=True)
class UndoSize:
    """What an undoing would do: of how many it takes consents back, of how many added."""

    undoable: int
    added: int
    # So many of those it added were looked at.
    most: int

    @property
    def is_whole(self) -> bool:
        """Whether these are the numbers; else there may be more of both."""
        return self.added < self.most


def undo_size(session: Session, import_id: int, *, most: int = MOST_COUNTED) -> UndoSize:
    """Whom undoing this import would be about, counted as far as is worth counting."""
    undoable = imports.undoable_count(session, import_id, most=most)
    return UndoSize(undoable, imports.added_count(session, import_id, most=most), most)


def begin_undo(session: Session, import_id: int, *, actor: str, now: datetime) -> None:
    """Have workers take back the consents an import gave to people it added who have done nothing since.

    Nobody else is touched. Raises ImportRefused.
    """
    held = imports.one(session, import_id, hold=True)
    if held is None:
        raise ImportRefused("there is no such import")
    if held.state not in {ImportState.DONE, ImportState.FAILED} and not _is_left(session, held):
        raise ImportRefused(_WHY_NOT_UNDONE[held.state])
    undoing = {"state": str(ImportState.UNDOING), "undone_by": actor, "undone_at": now, "undone_through": 0}
    imports.change(session, import_id, undoing)
    write_audit(session, at=now, actor=actor, deed="import undone", subject=f"import {import_id}")


def _is_left(session: Session, held: KeptImport) -> bool:
    """Whether a command brought it in and ended before it was done: there is no file for a worker to go on with."""
    return held.state is ImportState.RUNNING and held.upload_id is None and not imports.is_leased(session, held.id)


_WHY_NOT_UNDONE: Mapping[ImportState, str] = {
    ImportState.WAITING: "this import has not begun; wait until it is done, then undo it",
    ImportState.RUNNING: "this import is still being brought in; wait until it is done, then undo it",
    ImportState.UNDOING: "this import is being undone already",
    ImportState.UNDONE: "this import has been undone already",
}


@dataclass(frozen=True, slots=True)
class ImportDesk:
    """What a worker needs to bring files in."""

    sessions: sessionmaker[Session]
    key: AddressKey
    countries: Countries

    def work(self, *, until: float) -> bool:
        """Bring in, or undo, what waits until the monotonic clock reads `until`; whether there is more to do."""
        while clock.monotonic() < until:
            owner = uuid4()
            with self.sessions.begin() as session:
                claimed = imports.claim(session, owner=owner)
            if claimed is None:
                return False
            self._go_on(claimed, owner, until)
        return True

    def _go_on(self, claimed: KeptImport, owner: UUID, until: float) -> None:
        work = self._undo if claimed.state is ImportState.UNDOING else self._bring
        try:
            work(claimed, owner, until)
        except NotOurs:
            log.info("another worker has this import", extra={"import": claimed.id})
        except UnreadableFile as wrong:
            self._fail(claimed.id, str(wrong))
        except (OperationalError, InterfaceError):
            # The database is away; whoever comes next goes on after the last chunk that was counted.
            raise
        except Exception as wrong:
            # Its page says so, and somebody may have it go on.
            log.exception("an import stopped", extra={"import": claimed.id})
            self._fail(claimed.id, f"it could not go on: {type(wrong).__name__}")
        else:
            with self.sessions.begin() as session:
                imports.let_go(session, claimed.id, owner=owner)

    def _bring(self, claimed: KeptImport, owner: UUID, until: float) -> None:
        if claimed.upload_id is None:
            raise UnreadableFile("the command that brought it in ended before it was done; bring the file again")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "supporters"
            with self.sessions.begin() as session:
                if not uploads.is_kept(session, claimed.upload_id):
                    raise UnreadableFile("its file is not kept any more; bring it again")
                write_file(session, claimed.upload_id, path)
            sheet = look(path, _read(claimed.choices))
            importing = self._importing(claimed, owner, sheet)
            # What was counted is in; the rest of the file is read on.
            rows = islice(sheet.rows(), claimed.rows_done, None)
            while clock.monotonic() < until:
                chunk = list(islice(rows, CHUNK))
                if not chunk:
                    self._finish(claimed)
                    return
                bring_chunk(chunk, importing)

    def _importing(self, claimed: KeptImport, owner: UUID, sheet: Sheet) -> Importing:
        # Whoever goes on reads the rest by the moment it was begun at.
        moment = claimed.created_at
        reading = Reading.of(sheet, key=self.key, source=claimed.source, now=moment, countries=self.countries)

        def count(session: Session, part: Imported) -> None:
            imports.count(session, claimed.id, owner=owner, rows=part.rows, part=json.dumps(part.numbers()))
            keep_told(session, claimed, part, sheet, now=clock.now())

        return Importing(self.sessions.begin, claimed.campaign_id, reading, import_id=claimed.id, count=count)

    def _finish(self, claimed: KeptImport) -> None:
        """Remember what was done, and let the file go; its rejects stay for a day."""
        now = clock.now()
        with self.sessions.begin() as session:
            done = imports.one(session, claimed.id, hold=True)
            if done is None:
                return
            imports.change(session, done.id, {"state": str(ImportState.DONE), "finished_at": now})
            if done.upload_id is not None:
                uploads.forget(session, done.upload_id)
            if done.rejects_id is not None:
                uploads.keep_until(session, done.rejects_id, now + KEPT_FOR)
            write_down(session, done, now=now)

    def _undo(self, claimed: KeptImport, owner: UUID, until: float) -> None:
        while clock.monotonic() < until:
            if not once_more(partial(self._take_back, claimed, owner)):
                with self.sessions.begin() as session:
                    imports.change(session, claimed.id, {"state": str(ImportState.UNDONE)})
                return

    def _take_back(self, claimed: KeptImport, owner: UUID) -> bool:
        source, now = f"import undone: {claimed.source}", clock.now()
        with self.sessions.begin() as session:
            return imports.take_back(session, claimed.id, owner=owner, source=source, now=now, limit=AT_ONCE)

    def _fail(self, import_id: int, why: str) -> None:
        failed = {"state": str(ImportState.FAILED), "why": why, "finished_at": clock.now(), "lease_until": None}
        with self.sessions.begin() as session:
            imports.change(session, import_id, failed)


def write_down(session: Session, done: KeptImport, *, now: datetime) -> None:
    """Write into the audit what an import that is done came to."""
    details = {name: str(count) for name, count in done.counts.items()} | {"import": str(done.id)}
    subject = f"campaign {done.campaign_id}"
    write_audit(session, at=now, actor=done.created_by, deed="supporters imported", subject=subject, details=details)


def _written(choices: Choices) -> dict[str, object]:
    return {
        "encoding": choices.encoding,
        "separator": choices.separator,
        "preset": choices.preset,
        "columns": dict(choices.columns),
        "dates": str(choices.dates or ""),
        "keep_rest": choices.keep_rest,
        "named": choices.named,
    }


def _read(written: Mapping[str, object]) -> Choices:
    words = {name: str(written.get(name) or "") for name in ("encoding", "separator", "preset", "dates")}
    columns = written.get("columns")
    chosen = Choices(
        *(words["encoding"], words["separator"], words["preset"]),
        keep_rest=bool(written.get("keep_rest")),
        named=str(written.get("named") or ""),
    )
    dates = DateOrder(words["dates"]) if words["dates"] else None
    return replace(chosen, columns=dict(columns) if isinstance(columns, dict) else {}, dates=dates)
