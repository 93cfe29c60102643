"""Moments, as they are typed on the command line."""

from datetime import datetime, timedelta

from service.cli.opening import refuse


def read_moment(text: str) -> datetime:
    """A date and time with its offset; anything else is said plainly and ends the command."""
    example = "write it like 2026-12-09T17:00+00:00"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        refuse(f"{text!r} is no date and time; {example}")
    if moment.tzinfo is None:
        refuse(f"{text!r} lacks its offset from UTC; {example}")
    return moment


def read_hours(hours: float, option: str) -> timedelta:
    """A span given in hours; what is no span is said plainly and ends the command."""
    return _read_span(hours, timedelta(hours=1), f"{option}: a number of hours such as 24; got {hours}")


def read_seconds(seconds: float, option: str) -> timedelta:
    """A span given in seconds; what is no span is said plainly and ends the command."""
    return _read_span(seconds, timedelta(seconds=1), f"{option}: a number of seconds such as 30; got {seconds}")


def _read_span(count: float, unit: timedelta, why_not: str) -> timedelta:
    try:
        return count * unit
    except (ValueError, OverflowError):
        refuse(why_not)


def read_amount(amount: float | None, option: str) -> int | None:
    """An amount of money in ten-thousandths; what is none is said plainly and ends the command."""
    try:
        return None if amount is None else round(amount * 10_000)
    except (ValueError, OverflowError):
        refuse(f"{option}: an amount such as 25 or 12.50; got {amount}")
