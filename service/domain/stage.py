"""One planned message at a moment measured from the match."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.domain.fixture import Fixture, FixtureState, Result


class Anchor(StrEnum):
    KICK_OFF = "kick_off"
    HALF_TIME = "half_time"
    FULL_TIME = "full_time"
    SIGN_UP = "sign_up"
    ABSOLUTE = "absolute"


class CatchUp(StrEnum):
    """What a supporter who joins after the stage has fired gets, while it is still worth having."""

    SEND = "send"
    SKIP = "skip"


class QuietHoursPolicy(StrEnum):
    DEFER = "defer"
    DROP = "drop"


class Firing(StrEnum):
    """What came of a stage; written once, ever."""

    OPENED = "opened"
    SKIPPED_LATE = "skipped_late"
    SKIPPED_RESULT = "skipped_result"
    CANCELLED = "cancelled"


# How far from its moment a stage may be, before it or after: beyond that a number or its unit is mistyped.
FARTHEST_OFFSET = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Timing:
    """When a stage comes due: an anchor and an offset, or an absolute moment; `stale_after` is a span from due."""

    anchor: Anchor
    offset: timedelta = timedelta(0)
    at: datetime | None = None
    stale_after: timedelta = timedelta(hours=24)
    only_result: Result | None = None
    # Somebody said that it goes out although the match was abandoned.
    goes_on: bool = False

    def due_at(self, fixture: Fixture) -> datetime | None:
        """The moment it comes due, or None while that cannot be known (or comes anew with each sign-up)."""
        moment = _anchor_moment(self, fixture)
        return moment + self.offset if moment else None

    def is_due(self, fixture: Fixture, *, now: datetime) -> bool:
        """Due and still worth sending."""
        due_at = self.due_at(fixture)
        return due_at is not None and due_at <= now < due_at + self.stale_after

    def is_stale(self, fixture: Fixture, *, now: datetime) -> bool:
        due_at = self.due_at(fixture)
        return due_at is not None and now >= due_at + self.stale_after

    def firing(self, fixture: Fixture, *, now: datetime) -> Firing:
        """What becomes of a stage that has come due."""
        if self.is_stale(fixture, now=now):
            return Firing.SKIPPED_LATE
        if self.only_result and self.only_result is not fixture.result:
            return Firing.SKIPPED_RESULT
        return Firing.OPENED


# What happens in a match, and is no longer true of one that was abandoned.
MEASURED_FROM_A_WHISTLE = frozenset({Anchor.KICK_OFF, Anchor.HALF_TIME, Anchor.FULL_TIME})


def _anchor_moment(timing: Timing, fixture: Fixture) -> datetime | None:
    if timing.anchor is Anchor.ABSOLUTE:
        return timing.at
    if fixture.state is FixtureState.ABANDONED and not timing.goes_on:
        return None
    if timing.anchor is Anchor.KICK_OFF:
        # While a match is postponed without a date nothing measured from its kick-off comes due.
        return None if fixture.state is FixtureState.POSTPONED else fixture.kick_off_at
    if timing.anchor is Anchor.HALF_TIME:
        return fixture.half_time_at
    if timing.anchor is Anchor.FULL_TIME:
        return fixture.full_time_at
    return None
