"""Questions of recovering texts: how far the provider's list has been read, and what could not be received."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from service.store import Session
from service.store.tables.listening import FailedText


@dataclass(frozen=True, slots=True)
class CatchUp:
    """A reading of the list under way: begun when, of what came in since when, and which page is next."""

    began_at: datetime
    since: datetime
    page: str


_BEGIN = text("""
    UPDATE house SET
        inbound_page = CASE WHEN inbound_began_at IS NULL THEN '' ELSE inbound_page END,
        inbound_from = CASE WHEN inbound_began_at IS NULL THEN coalesce(inbound_seen_at, clock_timestamp()) - :overlap
            ELSE inbound_from END,
        inbound_began_at = coalesce(inbound_began_at, clock_timestamp()),
        inbound_first_at = coalesce(inbound_first_at, clock_timestamp())
    WHERE id = 1 RETURNING inbound_began_at, inbound_from, inbound_page
""")


def begin(session: Session, *, overlap: timedelta) -> CatchUp:
    """Go on with the reading under way, or begin one from a little before the last whole one."""
    row = session.execute(_BEGIN, {"overlap": overlap}).one()
    return CatchUp(row.inbound_began_at, row.inbound_from, row.inbound_page)


_NOTE = text("UPDATE house SET inbound_page = :page WHERE id = 1 AND inbound_began_at = :began_at")


def note_page(session: Session, reading: CatchUp, *, page: str) -> None:
    """This reading goes on from here, whoever goes on with it."""
    session.execute(_NOTE, {"page": page, "began_at": reading.began_at})


_FINISH = text("""
    UPDATE house SET inbound_seen_at = greatest(inbound_seen_at, :began_at), inbound_began_at = NULL,
        inbound_from = NULL, inbound_page = ''
    WHERE id = 1 AND inbound_began_at = :began_at
""")


def finish(session: Session, reading: CatchUp) -> None:
    """The list has been read whole, as it was when this reading began."""
    session.execute(_FINISH, {"began_at": reading.began_at})


def note_failed(session: Session, provider_ref: str, *, received_at: datetime, why: str, now: datetime) -> None:
    """A text could not be received; what it says stays with the provider."""
    row = upsert(FailedText).values(provider_ref=provider_ref, received_at=received_at, failed_at=now, why=why)
    again = {"failed_at": now, "why": why, "fail_count": FailedText.fail_count + 1}
    session.execute(row.on_conflict_do_update(constraint="pk_failed_texts", set_=again))


def forget_failed(session: Session, provider_refs: frozenset[str]) -> None:
    """These were received after all."""
    if provider_refs:
        session.execute(delete(FailedText).where(FailedText.provider_ref == func.any(list(provider_refs))))


_HEALTH = text("""
    SELECT extract(epoch FROM clock_timestamp() - coalesce(inbound_seen_at, inbound_first_at)) AS seconds_behind,
        (SELECT count(*) FROM failed_texts WHERE failed_at > clock_timestamp() - interval '7 days') AS failed
    FROM house WHERE id = 1
""")


@dataclass(frozen=True, slots=True)
class CatchUpHealth:
    """Seconds since the last whole reading of the list began; None where it was never asked. How many texts failed."""

    seconds_behind: float | None
    failed: int


def health(session: Session) -> CatchUpHealth:
    """Whether missed texts are being recovered."""
    row = session.execute(_HEALTH).one_or_none()
    if row is None:
        return CatchUpHealth(None, 0)
    return CatchUpHealth(None if row.seconds_behind is None else float(row.seconds_behind), int(row.failed))


def failed_refs(session: Session, *, limit: int) -> list[str]:
    """The provider's names of the texts that could not be received, the newest first."""
    newest = select(FailedText.provider_ref).order_by(FailedText.failed_at.desc()).limit(limit)
    return list(session.scalars(newest))
