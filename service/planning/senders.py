"""Senders and roads: how fast each sender may go, and which road emails take."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from service.domain.chain import was_becomes
from service.domain.channel import Channel
from service.domain.lengths import LINE, too_long
from service.domain.sender import Allowance
from service.store import Session
from service.store.queries import breakers, senders
from service.store.queries.breakers import Road
from service.store.queries.house import database_now, write_audit

ROADS = ("first", "second")
_MOST_A_DAY = 1_000_000_000


class SenderRefused(Exception):
    """The limit or the road cannot be set as asked; the message says why."""


@dataclass(frozen=True, slots=True)
class SenderView:
    """A sender: its limits, what it has sent today (UTC), and until when it is held back by its daily limit."""

    channel: Channel
    name: str
    allowance: Allowance
    sent_today: int = 0
    limit_today: int | None = None
    held_until: datetime | None = None


def list_senders(session: Session, numbers: Sequence[str]) -> list[SenderView]:
    """Every sender: those with limits, the campaigns' domains and our numbers."""
    today = database_now(session).astimezone(UTC).date()
    limited = {(row.channel, row.name): row for row in senders.senders(session)}
    known = {*senders.known_senders(session), *((Channel.SMS, number) for number in numbers or ("",)), *limited}
    views = []
    for channel, name in sorted(known):
        row = limited.get((channel, name))
        if row is None:
            views.append(SenderView(channel, name, Allowance()))
            continue
        held = row.held_until if row.held_until is not None and row.held_until > row.now else None
        views.append(SenderView(channel, name, row.allowance, row.sent_on(today), row.allowance.limit_on(today), held))
    return views


def limit_sender(
    session: Session, channel: Channel, name: str, allowance: Allowance, *, actor: str, now: datetime
) -> None:
    """Set a sender's limits; with none at all it goes as fast as it can. Raises SenderRefused."""
    if why := too_long(name, LINE):
        raise SenderRefused(f"no sender has so long a name: {why}")
    if allowance.per_second is not None and not 0 < allowance.per_second <= 100_000:
        raise SenderRefused("a rate is more than nothing and at most 100,000 a second")
    if allowance.per_day is not None and not 0 < allowance.per_day <= _MOST_A_DAY:
        raise SenderRefused(f"a day's limit is at least one message and at most {_MOST_A_DAY:,}")
    known = senders.sender(session, channel, name)
    was = known.allowance if known else Allowance()
    if allowance == Allowance():
        senders.free_sender(session, channel, name)
    else:
        senders.limit_sender(session, channel, name, allowance)
    details = {
        "per_second": was_becomes(_said(was.per_second), _said(allowance.per_second)),
        "per_day": was_becomes(_said(was.per_day), _said(allowance.per_day)),
        "ramp_began_on": was_becomes(_said(was.ramp_began_on), _said(allowance.ramp_began_on)),
    }
    write_audit(
        session, at=now, actor=actor, deed="sender limited", subject=f"{channel} {name}".strip(), details=details
    )


def email_road(session: Session) -> Road:
    """Which road emails take, since when and why."""
    return breakers.email_road(session)


def take_road(session: Session, road: str, *, has_second_road: bool, actor: str, now: datetime) -> None:
    """Have what is queued take another road; what is in doubt stays where it is. Raises SenderRefused."""
    if road not in ROADS:
        raise SenderRefused("the roads are first and second")
    if road == "second" and not has_second_road:
        raise SenderRefused("there is no second road: set EMAIL_SECOND_PROVIDER and SMTP_URL")
    details = {"road": was_becomes(breakers.email_road(session).name, road)}
    if not breakers.take_road(session, road, reason=f"chosen by {actor}"):
        raise SenderRefused(f"emails take the {road} road already")
    write_audit(session, at=now, actor=actor, deed=f"{road} road taken", subject="email", details=details)


def _said(value: object) -> str:
    return "none" if value is None else str(value)
