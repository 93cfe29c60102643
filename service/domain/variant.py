"""Which of a stage's wordings a reader gets: by how the match stands or ended, and by whether they have signed."""

from dataclasses import dataclass
from enum import StrEnum

from service.domain.fixture import Fixture, FixtureState, Result
from service.domain.stage import Anchor

SIGNED = "signed"


class JoinedAt(StrEnum):
    """How things stand for somebody who joins when the match is no longer simply to come, or the petition closed."""

    LIVE = "live"
    AFTER = "after"
    POSTPONED = "postponed"
    ABANDONED = "abandoned"
    # The petition takes no more names, however the match stands.
    CLOSED = "closed"


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
    """What a stage's words may be written for, beside whichever it is: any may be for a petition that has closed."""
    closed = frozenset({str(JoinedAt.CLOSED)})
    if anchor is Anchor.FULL_TIME:
        return closed | frozenset(map(str, Result))
    return closed | frozenset(map(str, JoinedAt)) if anchor is Anchor.SIGN_UP else closed


def wanted(*places: str, signed: bool) -> tuple[str, ...]:
    """The names of the words to look for, best first. Whoever signed is not asked to, whatever else is known."""
    names = [*map(Variant, places), Variant()]
    if signed:
        names = [*(Variant(place, signed=True) for place in places), Variant(signed=True), *names]
    return tuple(dict.fromkeys(map(str, names)))


def places_at(result: Result | None, *, has_closed: bool) -> tuple[str, ...]:
    """How things stand for a stage that goes out at its moment, best first; the result is empty where there is none."""
    return (str(JoinedAt.CLOSED), str(result or "")) if has_closed else (str(result or ""),)


def places_now(fixture: Fixture, *, has_closed: bool) -> tuple[str, ...]:
    """How things stand for somebody who joins now, best first: that the petition has closed, then the match's state.

    The latter is empty while the match is to come.
    """
    place = str(_AT.get(fixture.state, JoinedAt.LIVE))
    return (str(JoinedAt.CLOSED), place) if has_closed else (place,)


def standing_of(fixture: Fixture, *, has_closed: bool) -> str:
    """The places with the score, where there is one: `live 0-1`. Words frozen for one are wrong in another."""
    match = places_now(fixture, has_closed=False)[0]
    score = str(fixture.score) if match and fixture.score else ""
    return " ".join(part for part in (JoinedAt.CLOSED if has_closed else "", match, score) if part)
