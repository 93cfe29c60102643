"""What can be asked of a stage, and what can be said against it."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from service.domain.channel import Channel
from service.domain.stage import FARTHEST_OFFSET, Anchor
from service.planning.blast_checks import LONGEST_WORTH, MOST_MESSAGES
from service.planning.blasts import check_copy
from service.planning.fixtures import Effect
from service.planning.stage_facts import Part
from service.planning.stages import CopyView, StageRefused
from service.sending.freeze import stage_words
from service.store import Session
from service.store.queries import blasts
from service.store.tables import campaign as rows

# What sends a stage or leaves it out as soon as the ticker comes by.
AT_ONCE = frozenset({Effect.FIRES_NOW, Effect.TOO_LATE, Effect.OTHER_RESULT})


class NeedsLauncher(StageRefused):
    """It would send a stage or leave it out at once, which takes somebody who may launch."""


@dataclass(frozen=True, slots=True)
class Changer:
    """Who changes it, and whether they may launch."""

    name: str
    may_launch: bool


@dataclass(frozen=True, slots=True)
class NewTiming:
    """When a stage is to be due. `at` is for a stage at a fixed time, `offset` for all others."""

    offset: timedelta
    stale_after: timedelta
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewLimits:
    """The hour each supporter gets it at, and at most how many messages they may have had."""

    local_time: time | None
    cap_count: int | None


@dataclass(frozen=True, slots=True)
class StageChange:
    """What is to change about a stage; a part that is None stays.

    `puts_back`: it was cancelled or skipped, and comes back with the change. `goes_on`: it is held because its match was
    abandoned, and goes out at its time all the same. `opened_with`: the digest of the changed
    parts as the form showed them; '' where nobody is to be asked about another's change.
    """

    timing: NewTiming | None = None
    limits: NewLimits | None = None
    copies: tuple[CopyView, ...] | None = None
    puts_back: bool = False
    goes_on: bool = False
    opened_with: str = ""

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of the stage that it changes."""
        given = {Part.TIMING: self.timing, Part.LIMITS: self.limits, Part.WORDS: self.copies}
        return tuple(part for part, value in given.items() if value is not None)


def check_change(session: Session, stage: rows.Stage, change: StageChange, *, by: Changer, public_url: str) -> None:
    """What can be said against a change before the stage is held."""
    if (change.puts_back or change.goes_on) and not by.may_launch:
        what = "put a stage back" if change.puts_back else "let it go on"
        raise NeedsLauncher(f"to {what} takes somebody who may launch")
    if (timing := change.timing) is not None:
        if not timedelta(0) < timing.stale_after <= LONGEST_WORTH:
            raise StageRefused("the time after which it is too late must be longer than nothing, and a year at most")
        if abs(timing.offset) > FARTHEST_OFFSET:
            raise StageRefused("that is more than a year from its moment; look at the number and its unit")
    if (limits := change.limits) is not None:
        if limits.local_time is not None and stage.anchor == Anchor.SIGN_UP:
            raise StageRefused("a welcome goes out at once, not at a later hour")
        if limits.cap_count is not None and not 1 <= limits.cap_count <= MOST_MESSAGES:
            raise StageRefused(f"a limit for each supporter is one message or more, and {MOST_MESSAGES:,} at most")
    if change.copies is not None:
        waits = stage.anchor in {Anchor.HALF_TIME, Anchor.FULL_TIME}
        channels = [Channel(channel) for channel in stage.channels]
        words = stage_words(change.copies)
        check_copy(session, stage.campaign_id, words, channels, public_url=public_url, knows_score=waits)


def check_mending(session: Session, stage: rows.Stage, change: StageChange, *, by: Changer) -> None:
    """A stage that has fired keeps everything, save words that could not be filled in: its blast waits for those.

    The blast is held, so that nobody resumes it meanwhile and it opens with the words as they were.
    """
    if change.parts != (Part.WORDS,) or blasts.hold_unopened_of_stage(session, stage.id) is None:
        raise StageRefused("this stage has fired; it cannot be changed")
    if not by.may_launch:
        raise NeedsLauncher("its blast has been opened and is paused; to mend its words takes somebody who may launch")


def check_effect(effect: Effect, change: StageChange, *, by: Changer) -> None:
    """What can be said against a change for what the stage would then do."""
    if change.goes_on and effect is Effect.TOO_LATE:
        raise StageRefused("it is too late for this message")
    if change.puts_back and effect is Effect.TOO_LATE:
        raise StageRefused("it is too late for this stage; give it another time, or move the match")
    if change.puts_back and effect is Effect.OTHER_RESULT:
        raise StageRefused("this stage is for another result than the one the match has")
    if effect in AT_ONCE and change.timing is not None and not by.may_launch:
        what = "go out at once" if effect is Effect.FIRES_NOW else f"be left out ({effect})"
        raise NeedsLauncher(f"with that time it would {what}, which takes somebody who may launch")
