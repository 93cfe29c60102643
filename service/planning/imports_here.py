"""Imports that a command brings in itself: leased to it while they go on, counted chunk by chunk, and ended."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from service.domain.bringing_in import ImportState
from service.planning.files.faults import UnreadableFile
from service.planning.importing import Imported
from service.planning.imports import write_down
from service.store import Session
from service.store.queries import imports


@dataclass(frozen=True, slots=True)
class ImportHere:
    """An import under way in this very process."""

    id: int
    owner: UUID

    def count(self, session: Session, part: Imported) -> None:
        """Count a part in the transaction that brings it in, and keep the lease. Raises NotOurs."""
        imports.count(session, self.id, owner=self.owner, rows=part.rows, part=json.dumps(part.numbers()))


def begin_here(session: Session, *, campaign_id: int, name: str, source: str, actor: str, now: datetime) -> ImportHere:
    """Note a file that is brought in by this very process."""
    values = {
        "campaign_id": campaign_id,
        "manager_id": 0,
        "name": name[:200],
        "source": source,
        "counts": Imported().numbers(),
        "created_by": actor,
        "created_at": now,
    }
    owner = uuid4()
    return ImportHere(imports.note(session, values, owner=owner), owner)


def end_here(session: Session, begun: ImportHere, *, now: datetime) -> None:
    """Note that all of a file is in. Raises NotOurs where it stood still for so long that its lease was over."""
    ended = {"state": str(ImportState.DONE), "finished_at": now}
    imports.end_running(session, begun.id, ended, owner=begun.owner)
    held = imports.one(session, begun.id)
    if held is not None:
        write_down(session, held, now=now)


def stop_here(session: Session, begun: ImportHere, wrong: Exception, *, now: datetime) -> None:
    """Note why a file is not brought in any further. Raises NotOurs."""
    why = str(wrong) if isinstance(wrong, UnreadableFile) else f"it could not go on: {type(wrong).__name__}"
    stopped = {"state": str(ImportState.FAILED), "why": why, "finished_at": now}
    imports.end_running(session, begun.id, stopped, owner=begun.owner)
