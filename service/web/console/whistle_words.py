"""What the console says before a whistle, and after it."""

from dataclasses import dataclass

from service.domain.whistle import Deed
from service.planning.fixtures import Effect
from service.planning.whistles import Look, gone_in_words


@dataclass(frozen=True, slots=True)
class WhistleWords:
    """A whistle's name, its button, and what it is in a sentence."""

    name: str
    button: str
    says: str


WHISTLES = {
    Deed.KICK_OFF: WhistleWords(
        "Kick-off", "Kick-off", "The match has begun: messages after kick-off are measured from this moment."
    ),
    Deed.HALF_TIME: WhistleWords("Half time", "Half time", "Half-time messages go out with this score."),
    Deed.SECOND_HALF: WhistleWords("Second half", "Second half", "Play goes on."),
    Deed.FULL_TIME: WhistleWords("Full time", "Full time", "Full-time messages go out with this score and its result."),
    Deed.ABANDON: WhistleWords(
        "Abandoned",
        "Abandon the match",
        "The match will not be played to its end. Nothing measured from kick-off, half time or full time goes out "
        "until somebody says so for it, or the match gets a new date.",
    ),
    Deed.CORRECT: WhistleWords("The score", "Correct the score", "Messages that have gone out keep the old score."),
    Deed.MOVE: WhistleWords("Moving the match", "Move the match", ""),
    Deed.POSTPONE: WhistleWords("Postponing the match", "Postpone the match", ""),
    Deed.UNDO: WhistleWords(
        "Undo",
        "Take it back",
        "The match goes back to what it was, with all that has not been handed over. What has gone cannot be called back.",
    ),
}


def what_happened(done: Look) -> str:
    """What a whistle did, in some sentences."""
    fixture, deed = done.moved.fixture, done.wish.deed
    said = {
        Deed.KICK_OFF: "The match is on.",
        Deed.HALF_TIME: f"Half time, {fixture.home} {fixture.score} {fixture.away}.",
        Deed.SECOND_HALF: "The second half is on.",
        Deed.FULL_TIME: f"Full time, {fixture.home} {fixture.score} {fixture.away}.",
        Deed.CORRECT: f"The score is {fixture.score}.",
        Deed.ABANDON: "The match is abandoned.",
        Deed.MOVE: "The match was moved.",
        Deed.POSTPONE: "The match was moved.",
        Deed.UNDO: "Taken back.",
    }[deed]
    if gone := gone_in_words(done.moved.recalled):
        said += f" {gone[:1].upper()}{gone[1:]}; the rest is stopped."
    if firing := done.titles(Effect.FIRES_NOW):
        said += f" Going out now: {', '.join(firing)}."
    if skipped := done.titles(Effect.TOO_LATE):
        said += f" Too late now, and left out: {', '.join(skipped)}."
    if other := done.titles(Effect.OTHER_RESULT):
        said += f" For another result, and left out: {', '.join(other)}."
    if waiting := done.titles(Effect.AWAITS_RELEASE):
        said += f" Due, but waiting for a release: {', '.join(waiting)}."
    if held := len(done.titles(Effect.HELD)):
        said += f" {held} message{'' if held == 1 else 's'} held until there is a date."
    return said
