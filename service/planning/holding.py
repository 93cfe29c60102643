"""Look at a hold and end it: what was under way stays paused, what came due is skipped unless told otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.store import Session
from service.store.queries import erasures, holds
from service.store.queries.house import write_audit


class NoErasureList(Exception):
    """Nobody can tell who was erased after the backup was made: the list that outlives a restore is not there.

    Give it with --erased FILE (it is the file `erased` in TOUCHLINE_HOME of the ticker that ran before the restore), or
    say --without-erasures.
    """

    def __str__(self) -> str:
        return " ".join((self.__doc__ or "").split())


class NotErasedAgain(Exception):
    """Some people on the list of erasures are not erased in this database yet; nothing is sent before they are."""

    def __str__(self) -> str:
        return self.__doc__ or ""


# What a hold by hand ends with that is no restore: nobody's erasing can have been undone.
_NO_RESTORE = " (no restore)"


class NotHeld(Exception):
    """The house is not held; there is nothing to release."""


@dataclass(frozen=True, slots=True)
class HoldStatus:
    """How the hold stands, and what releasing it would come to."""

    held_at: datetime | None
    reason: str
    epoch: int
    overdue_stages: tuple[str, ...]
    overdue_blasts: tuple[str, ...]
    running_blasts: tuple[str, ...]
    old_notices: int


def hold_status(session: Session) -> HoldStatus:
    """How it stands."""
    found = holds.hold(session)
    waiting = holds.overdue(session) if found.held_at else holds.Overdue((), (), (), 0)
    return HoldStatus(
        found.held_at,
        found.reason,
        found.epoch,
        tuple(waiting.stages),
        tuple(waiting.blasts),
        tuple(waiting.running),
        waiting.notices,
    )


def hold_house(session: Session, *, actor: str, reason: str, now: datetime, is_restore: bool = True) -> int:
    """Hold the house by hand; the new epoch. After one that is no restore the release asks for no list of erasures."""
    reason = reason if is_restore else reason + _NO_RESTORE
    epoch = holds.begin_hold(session, reason=reason)
    details = {"reason": reason, "epoch": str(epoch)}
    write_audit(session, at=now, actor=actor, deed="house held", subject="house", details=details)
    return epoch


def release_hold(
    session: Session,
    *,
    actor: str,
    fire_overdue: bool,
    now: datetime,
    erased: Sequence[UUID] | None = None,
    without_list: bool = False,
) -> HoldStatus:
    """Let the house go on; what it found before. Raises NotHeld, NoErasureList, NotErasedAgain.

    `erased`: the certificates of whoever was erased, as they were kept outside of the database; None where that is not
    known, which nobody passes by unless they say so with `without_list`, or the hold was set as no restore.
    """
    status = hold_status(session)
    if status.held_at is None:
        raise NotHeld("the house is not held")
    needs_list = holds.hold(session).has_moved or not status.reason.endswith(_NO_RESTORE)
    if erased is None and not without_list and needs_list:
        raise NoErasureList
    if erased and len(erasures.known(session, erased)) < len(set(erased)):
        raise NotErasedAgain
    holds.release(session, fire_overdue=fire_overdue)
    details = {"overdue": "fired" if fire_overdue else "skipped", "epoch": str(status.epoch)}
    details["erasures listed"] = "no list" if erased is None else str(len(erased))
    write_audit(session, at=now, actor=actor, deed="hold released", subject="house", details=details)
    return status
