"""Look at a hold and end it: what was under way stays paused, what came due is skipped unless told otherwise."""

from dataclasses import dataclass
from datetime import datetime

from service.store import Session
from service.store.queries import holds
from service.store.queries.house import write_audit


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


def hold_house(session: Session, *, actor: str, reason: str, now: datetime) -> int:
    """Hold the house by hand; the new epoch."""
    epoch = holds.begin_hold(session, reason=reason)
    details = {"reason": reason, "epoch": str(epoch)}
    write_audit(session, at=now, actor=actor, deed="house held", subject="house", details=details)
    return epoch


def release_hold(session: Session, *, actor: str, fire_overdue: bool, now: datetime) -> HoldStatus:
    """Let the house go on; what it found before. Raises NotHeld."""
    status = hold_status(session)
    if status.held_at is None:
        raise NotHeld("the house is not held")
    holds.release(session, fire_overdue=fire_overdue)
    details = {"overdue": "fired" if fire_overdue else "skipped", "epoch": str(status.epoch)}
    write_audit(session, at=now, actor=actor, deed="hold released", subject="house", details=details)
    return status
