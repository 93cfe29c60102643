"""Keys under which something was made: taken, asked for, let go."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from service.store import Session
from service.store.tables.idempotency import IdempotencyKey


@dataclass(frozen=True, slots=True)
class Taken:
    """What a key was used for before."""

    kind: str
    asked: bytes
    made: int


def take(session: Session, key: str, *, kind: str, asked: bytes, now: datetime) -> Taken | None:
    """Take a key; what it was used for where it is taken already. One being taken elsewhere is waited for."""
    values = {"key": key, "kind": kind, "asked": asked, "made": 0, "created_at": now}
    taking = insert(IdempotencyKey).values(**values).on_conflict_do_nothing(index_elements=[IdempotencyKey.key])
    if session.scalars(taking.returning(IdempotencyKey.key)).one_or_none() is not None:
        return None
    found = select(IdempotencyKey.kind, IdempotencyKey.asked, IdempotencyKey.made).where(IdempotencyKey.key == key)
    row = session.execute(found).one()
    return Taken(row.kind, row.asked, row.made)


def made_under(session: Session, key: str, *, kind: str) -> int | None:
    """The id of what was made under a key (pk_idempotency_keys)."""
    found = select(IdempotencyKey.made).where(IdempotencyKey.key == key, IdempotencyKey.kind == kind)
    return session.scalar(found)


def keep(session: Session, key: str, made: int) -> None:
    """Say what was made under a key taken in this transaction."""
    session.execute(update(IdempotencyKey).where(IdempotencyKey.key == key).values(made=made))


def forget_before(session: Session, moment: datetime, *, limit: int = 100) -> int:
    """Let go of some keys older than this; how many (ix_idempotency_keys_created_at)."""
    old = (
        select(IdempotencyKey.key)
        .where(IdempotencyKey.created_at < moment)
        .order_by(IdempotencyKey.created_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    gone = delete(IdempotencyKey).where(IdempotencyKey.key.in_(old)).returning(IdempotencyKey.key)
    return len(session.scalars(gone).all())
