"""How fast a sender may go: a rate, a limit for the day, and the ramp-up of a domain nobody knows yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from service.domain.channel import Channel

# What a new domain or address may send on its first days. SendGrid's documented warm-up: half a million inboxes
# that hear from a stranger all at once call it spam.
RAMP = (
    *(50, 100, 500, 1_000, 5_000, 10_000, 20_000, 40_000, 70_000, 100_000, 150_000, 250_000, 400_000, 600_000),
    *(1_000_000, 2_000_000, 4_000_000),
)
# A handover is a tenth of a second's worth at most, so that no second holds more than the rate.
_HANDOVERS_A_SECOND = 10


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one sender may do; None where there is no limit. `ramp_began_on` is a day in UTC."""

    per_second: float | None = None
    per_day: int | None = None
    ramp_began_on: date | None = None

    @property
    def at_once(self) -> int | None:
        """The most messages in one handover; None for no limit."""
        return None if self.per_second is None else max(1, int(self.per_second / _HANDOVERS_A_SECOND))

    def takes(self, count: int) -> timedelta:
        """How long the sender is busy with so many messages, handed over at once."""
        if self.per_second is None or self.at_once is None:
            return timedelta(0)
        # Whole handovers to a second: 25 a second in handovers of 2 is 12 of them, which is 24.
        a_second = self.per_second // self.at_once * self.at_once if self.per_second >= 1 else self.per_second
        return timedelta(seconds=count / a_second)

    def limit_on(self, day: date) -> int | None:
        """The most messages on this day; None for no limit."""
        limits = [limit for limit in (self.per_day, _ramp_limit(self.ramp_began_on, day)) if limit is not None]
        return min(limits, default=None)


def _ramp_limit(began_on: date | None, day: date) -> int | None:
    if began_on is None:
        return None
    place = (day - began_on).days
    if place < 0:
        return 0
    return RAMP[place] if place < len(RAMP) else None


def sender_name(channel: Channel, sender_email: str, number: str = "") -> str:
    """Whose rate a message counts against: the domain it comes from, or the number."""
    return sender_email.rpartition("@")[2].lower() if channel is Channel.EMAIL else number


def number_for(supporter_id: int, kept: str, numbers: Sequence[str]) -> str:
    """The number a supporter's texts come from: the one they know, else one of ours; '' where the provider chooses."""
    if kept in numbers:
        return kept
    return numbers[supporter_id % len(numbers)] if numbers else ""


def next_day(now: datetime) -> datetime:
    """When the day's counting begins anew, in UTC; `now` is in UTC."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
