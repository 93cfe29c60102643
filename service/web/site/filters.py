"""Words for moments and numbers on supporters' pages."""

from datetime import datetime

from babel.dates import get_timezone_location
from flask import Flask

from service.wording.times import count_words, kick_off_words


def local_words(moment: datetime, time_zone: str) -> str:
    """`Wed 13 Oct, 5:00 pm Baku time`: in a zone, named by its city, for few know zones by their letters."""
    words, _ = kick_off_words(moment, time_zone, "en")
    return f"{words} {get_timezone_location(time_zone, locale='en', return_city=True)} time"


def register(app: Flask) -> None:
    """Give the templates their filters."""
    app.add_template_filter(local_words, "local_words")
    app.add_template_filter(lambda count: count_words(count, "en"), "count_words")
    app.add_template_filter(lambda moment: moment.isoformat(), "iso")
