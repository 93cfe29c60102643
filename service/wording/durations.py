"""Spans of time as campaign files write them: `2h`, `-1d12h`, `14m`."""

import re
from datetime import timedelta

_SPAN = re.compile(r"([+-]?)(?=\d)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?")


def parse_span(words: str) -> timedelta | None:
    """Read a span; None where it is not one."""
    found = _SPAN.fullmatch(words.strip())
    if found is None or max(map(len, found.groups(""))) > 4:
        return None
    days, hours, minutes = (int(part or 0) for part in found.groups()[1:])
    span = timedelta(days=days, hours=hours, minutes=minutes)
    return -span if found[1] == "-" else span


def write_span(span: timedelta) -> str:
    """The span as a file would say it, to the minute."""
    minutes = abs(span) // timedelta(minutes=1)
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((days, "d"), (hours, "h"), (minutes, "m"))
    words = "".join(f"{count}{unit}" for count, unit in parts if count) or "0m"
    return f"-{words}" if span < timedelta(0) else words
