"""Words for moments and numbers on supporters' pages."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Flask

from service.wording.times import count_words, kick_off_words


def local_words(moment: datetime, time_zone: str) -> str:
    """`Wed 13 Oct, 5:00 pm` in a zone, with the zone's short name."""
    words, _ = kick_off_words(moment, time_zone, "en")
    return f"{words} {moment.astimezone(ZoneInfo(time_zone)).tzname()}"


def clock_words(moment: datetime, time_zone: str, now: datetime) -> str:
    """`2:02 pm, London time`; with its day where that is not today."""
    zone = ZoneInfo(time_zone)
    day_and_time, time = kick_off_words(moment, time_zone, "en")
    is_today = moment.astimezone(zone).date() == now.astimezone(zone).date()
    region, _, place = time_zone.rpartition("/")
    named = f"{place.replace('_', ' ')} time" if region else place
    return f"{time if is_today else day_and_time}, {named}"


def register(app: Flask) -> None:
    """Give the templates their filters."""
    app.add_template_filter(local_words, "local_words")
    app.add_template_filter(clock_words, "clock_words")
    app.add_template_filter(lambda count: count_words(count, "en"), "count_words")
    app.add_template_filter(lambda moment: moment.isoformat(), "iso")
