"""What an import tells of single rows: those that were not read, kept as a file to be mended, and what was left out."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from service.planning.files.rejects import RejectsFile
from service.planning.files.sheet import Sheet
from service.planning.importing import Imported
from service.planning.uploads import KEPT_FOR
from service.store import Session
from service.store.queries import imports, uploads
from service.store.queries.imports import KeptImport

# How many of each list a page shows; the file holds every row that was not read.
SHOWN = 200
REJECTS = "rejects"


@dataclass(frozen=True, slots=True)
class Told:
    """A row, and what is to be said of it."""

    row: int
    words: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The first rows of each list; `file` holds those that were not read."""

    file: UUID | None = None
    rejected: Sequence[Told] = ()
    left_out: Sequence[Told] = ()


def keep_told(session: Session, done: KeptImport, part: Imported, sheet: Sheet, *, now: datetime) -> None:
    """Keep what a part of a file came to, in the transaction that brings it in."""
    if not part.rejected and not part.left_out:
        return
    kept = imports.one(session, done.id)
    file = kept.rejects_id if kept else None
    facts = uploads.held_facts(session, file) if file else None
    out = io.BytesIO()
    # Whoever was forgotten meanwhile had the list thrown away: it begins anew.
    table = RejectsFile(out, sheet, goes_on=facts is not None)
    for each in part.rejected:
        table.write(each)
    if file is None or facts is None:
        file, facts = uuid4(), {"kind": REJECTS}
        name, until = f"rejects of {done.name}"[:200], now + KEPT_FOR
        uploads.add(
            session, file, manager_id=done.manager_id, name=name, size=0, facts=facts, now=now, expires_at=until
        )
        imports.change(session, done.id, {"rejects_id": file})
    rejected = [(each.row, each.why) for each in part.rejected]
    left_out = [(each.row, each.what) for each in part.left_out]
    longer = {"rejected": _longer(facts, "rejected", rejected), "left_out": _longer(facts, "left_out", left_out)}
    uploads.go_on(session, file, content=out.getvalue(), facts={**facts, **longer})


def report_of(session: Session, done: KeptImport, *, now: datetime) -> ImportReport:
    """What there is to be said of single rows, for as long as it is kept."""
    file = done.rejects_id
    kept = uploads.one(session, file, manager_id=done.manager_id, now=now) if file else None
    if kept is None:
        return ImportReport()
    lists = ([Told(row, words) for row, words in json.loads(kept.facts.get(name, "[]"))] for name in _LISTS)
    rejected, left_out = lists
    return ImportReport(kept.id, rejected, left_out)


_LISTS = ("rejected", "left_out")


def _longer(facts: dict[str, str], name: str, more: Sequence[tuple[int, str]]) -> str:
    return json.dumps((json.loads(facts.get(name, "[]")) + [list(each) for each in more])[:SHOWN])
