"""Who of an audience sleeps: what quiet hours will do to a blast, said before it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time

from service.domain.audience import Audience
from service.domain.channel import Channel
from service.domain.quiet import parse_quiet_hours
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
        zones = audiences.time_zones(session, campaign_id, channel, audience, most=SAMPLE)
        waiting = too_late = 0
        for zone, many in zones.items():
            ends_at = quiet.ends_at(opens_at, zone)
            waiting += many if ends_at is not None and ends_at < expires_at else 0
            too_late += many if ends_at is not None and ends_at >= expires_at else 0
        whole = sum(zones.values())
        scale = people / whole if whole >= SAMPLE else 1.0
        found[channel] = QuietShare(
            quiet.from_, quiet.until, round(waiting * scale), round(too_late * scale), whole >= SAMPLE
        )
    return found
