"""Questions about managers' passkeys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update

from service.store import Session
from service.store.tables.manager import ManagerPasskey


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A key that a device has just made."""

    manager_id: int
    credential_id: bytes
    public_key: bytes
    sign_count: int
    name: str
    asked_at: datetime


def add(session: Session, made: NewPasskey, *, now: datetime) -> int:
    """Keep a new key; its id."""
    values = {
        "manager_id": made.manager_id,
        "credential_id": made.credential_id,
        "public_key": made.public_key,
        "sign_count": made.sign_count,
        "name": made.name,
        "asked_at": made.asked_at,
    }
    added = insert(ManagerPasskey).values(**values, created_at=now)
    return session.scalars(added.returning(ManagerPasskey.id)).one()


def of_manager(session: Session, manager_id: int) -> Sequence[ManagerPasskey]:
    """A manager's keys, the oldest first (ix_manager_passkeys_manager_id)."""
    asked = select(ManagerPasskey).where(ManagerPasskey.manager_id == manager_id)
    return session.scalars(asked.order_by(ManagerPasskey.id)).all()


def count_of(session: Session, manager_id: int) -> int:
    """How many keys a manager has."""
    return session.scalar(select(func.count()).where(ManagerPasskey.manager_id == manager_id)) or 0


def by_credential(session: Session, credential_id: bytes) -> ManagerPasskey | None:
    """The key a device names (uq_manager_passkeys_credential_id); held until the transaction ends."""
    asked = select(ManagerPasskey).where(ManagerPasskey.credential_id == credential_id)
    return session.scalars(asked.with_for_update()).one_or_none()


def use(session: Session, passkey_id: int, *, sign_count: int, asked_at: datetime, now: datetime) -> bool:
    """Note that a key answered; False where it answered this challenge, or a later one, before."""
    used = update(ManagerPasskey).where(ManagerPasskey.id == passkey_id, ManagerPasskey.asked_at < asked_at)
    done = used.values(sign_count=sign_count, asked_at=asked_at, used_at=now)
    return session.scalar(done.returning(ManagerPasskey.id)) is not None


def remove(session: Session, manager_id: int, passkey_id: int) -> bool:
    """Take one of a manager's keys away; False where it is not one of theirs."""
    removed = delete(ManagerPasskey).where(ManagerPasskey.id == passkey_id, ManagerPasskey.manager_id == manager_id)
    return session.scalar(removed.returning(ManagerPasskey.id)) is not None


def forget_all(session: Session, manager_id: int) -> None:
    """No key of this manager's signs in any more."""
    session.execute(delete(ManagerPasskey).where(ManagerPasskey.manager_id == manager_id))
