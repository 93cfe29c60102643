"""Words for moments and numbers on supporters' pages."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location
from flask import Flask

from service.wording.times import count_words, kick_off_words


def local_words(moment: datetime, time_zone: str) -> str:
    """`Wed 13 Oct, 5:00 pm Baku time`: in a zone, named by its city, for few know zones by their letters."""
    words, _ = kick_off_words(moment, time_zone, "en")
    return f"{words} {_place(time_zone)}"


def clock_words(moment: datetime, time_zone: str, now: datetime) -> str:
    """`2:02 pm, London time`; with its day where that is not today."""
    zone = ZoneInfo(time_zone)
    day_and_time, time = kick_off_words(moment, time_zone, "en")
    is_today = moment.astimezone(zone).date() == now.astimezone(zone).date()
    return f"{time if is_today else day_and_time}, {_place(time_zone)}"


def _place(time_zone: str) -> str:
    """`Baku time`; UTC is a time by itself, and no city's."""
    if time_zone in {"UTC", "Etc/UTC", "GMT", "Etc/GMT"}:
        return "UTC"
    return f"{get_timezone_location(time_zone, locale='en', return_city=True)} time"


def register(app: Flask) -> None:
    """Give the templates their filters."""
    app.add_template_filter(local_words, "local_words")
    app.add_template_filter(clock_words, "clock_words")
    app.add_template_filter(lambda count: count_words(count, "en"), "count_words")
    app.add_template_filter(lambda moment: moment.isoformat(), "iso")
