"""Moments, as they are typed on the command line."""

from datetime import datetime

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
