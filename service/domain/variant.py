"""Which of a stage's wordings a reader gets: by how the match stands or ended, and by whether they have signed."""

from dataclasses import dataclass
from enum import StrEnum

from service.domain.fixture import Fixture, FixtureState, Result
from service.domain.stage import Anchor

SIGNED = "signed"


class JoinedAt(StrEnum):
    """How the match stands for somebody who joins when it is no longer simply to come."""

    LIVE = "live"
    AFTER = "after"
    POSTPONED = "postponed"
    ABANDONED = "abandoned"


_AT = {
    FixtureState.SCHEDULED: "",
    FixtureState.POSTPONED: JoinedAt.POSTPONED,
    FixtureState.FULL_TIME: JoinedAt.AFTER,
    FixtureState.ABANDONED: JoinedAt.ABANDONED,
}


@dataclass(frozen=True, slots=True)
class Variant:
    """For whom words are written. `place`: a result, or how the match stands; empty for whichever it is."""

    place: str = ""
    signed: bool = False

    def __str__(self) -> str:
        return ".".join(part for part in (self.place, SIGNED if self.signed else "") if part)


def read_variant(name: str) -> Variant:
    """`home_win`, `signed`, `live.signed` or nothing, as copies are named; the place may be one nobody knows."""
    place, dot, last = name.rpartition(".")
    if name == SIGNED:
        return Variant(signed=True)
    return Variant(place, signed=True) if dot and last == SIGNED else Variant(name)


def places_for(anchor: Anchor) -> frozenset[str]:
    """What a stage's words may be written for, beside whichever it is."""
    if anchor is Anchor.FULL_TIME:
        return frozenset(map(str, Result))
    return frozenset(map(str, JoinedAt)) if anchor is Anchor.SIGN_UP else frozenset()


def wanted(place: str, *, signed: bool) -> tuple[str, ...]:
    """The names of the words to look for, best first. Whoever signed is not asked to, whatever else is known."""
    names = [Variant(place), Variant()]
    if signed:
        names = [Variant(place, signed=True), Variant(signed=True), *names]
    return tuple(dict.fromkeys(map(str, names)))


def place_now(fixture: Fixture) -> str:
    """How the match stands for somebody who joins now; empty while it is to come."""
    return str(_AT.get(fixture.state, JoinedAt.LIVE))


def standing_of(fixture: Fixture) -> str:
    """The place with the score, where there is one: `live 0-1`. Words frozen for one are wrong in another."""
    place = place_now(fixture)
    return f"{place} {fixture.score}" if place and fixture.score else place
