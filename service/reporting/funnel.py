"""What a campaign achieved, stage by stage."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from service.domain.channel import Channel
from service.reporting.live import ChannelProgress, channel_progress
from service.store import Session
from service.store.queries import achieved, blasts, campaigns, loading
from service.store.queries.achieved import Spent
from service.store.queries.glance import Figure, Glance, glance
from service.store.queries.state_counts import FactCount, Sample, StateCount, sample, state_counts
from service.store.tables.blasts import Blast

EVERY_ONE = 2**62
_QUICK = 100_000
_MOST_STRETCHES = 50


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many rows a report may read beside the blasts' batches, which are all summed: what it comes to grows no further.

    `messages`: counted in all, the smallest blasts first. `sampled`: looked at in all the others, on each channel, in
    stretches of `each`. `signatures`: counted in all, up to twice. `left`: looked up in the others by who took a consent
    back. `harm`: receipts read of all the others. `figure`: rows of each of the eight totals.
    """

    messages: int
    sampled: int = 500_000
    each: int = 200
    signatures: int = 1_000_000
    left: int = 50_000
    harm: int = 100_000
    figure: int = 500_000

    def stretches(self, blast_count: int) -> int:
        """How many stretches each of so many larger blasts has."""
        return max(1, min(_MOST_STRETCHES, self.sampled // (self.each * max(1, blast_count))))


EXACT = Bounds(EVERY_ONE, signatures=EVERY_ONE, figure=EVERY_ONE)
_PAGE = Bounds(1_000_000)


@dataclass(frozen=True, slots=True)
class StageLine:
    """One blast's line of the report: messages over both channels, and what people did with them."""

    blast_id: int
    title: str
    state: str
    audience: int
    sent: int
    delivered: int
    bounced: int
    failed: int
    withheld: int
    opened: int
    clicked: int
    signed: int
    left: int
    complained: int
    # Of those sent, the emails: what was opened is a part of them alone.
    emails_sent: int
    cost: int
    # Too large to be counted for a page: what became of its messages is estimated from a part of them.
    is_estimate: bool = False


@dataclass(frozen=True, slots=True)
class Totals:
    """What a campaign has come to. `cut`: the figures that were counted so far only, and are that many at least."""

    sign_ups: int
    confirmed: int
    by_email: int
    by_sms: int
    signatures: int
    shares: int
    brought: int
    sharers: int
    replies: int
    waiting: int
    left: int
    cut: tuple[str, ...] = ()

    @classmethod
    def of(cls, seen: Glance) -> "Totals":
        """The figures of a glance."""
        known: dict[str, Figure] = {each.name: getattr(seen, each.name) for each in fields(seen)}
        counts = {name: figure.count for name, figure in known.items()}
        return cls(**counts, cut=tuple(name for name, figure in known.items() if figure.is_cut))

    def figure(self, name: str) -> Figure:
        """One of them, with whether there may be more."""
        return Figure(getattr(self, name), name in self.cut)


@dataclass(frozen=True, slots=True)
class CampaignReport:
    """The whole report. Costs are ten-thousandths of a unit of `currency`."""

    slug: str
    title: str
    currency: str
    lines: tuple[StageLine, ...]
    totals: Totals
    skipped: tuple[str, ...]

    @property
    def cost(self) -> int:
        return sum(line.cost for line in self.lines)

    @property
    def is_estimate(self) -> bool:
        """Whether a figure of it is estimated from a part of the messages."""
        return any(line.is_estimate for line in self.lines)

    @property
    def signed_otherwise(self) -> int:
        """Signatures that came from none of these messages: from the pages, by text, through a friend."""
        return max(0, self.totals.signatures - sum(line.signed for line in self.lines))

    @property
    def left_otherwise(self) -> int:
        """People who left by none of these messages' links: by STOP, on the pages, or because they asked a manager."""
        return max(0, self.totals.left - sum(line.left for line in self.lines))


class CampaignUnknown(Exception):
    """There is no such campaign."""


def campaign_report(session: Session, slug: str, *, bounds: Bounds = EXACT) -> CampaignReport:
    """What happened, per stage and in all. Raises CampaignUnknown.

    Where there are more messages than the bounds let it count, what more there are are estimated from a part of them,
    and said to be.
    """
    view = campaigns.by_slug(session, slug)
    row = loading.campaign_named(session, slug)
    if view is None or row is None:
        raise CampaignUnknown(f"no campaign {slug!r}")
    opened = sorted(blasts.blasts_of(session, view.id), key=lambda blast: (blast.opens_at, blast.id))
    ids = [blast.id for blast in opened]
    spent = achieved.spent(session, ids)
    small = _counted(spent, ids, bounds.messages)
    states = state_counts(session, sorted(small), exact_upto=EVERY_ONE)
    facts = achieved.fact_counts(session, sorted(small))
    for found in _estimated(session, view.id, [blast_id for blast_id in ids if blast_id not in small], bounds):
        states += found.states
        facts += found.facts
    signed = achieved.signed_counts(session, ids, most=bounds.signatures)
    lines = tuple(
        _line(
            blast,
            [count for count in states if count.blast_id == blast.id],
            [fact for fact in facts if fact.blast_id == blast.id],
            signed=signed[blast.id],
            cost=_cost(spent.get(blast.id, Spent()), row.segment_price, row.email_price_per_thousand),
            is_estimate=blast.id not in small or signed[blast.id].is_cut,
        )
        for blast in opened
    )
    skipped = tuple(
        f"{stage.title}: {firing.outcome.replace('_', ' ')}"
        for stage, firing, blast in blasts.stages_with_firings(session, view.id)
        if firing is not None and blast is None
    )
    totals = Totals.of(glance(session, view.id, most=bounds.figure))
    return CampaignReport(slug, view.title, row.currency, lines, totals, skipped)


def quick_report(session: Session, slug: str) -> CampaignReport:
    """The report for a page: of a campaign however large no more rows are read than its bounds say, and its batches.

    Raises CampaignUnknown.
    """
    return campaign_report(session, slug, bounds=_PAGE)


def _estimated(session: Session, campaign_id: int, blast_ids: Sequence[int], bounds: Bounds) -> Iterator[Sample]:
    """What larger blasts came to, by a part of their messages; the few who left or complained are counted."""
    if not blast_ids:
        return
    count = len(blast_ids)
    left = achieved.leavings(session, campaign_id, blast_ids, most=bounds.left // count)
    complained = achieved.complaints(session, blast_ids, most=bounds.harm // count)
    for blast_id in blast_ids:
        found = sample(session, blast_id, stretches=bounds.stretches(count), each=bounds.each)
        yield replace(found, facts=_with_the_few(blast_id, found.facts, left[blast_id], complained[blast_id]))


def _with_the_few(blast_id: int, facts: Sequence[FactCount], left: Figure, complained: Figure) -> tuple[FactCount, ...]:
    """The facts with what was counted over both channels; where it was not counted in full it is that many at least."""
    seen = FactCount(
        blast_id,
        channel="",
        opened=sum(fact.opened for fact in facts),
        clicked=sum(fact.clicked for fact in facts),
        complained=_surest(complained, sum(fact.complained for fact in facts)),
        left=_surest(left, sum(fact.left for fact in facts)),
    )
    return (seen,)


def _surest(counted: Figure, estimated: int) -> int:
    return max(counted.count, estimated) if counted.is_cut else counted.count


def _counted(spent: Mapping[int, Spent], blast_ids: Sequence[int], most: int) -> set[int]:
    """The blasts whose messages are counted one by one: the smallest, while they are no more than so many."""
    small: set[int] = set()
    for blast_id in sorted(blast_ids, key=lambda each: spent.get(each, Spent()).messages):
        most -= spent.get(blast_id, Spent()).messages
        if most < 0:
            break
        small.add(blast_id)
    return small


def _cost(spent: Spent, segment_price: int, email_price_per_thousand: int) -> int:
    return spent.segments * segment_price + spent.emails * email_price_per_thousand // 1000


def _line(
    blast: Blast,
    states: Sequence[StateCount],
    facts: Sequence[FactCount],
    *,
    signed: Figure,
    cost: int,
    is_estimate: bool,
) -> StageLine:
    channels = [channel_progress(states, channel) for channel in blast.channels]
    return StageLine(
        blast_id=blast.id,
        title=blast.title,
        state=blast.state,
        audience=_sum(channels, "audience"),
        sent=_sum(channels, "sent"),
        delivered=_sum(channels, "delivered"),
        bounced=_sum(channels, "bounced"),
        failed=_sum(channels, "failed"),
        withheld=_sum(channels, "withheld"),
        opened=sum(fact.opened for fact in facts),
        clicked=sum(fact.clicked for fact in facts),
        signed=signed.count,
        left=sum(fact.left for fact in facts),
        complained=sum(fact.complained for fact in facts),
        emails_sent=channel_progress(states, Channel.EMAIL).sent,
        cost=cost,
        is_estimate=is_estimate,
    )


def campaign_glance(session: Session, campaign_id: int, *, most: int = _QUICK) -> Glance:
    """What a campaign has come to, for a page that is opened all day: no message is counted, and no figure in full
    that has more than `most`."""
    return glance(session, campaign_id, most=most)


def _sum(channels: list[ChannelProgress], name: str) -> int:
    return sum(int(getattr(channel, name)) for channel in channels)
