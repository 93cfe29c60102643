"""Files kept between two steps of a manager: in the database, so that any web process has them; for a day at most."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import UUID, uuid4

from service.store import Session
from service.store.queries import uploads
from service.store.queries.uploads import Kept

KEPT_FOR = timedelta(hours=24)
_PIECE = 512 * 1024


def keep_file(
    session: Session, file: BinaryIO, *, manager_id: int, name: str, facts: Mapping[str, str], now: datetime
) -> UUID:
    """Keep a file for its manager; those whose time is over are let go at the same time."""
    uploads.forget_expired(session, now=now)
    upload_id = uuid4()
    size = file.seek(0, 2)
    file.seek(0)
    expires_at = now + KEPT_FOR
    uploads.add(
        session,
        upload_id,
        manager_id=manager_id,
        name=name[:200],
        size=size,
        facts=facts,
        now=now,
        expires_at=expires_at,
    )
    number = 0
    while content := file.read(_PIECE):
        uploads.add_piece(session, upload_id, number=number, content=content)
        number += 1
    return upload_id


def find_file(session: Session, upload_id: UUID, *, manager_id: int, now: datetime) -> Kept | None:
    """A manager's own file, unless it has expired."""
    return uploads.one(session, upload_id, manager_id=manager_id, now=now)


def write_file(session: Session, upload_id: UUID, path: Path) -> None:
    """The file, written where it can be read."""
    with path.open("wb") as out:
        for piece in uploads.pieces(session, upload_id):
            out.write(piece)


def file_pieces(session: Session, upload_id: UUID) -> Iterable[bytes]:
    """The file's content, piece by piece."""
    return uploads.pieces(session, upload_id)


def forget_file(session: Session, upload_id: UUID) -> None:
    """Let a file go."""
    uploads.forget(session, upload_id)
