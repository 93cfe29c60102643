"""Why messages of a blast have not gone, in the words that pages and commands say."""

from dataclasses import dataclass
from datetime import datetime

from service.domain.channel import Channel
from service.domain.waiting import OVER, WaitsFor
from service.store.queries.waits import Wait


@dataclass(frozen=True, slots=True)
class Reason:
    """How many messages of one channel have not gone, and why: a sentence, and when the first of them may go."""

    channel: Channel
    what: WaitsFor
    count: int
    words: str
    next_at: datetime | None

    @property
    def is_over(self) -> bool:
        """Whether they will never go."""
        return self.what in OVER


def reason_of(wait: Wait) -> Reason:
    """Why these messages have not gone."""
    channel = Channel(wait.channel)
    texts = "email" if channel is Channel.EMAIL else "text"
    many = f"1 {texts}" if wait.count == 1 else f"{wait.count:,} {texts}s"
    words = _WORDS[wait.what].format(
        many=many,
        wait="waits" if wait.count == 1 else "wait",
        was="was" if wait.count == 1 else "were",
        quiet=f"{texts}s keep quiet hours",
        until=wait.until,
        said=f": {wait.said}" if wait.said else "",
    )
    return Reason(channel, wait.what, wait.count, words, wait.next_at)


_WORDS = {
    WaitsFor.TURN: "{many} {wait} for their turn.",
    WaitsFor.QUIET: "{many} {wait} until {until} where each supporter is: {quiet}.",
    WaitsFor.DAY_LIMIT: "{many} {wait} for another day: the sender’s limit for the day is reached.",
    WaitsFor.LOCAL_TIME: "{many} {wait} for the chosen hour where each supporter is.",
    WaitsFor.CHOICE: "{many} {wait} for a wording to be chosen.",
    WaitsFor.PUT_BACK: "{many} {was} put back, and {wait} to be tried again{said}.",
    WaitsFor.TOO_LATE: "{many} {was} not sent: it was too late to be worth sending.",
    WaitsFor.TOO_LATE_AT_NIGHT: "{many} {was} not sent: the quiet hours end when it is too late.",
}
