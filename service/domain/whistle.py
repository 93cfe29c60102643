"""What is done to a match, and when that comes so far from where the clock says that it is asked about twice."""

from datetime import datetime, timedelta
from enum import StrEnum

from service.domain.fixture import Fixture, FixtureState


class Deed(StrEnum):
    KICK_OFF = "kick-off"
    HALF_TIME = "half-time"
    SECOND_HALF = "second-half"
    FULL_TIME = "full-time"
    ABANDON = "abandon"
    CORRECT = "correct"
    MOVE = "move"
    POSTPONE = "postpone"
    UNDO = "undo"


WITH_SCORE = frozenset({Deed.HALF_TIME, Deed.FULL_TIME, Deed.CORRECT})

# A whistle can be taken back for so long: a match and the evening after it. Later, what it was before is long past too,
# and moving the match or correcting the score says plainly what is meant.
UNDO_FOR = timedelta(hours=12)

# No referee begins before the hour on the ticket; some minutes are the manager's clock.
KICK_OFF_EARLY = timedelta(minutes=10)
# Kick-offs wait for crowds and floodlights; later than this it is more likely that nobody pressed when it was time,
# and everything would be measured from a moment at which nothing happened.
KICK_OFF_LATE = timedelta(minutes=45)
# A half is 45 minutes and what is added; a cooling break or an injury adds up to half an hour.
SHORTEST_HALF = timedelta(minutes=40)
LONGEST_HALF = timedelta(minutes=75)
# The interval is fifteen minutes.
SHORTEST_INTERVAL = timedelta(minutes=8)
LONGEST_INTERVAL = timedelta(minutes=40)
# Two halves without an interval would end after 90; an interval of five and a half of 45 after half time.
SHORTEST_MATCH = timedelta(minutes=85)
SHORTEST_AFTER_HALF_TIME = timedelta(minutes=50)
# With extra time, penalties and every delay.
LONGEST_MATCH = timedelta(hours=4)
# Before that a match is called off, which is a new date or none, rather than abandoned.
ABANDONED_EARLY = timedelta(hours=3)
# Fixtures are not made for longer than a season ahead: a year mistyped.
FARTHEST_MOVE = timedelta(days=400)


def why_odd(fixture: Fixture, deed: Deed, *, moment: datetime | None = None, now: datetime) -> str:
    """In a sentence what speaks against the deed at this moment; '' where nothing does.

    `moment`: the kick-off that a moved match would have.
    """
    if deed is Deed.MOVE:
        return _odd_move(moment, now)
    if deed is Deed.KICK_OFF:
        return _odd_kick_off(fixture.kick_off_at, now)
    if deed is Deed.HALF_TIME:
        return _odd_half_time(fixture.kick_off_at, now)
    if deed is Deed.SECOND_HALF and fixture.half_time_at is not None:
        return _outside("Half time", now - fixture.half_time_at, SHORTEST_INTERVAL, LONGEST_INTERVAL)
    if deed is Deed.FULL_TIME:
        return _odd_full_time(fixture, now)
    if deed is Deed.ABANDON and fixture.state is FixtureState.SCHEDULED and fixture.kick_off_at > now + ABANDONED_EARLY:
        return f"Kick-off is in {in_words(fixture.kick_off_at - now)}: a match called off is moved or postponed"
    return ""


def _odd_move(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return ""
    if moment <= now:
        return f"That moment has passed, {in_words(now - moment)} ago: what was planned before it will be too late"
    if moment > now + FARTHEST_MOVE:
        return f"That is in {in_words(moment - now)}: look at the year"
    return ""


def _odd_kick_off(planned: datetime, now: datetime) -> str:
    if planned - now > KICK_OFF_EARLY:
        return f"Kick-off is in {in_words(planned - now)}"
    if now - planned > KICK_OFF_LATE:
        return f"Kick-off was {in_words(now - planned)} ago: what follows it would be measured from now"
    return ""


def _odd_half_time(kicked_off: datetime, now: datetime) -> str:
    return _outside("Kick-off", now - kicked_off, SHORTEST_HALF, LONGEST_HALF)


def _odd_full_time(fixture: Fixture, now: datetime) -> str:
    if fixture.half_time_at is not None and now - fixture.half_time_at < SHORTEST_AFTER_HALF_TIME:
        return _outside("Half time", now - fixture.half_time_at, SHORTEST_AFTER_HALF_TIME, LONGEST_MATCH)
    return _outside("Kick-off", now - fixture.kick_off_at, SHORTEST_MATCH, LONGEST_MATCH)


def _outside(since: str, gone: timedelta, shortest: timedelta, longest: timedelta) -> str:
    if shortest <= gone <= longest:
        return ""
    return f"{since} was {'only ' if gone < shortest else ''}{in_words(gone)} ago"


_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def in_words(length: timedelta) -> str:
    """`5 days`, `2 hours`, `7 seconds`: the largest unit of a span, rounded down."""
    left = max(int(abs(length.total_seconds())), 1)
    name, size = next((name, size) for name, size in _UNITS if left >= size)
    count = left // size
    return f"{count} {name}{'' if count == 1 else 's'}"
