"""Who of an audience sleeps: what quiet hours will do to a blast, said before it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time

from service.domain.audience import Audience
from service.domain.channel import Channel
from service.domain.quiet import QuietHours, parse_quiet_hours
from service.domain.zones import next_at
from service.store import Session
from service.store.queries import audiences

# Enough to tell a share within one per cent, and read within milliseconds.
SAMPLE = 20_000


@dataclass(frozen=True, slots=True)
class QuietShare:
    """A channel's quiet hours and how many of its audience they touch; of more than SAMPLE people, an estimate."""

    from_: time
    until: time
    # Those for whom it is quiet when the blast opens: who wait until the quiet ends, and for whom that is too late.
    waiting: int
    too_late: int
    is_estimate: bool


@dataclass(frozen=True, slots=True)
class QuietZones:
    """For whom of an audience it is quiet when a message comes, by time zone, most people first.

    `waiting` of them get it when the quiet ends; for `too_late` that is too late. Of more than SAMPLE people, estimates.
    """

    zones: tuple[tuple[str, int], ...]
    waiting: int
    too_late: int
    is_estimate: bool


def quiet_zones(
    session: Session,
    campaign_id: int,
    channel: Channel,
    audience: Audience,
    *,
    people: int,
    quiet: QuietHours,
    opens_at: datetime,
    expires_at: datetime,
    local_time: time | None = None,
) -> QuietZones:
    """Ask of every zone of an audience whether it is quiet there at that moment: one question, read from SAMPLE at most.

    `local_time`: the hour each of them gets it at, where they are.
    """
    found = audiences.time_zones(session, campaign_id, channel, audience, most=SAMPLE)
    whole = sum(found.values())
    scale = people / whole if whole >= SAMPLE else 1.0
    asleep, waiting, too_late = dict[str, int](), 0, 0
    for zone, many in found.items():
        comes_at = next_at(local_time, zone, after=opens_at) if local_time else opens_at
        ends_at = quiet.ends_at(comes_at, zone)
        if ends_at is None:
            continue
        asleep[zone] = round(many * scale)
        waiting += many if ends_at < expires_at else 0
        too_late += many if ends_at >= expires_at else 0
    zones = tuple(sorted(asleep.items(), key=lambda zone: (-zone[1], zone[0])))
    return QuietZones(zones, round(waiting * scale), round(too_late * scale), whole >= SAMPLE)


def quiet_shares(
    session: Session,
    campaign_id: int,
    counts: Mapping[Channel, int],
    audience: Audience,
    *,
    quiet_hours: Mapping[str, Mapping[str, str]],
    opens_at: datetime,
    expires_at: datetime,
) -> dict[Channel, QuietShare]:
    """What quiet hours would do to this audience if the blast opened at that moment, by channel that has any."""
    found = {}
    for channel, people in counts.items():
        quiet = parse_quiet_hours(dict(quiet_hours.get(channel, {})))
        if quiet is None:
            continue
        told = quiet_zones(
            session,
            campaign_id,
            channel,
            audience,
            people=people,
            quiet=quiet,
            opens_at=opens_at,
            expires_at=expires_at,
        )
        found[channel] = QuietShare(quiet.from_, quiet.until, told.waiting, told.too_late, told.is_estimate)
    return found
