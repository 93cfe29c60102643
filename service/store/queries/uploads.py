"""Questions about files that are kept for a while."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update

from service.store import Session
from service.store.tables.upload import Upload, UploadPiece


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that is kept."""

    id: UUID
    name: str
    size: int
    facts: Mapping[str, str]
    expires_at: datetime


def add(
    session: Session,
    upload_id: UUID,
    *,
    manager_id: int,
    name: str,
    size: int,
    facts: Mapping[str, str],
    now: datetime,
    expires_at: datetime,
) -> None:
    """Keep a file's name; its pieces follow."""
    values = {"id": upload_id, "manager_id": manager_id, "name": name, "size": size, "facts": dict(facts)}
    session.execute(insert(Upload).values(**values, created_at=now, expires_at=expires_at))


def add_piece(session: Session, upload_id: UUID, *, number: int, content: bytes) -> None:
    """Keep the next piece of a file."""
    session.execute(insert(UploadPiece).values(upload_id=upload_id, number=number, content=content))


def one(session: Session, upload_id: UUID, *, manager_id: int, now: datetime) -> Kept | None:
    """A manager's own file, unless it has expired (pk_uploads)."""
    question = select(Upload).where(Upload.id == upload_id, Upload.manager_id == manager_id, Upload.expires_at > now)
    row = session.scalars(question).one_or_none()
    return Kept(row.id, row.name, row.size, row.facts, row.expires_at) if row else None


def pieces(session: Session, upload_id: UUID) -> Iterator[bytes]:
    """A file's pieces in order, one at a time (pk_upload_pieces)."""
    number = 0
    question = select(UploadPiece.content).where(UploadPiece.upload_id == upload_id)
    while (content := session.scalar(question.where(UploadPiece.number == number))) is not None:
        yield content
        number += 1


def is_kept(session: Session, upload_id: UUID) -> bool:
    """Whether a file is there still (pk_uploads)."""
    return session.scalar(select(Upload.id).where(Upload.id == upload_id)) is not None


def keep_until(session: Session, upload_id: UUID, expires_at: datetime) -> None:
    """Keep a file until then (pk_uploads)."""
    session.execute(update(Upload).where(Upload.id == upload_id).values(expires_at=expires_at))


def held_facts(session: Session, upload_id: UUID) -> dict[str, str] | None:
    """What is noted of a file, held until the transaction ends; None where it is gone (pk_uploads)."""
    return session.scalar(select(Upload.facts).where(Upload.id == upload_id).with_for_update())


def go_on(session: Session, upload_id: UUID, *, content: bytes, facts: Mapping[str, str]) -> None:
    """Write on in a file that is being made, and note more of it (pk_upload_pieces)."""
    newest = select(func.coalesce(func.max(UploadPiece.number) + 1, 0)).where(UploadPiece.upload_id == upload_id)
    add_piece(session, upload_id, number=session.scalars(newest).one(), content=content)
    longer = update(Upload).where(Upload.id == upload_id)
    session.execute(longer.values(facts=dict(facts), size=Upload.size + len(content)))


def forget(session: Session, upload_id: UUID) -> None:
    """Let a file go, pieces and all."""
    session.execute(delete(Upload).where(Upload.id == upload_id))


def forget_expired(session: Session, *, now: datetime, limit: int = 20) -> int:
    """Let go of files whose time is over; how many (ix_uploads_expires_at)."""
    old = select(Upload.id).where(Upload.expires_at <= now).order_by(Upload.expires_at).limit(limit)
    return len(session.scalars(delete(Upload).where(Upload.id.in_(old)).returning(Upload.id)).all())
