"""What a message comes to before it goes: for how many, at what price, and what its author should know."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.domain.audience import Audience
from service.domain.channel import Channel
from service.planning.reckoning import Reckoned, reckon
from service.planning.showing import Reader, Window, audience_counts, show
from service.planning.warnings import warnings_for
from service.sending.freeze import Words
from service.store import Session
from service.store.carried import NAMES, carried, not_carried
from service.wording.placeholders import CopyMistake, MissingFact

_ANA = Reader("Ana")


@dataclass(frozen=True, slots=True)
class Outlook:
    """One channel of it; the warnings are sentences, each said once."""

    channel: Channel
    reckoned: Reckoned
    warnings: tuple[str, ...]


def outlook(
    session: Session, window: Window, audience: Audience, words: Sequence[Words], channels: Sequence[Channel]
) -> tuple[Outlook, ...]:
    """What these words come to, channel by channel. Changes nothing."""
    counts = audience_counts(session, window.campaign.id, channels, audience)
    found = []
    for channel, people in counts.items():
        reckoned = reckon(session, window, audience, words, channel=channel, people=people)
        own = [each for each in words if each.channel is channel and each.body.strip()]
        said = dict.fromkeys(warning for each in own for warning in _warnings(window, each, reckoned))
        if channel not in carried(session):
            said = {f"{NAMES[channel].capitalize()} do not go: {not_carried(channel)}.": None, **said}
        found.append(Outlook(channel, reckoned, tuple(said)))
    return tuple(found)


def _warnings(window: Window, words: Words, reckoned: Reckoned) -> tuple[str, ...]:
    try:
        shown = show(window, words, _ANA)
    except (CopyMistake, MissingFact):
        shown = None
    return warnings_for(window, words, shown, reckoned)
