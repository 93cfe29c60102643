"""Quiet hours: no message between two local times, judged in the supporter's own zone."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from service.domain.zones import zone_named

# Why a batch was put back, as it is kept and asked for.
WAITS_FOR_MORNING = "quiet hours"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one local time until another; `from_` later than `until` spans midnight."""

    from_: time
    until: time

    def ends_at(self, moment: datetime, time_zone: str) -> datetime | None:
        """When the quiet that holds at this moment ends, in UTC; None when it is not quiet.

        An end that a clock change skips is the first moment after the gap; one that comes twice is the later.
        """
        local = moment.astimezone(zone_named(time_zone))
        if not self._holds(local.time()):
            return None
        day = local.date() if local.time() < self.until else local.date() + timedelta(days=1)
        ends = datetime.combine(day, self.until, zone_named(time_zone)).replace(fold=1)
        return max(ends.astimezone(UTC), moment.astimezone(UTC) + timedelta(seconds=1))

    def _holds(self, at: time) -> bool:
        if self.from_ <= self.until:
            return self.from_ <= at < self.until
        return at >= self.from_ or at < self.until


def parse_quiet_hours(raw: dict[str, str] | None) -> QuietHours | None:
    """Read `{"from": "21:00", "until": "08:00"}`; None where there is none."""
    if not raw:
        return None
    return QuietHours(time.fromisoformat(raw["from"]), time.fromisoformat(raw["until"]))
