"""A test of two wordings: a part of the audience gets one or the other, the rest get the better."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class Metric(StrEnum):
    """What makes a wording the better one."""

    SIGNATURES = "signatures"
    CLICKS = "clicks"


class Arm(StrEnum):
    A = "a"
    B = "b"


# Those who wait for the winner.
REST = "rest"


@dataclass(frozen=True, slots=True)
class WordingTest:
    """What to try: other words (language, channel, then fields), on how much of the audience (percent, both wordings
    together), judged by what, and for how long until the house chooses; None where a manager does."""

    copy: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    share: int = 20
    metric: Metric = Metric.SIGNATURES
    lasts: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How one wording does, in messages."""

    arm: Arm
    sent: int = 0
    clicked: int = 0
    signed: int = 0

    def score(self, metric: Metric) -> float:
        """Of those it was sent to, how many did what counts."""
        done = self.signed if metric is Metric.SIGNATURES else self.clicked
        return done / self.sent if self.sent else 0.0


def better(standings: Sequence[Standing], metric: Metric) -> Arm:
    """The wording with the better score; the first where they are level, and clicks where nobody has signed."""
    by_arm = {standing.arm: standing for standing in standings}
    a, b = by_arm.get(Arm.A, Standing(Arm.A)), by_arm.get(Arm.B, Standing(Arm.B))
    if metric is Metric.SIGNATURES and not (a.signed or b.signed):
        metric = Metric.CLICKS
    return Arm.B if b.score(metric) > a.score(metric) else Arm.A


def wordings_of(
    draft: dict[str, dict[str, dict[str, str]]], other: dict[str, dict[str, dict[str, str]]]
) -> dict[str, dict[str, dict[str, dict[str, str]]]]:
    """The words of each arm ('' for channels that are not tested); what the other wording leaves out is as the first."""
    tested = {channel for channels in other.values() for channel in channels}
    arms: dict[str, dict[str, dict[str, dict[str, str]]]] = {"": {}, Arm.A: {}, Arm.B: {}}
    for language, channels in draft.items():
        for channel, copy in channels.items():
            if channel not in tested:
                arms[""].setdefault(language, {})[channel] = copy
                continue
            said = {name: words for name, words in other.get(language, {}).get(channel, {}).items() if words}
            arms[Arm.A].setdefault(language, {})[channel] = copy
            arms[Arm.B].setdefault(language, {})[channel] = copy | said
    return {arm: words for arm, words in arms.items() if words}
