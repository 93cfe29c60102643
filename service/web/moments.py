"""Moments, hours and days as the fields of a form hold them."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# Before it nobody was, and what is reckoned from the first year ends before the calendar begins. What is too far ahead
# is told by whoever plans with it.
_FIRST_YEAR = 1900


def zone(name: str) -> ZoneInfo:
    """The time zone of this name, UTC where nobody knows it."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def read_moment(text: str, zone_name: str) -> datetime:
    """A moment from a datetime-local field, in UTC. Raises ValueError, also near either end of the calendar."""
    moment = datetime.fromisoformat(text.strip())
    _check_year(moment)
    try:
        return moment.replace(tzinfo=zone(zone_name)).astimezone(UTC)
    except OverflowError as beyond:
        raise ValueError("a moment beyond the calendar") from beyond


def read_hour(text: str) -> time:
    """An hour of the day, wherever that is. Raises ValueError."""
    return time.fromisoformat(text.strip()).replace(tzinfo=None)


def read_day(text: str) -> date:
    """A day. Raises ValueError, also near the beginning of the calendar."""
    day = date.fromisoformat(text.strip())
    _check_year(day)
    return day


def _check_year(day: date) -> None:
    if day.year < _FIRST_YEAR:
        raise ValueError("a moment beyond the calendar")
