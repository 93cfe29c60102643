"""Circuit breakers: a blast that does harm stops by itself, says why, and waits for a manager."""

import logging
from datetime import datetime

from service.domain.breaker import ADVICE, Seen, Tripped, judge
from service.domain.channel import Channel
from service.store import Session
from service.store.queries import blasts_life, breakers
from service.store.queries.breakers import Watched
from service.store.queries.house import write_audit

log = logging.getLogger(__name__)

WATCHMAN = "touchline"


def trip_breakers(session: Session, *, has_second_road: bool, now: datetime) -> int:
    """Pause every blast under way that must stop; how many. Emails whose provider fails take the second road first."""
    paused = 0
    for watched in breakers.watched_blasts(session):
        tripped = judge(watched.seen)
        if tripped is None:
            continue
        is_failing = tripped is Tripped.PROVIDER_FAILING and watched.channel is Channel.EMAIL
        if is_failing and has_second_road and breakers.email_road(session).name == "first":
            _take_second_road(session, watched, now=now)
            continue
        why = f"{_counted(tripped, watched.seen)}: {ADVICE[tripped]}"
        others = breakers.blasts_from_same_sender(session, watched.blast_id) if tripped is Tripped.UNREGISTERED else ()
        paused += sum(_pause(session, one, tripped, why, now=now) for one in (watched.blast_id, *others))
    return paused


def _pause(session: Session, blast_id: int, tripped: Tripped, why: str, *, now: datetime) -> bool:
    if not blasts_life.pause(session, blast_id, reason=why):
        return False
    _write_down(session, f"blast {blast_id}", "blast paused by a breaker", tripped, now=now)
    log.error("blast paused", extra={"blast": blast_id, "why": str(tripped)})
    return True


def _take_second_road(session: Session, watched: Watched, *, now: datetime) -> None:
    reason = f"{_counted(Tripped.PROVIDER_FAILING, watched.seen)}; what is queued takes the second road"
    if breakers.take_road(session, "second", reason=reason):
        _write_down(session, "email", "second road taken", Tripped.PROVIDER_FAILING, now=now)
        log.error("emails take the second road", extra={"blast": watched.blast_id})


def _write_down(session: Session, subject: str, deed: str, tripped: Tripped, *, now: datetime) -> None:
    write_audit(session, at=now, actor=WATCHMAN, deed=deed, subject=subject, details={"why": str(tripped)})


def _counted(tripped: Tripped, seen: Seen) -> str:
    if tripped is Tripped.PROVIDER_FAILING:
        return f"the last {seen.in_doubt_in_a_row} handovers ended in doubt"
    if tripped is Tripped.COMPLAINTS:
        return f"{seen.complaints:,} of {seen.accepted:,} marked it as spam"
    if tripped is Tripped.BOUNCES:
        return f"{seen.bounces:,} of {seen.accepted:,} bounced"
    if tripped is Tripped.FILTERED:
        return f"{seen.filtered:,} of {seen.accepted:,} were filtered by networks"
    if tripped is Tripped.UNREGISTERED:
        return f"{seen.unregistered:,} of {seen.accepted:,} were refused for their sender"
    if tripped is Tripped.SUSPENDED:
        return "a text came back because the account is suspended"
    return "a warning about the account came in"
