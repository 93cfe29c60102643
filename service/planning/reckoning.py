"""What a message costs and who reads a gap in it: reckoned over the people it goes to, before it goes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from service.domain.audience import Audience
from service.domain.channel import Channel
from service.planning.showing import Reader, Window, cost, freeze_for, values_for
from service.sending.freeze import Words
from service.store import Session
from service.store.queries import audiences
from service.wording.compiled import compile_for
from service.wording.names import clean_name
from service.wording.placeholders import CopyMistake, MissingFact, parse
from service.wording.sms import measure

# So many are rendered one by one, in some hundredths of a second; a larger audience is judged by as many of it.
SAMPLE = 2_000
# Up to here the nameless are counted, beyond it reckoned from the sample: a press of a key must not read millions.
COUNTED = 200_000


@dataclass(frozen=True, slots=True)
class Reckoned:
    """One channel of a message. `price` in ten-thousandths of the currency, `lengths` people by number of segments.

    `sample` is how many of `people` it was reckoned over; it is all of them where they are few enough.
    """

    people: int
    price: int
    sample: int = 0
    lengths: tuple[tuple[int, int], ...] = ()
    nameless: int = 0
    nameless_counted: bool = True
    # Whether another of its wordings, for another result or of a test, would cost less.
    is_dearest: bool = False

    @property
    def is_sampled(self) -> bool:
        return 0 < self.sample < self.people


def reckon(
    session: Session,
    window: Window,
    audience: Audience,
    words: Sequence[Words],
    *,
    channel: Channel,
    people: int,
) -> Reckoned:
    """Reckon one channel of a message over its audience; `people` is how many that is, counted before.

    `words` are what it says there in each language, and for each result: of those, the dearest is reckoned with.
    """
    own = [each for each in words if each.channel is channel and each.body.strip()]
    greets = any("{first_name" in each.body + each.subject + each.preheader for each in own)
    if not people or not own or (channel is Channel.EMAIL and not greets):
        return Reckoned(people, cost(window, channel, people))
    readers = audiences.sample_audience(session, window.campaign.id, channel, audience, people=people, size=SAMPLE)
    nameless, counted = _nameless(session, window, audience, channel, people, readers)
    if channel is Channel.EMAIL:
        return Reckoned(people, cost(window, channel, people), len(readers), (), nameless, counted)
    lengths, is_dearest = _dearest(window, own, readers)
    total = sum(segments * many for segments, many in lengths.items())
    average = total / len(readers) if readers and total else 1
    price = round(people * average * window.campaign.segment_price)
    return Reckoned(people, price, len(readers), tuple(sorted(lengths.items())), nameless, counted, is_dearest)


def _nameless(
    session: Session,
    window: Window,
    audience: Audience,
    channel: Channel,
    people: int,
    readers: Sequence[audiences.SampledReader],
) -> tuple[int, bool]:
    """How many have no name we could greet them by, and whether they were counted or reckoned from the sample."""
    among = sum(not clean_name(reader.first_name) for reader in readers)
    if len(readers) >= people or not readers:
        return among, True
    if people <= COUNTED:
        return audiences.count_nameless(session, window.campaign.id, channel, audience), True
    return round(people * among / len(readers)), False


def _dearest(
    window: Window, words: Sequence[Words], readers: Sequence[audiences.SampledReader]
) -> tuple[Mapping[int, int], bool]:
    """The lengths of the wording that costs most, and whether another costs less."""
    by_result = dict.fromkeys(each.variant for each in words) or {"": None}
    lengths = [_lengths(window, [each for each in words if each.variant == result], readers) for result in by_result]
    totals = [sum(segments * many for segments, many in one.items()) for one in lengths]
    return lengths[totals.index(max(totals))], min(totals) < max(totals)


def _lengths(window: Window, words: Iterable[Words], readers: Sequence[audiences.SampledReader]) -> Mapping[int, int]:
    """How many people get it in how many segments; words that cannot be written yet count as one."""
    makers = {}
    for each in words:
        try:
            frozen = freeze_for(window, each)
            compiled = compile_for(parse(frozen.text), {})
        except (CopyMistake, MissingFact):
            continue
        makers[each.language] = each, frozen, compiled
    default = makers.get(window.campaign.language) or next(iter(makers.values()), None)
    lengths: Counter[int] = Counter()
    for reader in readers:
        made = makers.get(reader.locale.partition("-")[0], default)
        if made is None:
            lengths[1] += 1
            continue
        each, frozen, compiled = made
        values = values_for(window, each, frozen, Reader(reader.first_name, reader.time_zone))
        lengths[measure(compiled.text(values)).segments] += 1
    return lengths
