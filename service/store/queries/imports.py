"""Questions about imports that go on behind the page: claimed by one worker at a time, counted chunk by chunk, undone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.domain.bringing_in import AT_WORK, ImportState
from service.store import Session
from service.store.queries.consents import lock_for_opt_out
from service.store.tables.bringing_in import Import
from service.store.tables.upload import Upload

_LEASE_SECONDS = 120


class NotOurs(Exception):
    """Another worker has this import by now; nothing of this chunk is written."""


@dataclass(frozen=True, slots=True)
class KeptImport:
    """An import as it stands."""

    id: int
    campaign_id: int
    upload_id: UUID | None
    rejects_id: UUID | None
    manager_id: int
    name: str
    source: str
    choices: Mapping[str, object]
    state: ImportState
    why: str
    rows_done: int
    counts: Mapping[str, int]
    undone_count: int
    created_by: str
    created_at: datetime
    finished_at: datetime | None
    undone_by: str
    undone_at: datetime | None

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK


def _kept(row: Import) -> KeptImport:
    return KeptImport(
        row.id,
        row.campaign_id,
        row.upload_id,
        row.rejects_id,
        row.manager_id,
        row.name,
        row.source,
        row.choices,
        ImportState(row.state),
        row.why,
        row.rows_done,
        row.counts,
        row.undone_count,
        row.created_by,
        row.created_at,
        row.finished_at,
        row.undone_by,
        row.undone_at,
    )


def add(session: Session, values: Mapping[str, object], *, kept_until: datetime) -> int:
    """Have a file brought in, once (uq_imports_upload_id); its import. The file is kept until then at most."""
    row = upsert(Import).values(**values, state=str(ImportState.WAITING))
    added = session.scalar(row.on_conflict_do_nothing(constraint="uq_imports_upload_id").returning(Import.id))
    if added is None:
        return int(session.scalars(select(Import.id).where(Import.upload_id == values["upload_id"])).one())
    keep = update(Upload).where(Upload.id == values["upload_id"])
    session.execute(keep.values(expires_at=kept_until))
    return int(added)


def note(session: Session, values: Mapping[str, object], *, owner: UUID) -> int:
    """Write an import down that whoever asks brings in themselves, and lease it to them; its id."""
    until = func.clock_timestamp() + timedelta(seconds=_LEASE_SECONDS)
    row = insert(Import).values(**values, state=str(ImportState.RUNNING), lease_owner=owner, lease_until=until)
    return int(session.scalars(row.returning(Import.id)).one())


def of_file(session: Session, upload_id: UUID, *, manager_id: int) -> int | None:
    """The import a manager's file was, or is, brought in by (uq_imports_upload_id)."""
    begun = select(Import.id).where(Import.upload_id == upload_id, Import.manager_id == manager_id)
    return session.scalar(begun)


def one(session: Session, import_id: int, *, hold: bool = False) -> KeptImport | None:
    """An import (pk_imports); `hold` keeps it until the transaction ends."""
    question = select(Import).where(Import.id == import_id).execution_options(populate_existing=True)
    row = session.scalars(question.with_for_update() if hold else question).one_or_none()
    return _kept(row) if row else None


def latest(session: Session, *, limit: int) -> Sequence[KeptImport]:
    """The imports begun last (pk_imports)."""
    return [_kept(row) for row in session.scalars(select(Import).order_by(Import.id.desc()).limit(limit))]


_IS_AT_WORK = text("""
    SELECT EXISTS (SELECT FROM imports WHERE state IN ('waiting', 'running', 'undoing')
                   AND (lease_until IS NULL OR lease_until < clock_timestamp()))
""")


def is_waiting(session: Session) -> bool:
    """Whether an import waits for a worker (ix_imports_at_work)."""
    return bool(session.scalar(_IS_AT_WORK))


_CLAIM = text(f"""
    UPDATE imports SET lease_owner = :owner, lease_until = clock_timestamp() + interval '{_LEASE_SECONDS} seconds',
        state = CASE state WHEN 'waiting' THEN 'running' ELSE state END
    WHERE id = (SELECT id FROM imports WHERE state IN ('waiting', 'running', 'undoing')
                  AND (lease_until IS NULL OR lease_until < clock_timestamp())
                ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id
""")  # noqa: S608 - our own number


def claim(session: Session, *, owner: UUID) -> KeptImport | None:
    """Lease the oldest import that has something to do (ix_imports_at_work)."""
    claimed = session.scalar(_CLAIM, {"owner": owner})
    return one(session, claimed) if claimed is not None else None


_COUNT = text(f"""
    UPDATE imports SET rows_done = rows_done + :rows, lease_until = clock_timestamp() + interval '{_LEASE_SECONDS} seconds',
        counts = (SELECT jsonb_object_agg(key, coalesce((counts->>key)::bigint, 0) + value::bigint)
                  FROM jsonb_each_text(CAST(:part AS jsonb)))
    WHERE id = :id AND lease_owner = :owner AND state = 'running' RETURNING id
""")  # noqa: S608 - our own number


def count(session: Session, import_id: int, *, owner: UUID, rows: int, part: str) -> None:
    """Count a chunk in the transaction that brings it in. Raises NotOurs; then it is not brought in."""
    asked = {"id": import_id, "owner": owner, "rows": rows, "part": part}
    if session.execute(_COUNT, asked).one_or_none() is None:
        raise NotOurs(f"import {import_id}")


def change(session: Session, import_id: int, values: Mapping[str, object]) -> None:
    """Write down what became of an import (pk_imports)."""
    session.execute(update(Import).where(Import.id == import_id).values(**values))


def end_running(session: Session, import_id: int, values: Mapping[str, object], *, owner: UUID) -> None:
    """Write down how an import ended that this owner brings in. Raises NotOurs."""
    mine = update(Import).where(
        Import.id == import_id, Import.lease_owner == owner, Import.state == ImportState.RUNNING
    )
    ended = mine.values(**values, lease_owner=None, lease_until=None)
    if session.scalar(ended.returning(Import.id)) is None:
        raise NotOurs(f"import {import_id}")


def is_leased(session: Session, import_id: int) -> bool:
    """Whether somebody has this import at this moment (pk_imports)."""
    leased = select(Import.id).where(Import.id == import_id, Import.lease_until >= func.clock_timestamp())
    return session.scalar(leased) is not None


def let_go(session: Session, import_id: int, *, owner: UUID) -> None:
    """Give the lease back, so that whoever comes next goes on at once."""
    mine = update(Import).where(Import.id == import_id, Import.lease_owner == owner)
    session.execute(mine.values(lease_owner=None, lease_until=None))


# Whom an import added, who still holds a consent it gave, and of whom nothing else is known: no wish, no signature, no
# text, no click, no form, and no other file's consent, save of one that was undone and of which nothing stands any
# more. Each by the supporter's own index.
_UNDOABLE = """
    s.import_id = :import_id AND s.erased_at IS NULL
    AND EXISTS (SELECT FROM permissions p JOIN consents g ON g.id = p.consent_id
                WHERE p.supporter_id = s.id AND g.import_id = :import_id)
    AND NOT EXISTS (SELECT FROM consents c WHERE c.supporter_id = s.id AND c.import_id IS DISTINCT FROM :import_id
                    AND NOT (EXISTS (SELECT FROM imports m WHERE m.id = c.import_id AND m.state = 'undone')
                             AND NOT EXISTS (SELECT FROM permissions p
                                             WHERE p.supporter_id = s.id AND p.consent_id = c.id)))
    AND NOT EXISTS (SELECT FROM signatures g WHERE g.supporter_id = s.id)
    AND NOT EXISTS (SELECT FROM replies r WHERE r.supporter_id = s.id)
    AND NOT EXISTS (SELECT FROM actions a WHERE a.supporter_id = s.id AND a.kind <> 'imported')
    AND NOT EXISTS (SELECT FROM sign_ups u WHERE u.supporter_id = s.id)
"""
_UNDOABLE_COUNT = text(f"""
    WITH first AS MATERIALIZED (SELECT id FROM supporters WHERE import_id = :import_id ORDER BY id LIMIT :most)
    SELECT count(*) FROM first JOIN supporters s ON s.id = first.id WHERE {_UNDOABLE}
""")  # noqa: S608 - our own words
_ADDED_COUNT = text("SELECT count(*) FROM (SELECT FROM supporters WHERE import_id = :import_id LIMIT :most) AS added")


def undoable_count(session: Session, import_id: int, *, most: int) -> int:
    """Of how many of the first `most` it added an undoing would take consents back (ix_supporters_import_id)."""
    return int(session.scalar(_UNDOABLE_COUNT, {"import_id": import_id, "most": most}) or 0)


def added_count(session: Session, import_id: int, *, most: int) -> int:
    """How many an import added, counted up to `most` (ix_supporters_import_id)."""
    return int(session.scalar(_ADDED_COUNT, {"import_id": import_id, "most": most}) or 0)


# By their key alone: where hardly anybody is left to take back from, no question walks all the rest to find one.
_NEXT = text("SELECT id FROM supporters WHERE import_id = :import_id AND id > :after ORDER BY id LIMIT :limit")
_UNDOABLE_OF = text(f"SELECT s.id FROM supporters s WHERE s.id = ANY(:ids) AND {_UNDOABLE}")  # noqa: S608 - our own words
_TAKE_BACK = text(f"""
    WITH gone AS (
        DELETE FROM permissions p USING supporters s, consents g
        WHERE s.id = ANY(:ids) AND p.supporter_id = s.id AND g.id = p.consent_id AND g.import_id = :import_id AND {_UNDOABLE}
        RETURNING p.campaign_id, p.channel, p.supporter_id, p.address_hash
    ), written AS (
        INSERT INTO consents (campaign_id, channel, act, supporter_id, address_hash, wording, source, at, import_id)
        SELECT campaign_id, channel, 'withdrawn', supporter_id, address_hash, '', :source, :now, :import_id FROM gone
    ), counted AS (
        UPDATE imports SET undone_through = :through, undone_count = undone_count
            + (SELECT count(DISTINCT supporter_id) FROM gone),
            lease_until = clock_timestamp() + interval '{_LEASE_SECONDS} seconds'
        WHERE id = :import_id AND lease_owner = :owner AND state = 'undoing' RETURNING id
    )
    SELECT id FROM counted
""")  # noqa: S608 - our own words


def take_back(session: Session, import_id: int, *, owner: UUID, source: str, now: datetime, limit: int) -> bool:
    """Look at the next so many people an import added, and withdraw the consents of those it is undone for.

    False where nobody is left to look at. They are found before the lock of opt-outs is taken, and looked at again
    under it: whoever did something meanwhile keeps what they have. Raises NotOurs.
    """
    after = session.scalars(select(Import.undone_through).where(Import.id == import_id)).one()
    seen = session.scalars(_NEXT, {"import_id": import_id, "after": after, "limit": limit}).all()
    if not seen:
        return False
    ids = session.scalars(_UNDOABLE_OF, {"import_id": import_id, "ids": list(seen)}).all()
    if ids:
        lock_for_opt_out(session)
    asked = {
        "ids": list(ids),
        "import_id": import_id,
        "source": source,
        "now": now,
        "through": seen[-1],
        "owner": owner,
    }
    if session.execute(_TAKE_BACK, asked).one_or_none() is None:
        raise NotOurs(f"import {import_id}")
    return True
