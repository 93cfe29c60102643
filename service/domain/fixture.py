"""A match: two sides, a kick-off that may move, a state and a score."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FixtureState(StrEnum):
    SCHEDULED = "scheduled"
    POSTPONED = "postponed"
    LIVE = "live"
    HALF_TIME = "half_time"
    FULL_TIME = "full_time"
    ABANDONED = "abandoned"


class Result(StrEnum):
    HOME_WIN = "home_win"
    DRAW = "draw"
    AWAY_WIN = "away_win"


# How a match stands, after "the match", and what it would be, after "it cannot".
_STANDS = {
    FixtureState.SCHEDULED: "has not begun",
    FixtureState.POSTPONED: "is postponed",
    FixtureState.LIVE: "is under way",
    FixtureState.HALF_TIME: "is at half time",
    FixtureState.FULL_TIME: "is over",
    FixtureState.ABANDONED: "is abandoned",
}
_WOULD = {
    FixtureState.SCHEDULED: "get a date",
    FixtureState.POSTPONED: "be postponed",
    FixtureState.LIVE: "be under way",
    FixtureState.HALF_TIME: "be at half time",
    FixtureState.FULL_TIME: "be over",
    FixtureState.ABANDONED: "be abandoned",
}


class FixtureMoveRefused(Exception):
    """The fixture cannot go from its present state to the one asked for."""

    def __init__(self, state: FixtureState, asked: FixtureState) -> None:
        rest = " already" if state is asked else f", so it cannot {_WOULD[asked]}"
        super().__init__(f"the match {_STANDS[state]}{rest}")
        self.state, self.asked = state, asked


# What may follow what. A postponed match is scheduled again; full time can be corrected (the score, not the state).
FIXTURE_MOVES: dict[FixtureState, frozenset[FixtureState]] = {
    FixtureState.SCHEDULED: frozenset({FixtureState.POSTPONED, FixtureState.LIVE, FixtureState.ABANDONED}),
    FixtureState.POSTPONED: frozenset({FixtureState.SCHEDULED, FixtureState.ABANDONED}),
    FixtureState.LIVE: frozenset({FixtureState.HALF_TIME, FixtureState.FULL_TIME, FixtureState.ABANDONED}),
    FixtureState.HALF_TIME: frozenset({FixtureState.LIVE, FixtureState.FULL_TIME, FixtureState.ABANDONED}),
    FixtureState.FULL_TIME: frozenset(),
    FixtureState.ABANDONED: frozenset({FixtureState.SCHEDULED, FixtureState.POSTPONED}),
}


def check_fixture_move(state: FixtureState, asked: FixtureState) -> None:
    """Raise FixtureMoveRefused unless the fixture may go from `state` to `asked`."""
    if asked not in FIXTURE_MOVES[state]:
        raise FixtureMoveRefused(state, asked)


@dataclass(frozen=True, slots=True)
class Score:
    """Goals, home side first."""

    home: int
    away: int

    def __post_init__(self) -> None:
        if not (0 <= self.home <= 99 and 0 <= self.away <= 99):
            raise ValueError("a score is two numbers from 0 to 99")

    def __str__(self) -> str:
        return f"{self.home}-{self.away}"

    @property
    def result(self) -> Result:
        if self.home == self.away:
            return Result.DRAW
        return Result.HOME_WIN if self.home > self.away else Result.AWAY_WIN


@dataclass(frozen=True, slots=True)
class Fixture:
    """A match as its stages see it. `half_time_at` and `full_time_at` are known only once they have come."""

    id: int
    slug: str
    home: str
    away: str
    venue: str
    competition: str
    time_zone: str
    state: FixtureState
    kick_off_at: datetime
    half_time_at: datetime | None = None
    full_time_at: datetime | None = None
    score: Score | None = None

    @property
    def title(self) -> str:
        return f"{self.home}–{self.away}"

    @property
    def result(self) -> Result | None:
        """How it ended; None before full time."""
        return self.score.result if self.state is FixtureState.FULL_TIME and self.score else None
