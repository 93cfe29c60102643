"""Local times: zones by name, and when a clock somewhere next shows an hour."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def zone_named(name: str) -> ZoneInfo:
    """A time zone; UTC where the name is not one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def next_at(local: time, time_zone: str, *, after: datetime) -> datetime:
    """The first moment from `after` on at which clocks in a zone show this time, in UTC.

    A time that a clock change skips is as much later as the clocks go forward; one that comes twice is the first.
    """
    zone = zone_named(time_zone)
    day = after.astimezone(zone).date()
    while True:
        moment = datetime.combine(day, local, zone).astimezone(UTC)
        if moment >= after:
            return moment
        day += timedelta(days=1)
