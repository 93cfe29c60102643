"""What a campaign achieved, stage by stage."""

from dataclasses import dataclass

from service.domain.channel import Channel
from service.reporting.live import ChannelProgress, channel_progress
from service.store import Session
from service.store.queries import blasts, campaigns, loading, progress
from service.store.queries.glance import Glance, glance
from service.store.queries.progress import Totals
from service.store.queries.state_counts import state_counts

_EVERY_MESSAGE = 2**62
_QUICK = 100_000


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
    def signed_otherwise(self) -> int:
        """Signatures that came from none of these messages: from the pages, by text, through a friend."""
        return max(0, self.totals.signatures - sum(line.signed for line in self.lines))

    @property
    def left_otherwise(self) -> int:
        """People who left by none of these messages' links: by STOP, on the pages, or because they asked a manager."""
        return max(0, self.totals.left - sum(line.left for line in self.lines))


class CampaignUnknown(Exception):
    """There is no such campaign."""


def campaign_report(session: Session, slug: str) -> CampaignReport:
    """What happened, per stage and in all. Raises CampaignUnknown."""
    view = campaigns.by_slug(session, slug)
    row = loading.campaign_named(session, slug)
    if view is None or row is None:
        raise CampaignUnknown(f"no campaign {slug!r}")
    opened = sorted(blasts.blasts_of(session, view.id), key=lambda blast: (blast.opens_at, blast.id))
    ids = [blast.id for blast in opened]
    # A report is counted, however long that takes: its numbers are handed on.
    counts = state_counts(session, ids, exact_upto=_EVERY_MESSAGE)
    facts = progress.fact_counts(session, ids)
    signed = progress.signed_counts(session, ids)
    spent = progress.spent(session, ids)
    lines = []
    for blast in opened:
        own = [count for count in counts if count.blast_id == blast.id]
        channels = [channel_progress(own, channel) for channel in blast.channels]
        done = [fact for fact in facts if fact.blast_id == blast.id]
        segments, emails = spent.get(blast.id, (0, 0))
        lines.append(
            StageLine(
                blast_id=blast.id,
                title=blast.title,
                state=blast.state,
                audience=_sum(channels, "audience"),
                sent=_sum(channels, "sent"),
                delivered=_sum(channels, "delivered"),
                bounced=_sum(channels, "bounced"),
                failed=_sum(channels, "failed"),
                withheld=_sum(channels, "withheld"),
                opened=sum(fact.opened for fact in done),
                clicked=sum(fact.clicked for fact in done),
                signed=signed.get(blast.id, 0),
                left=sum(fact.left for fact in done),
                complained=sum(fact.complained for fact in done),
                emails_sent=channel_progress(own, Channel.EMAIL).sent,
                cost=segments * row.segment_price + emails * row.email_price_per_thousand // 1000,
            )
        )
    skipped = tuple(
        f"{stage.title}: {firing.outcome.replace('_', ' ')}"
        for stage, firing, blast in blasts.stages_with_firings(session, view.id)
        if firing is not None and blast is None
    )
    return CampaignReport(slug, view.title, row.currency, tuple(lines), progress.totals(session, view.id), skipped)


def campaign_glance(session: Session, campaign_id: int, *, most: int = _QUICK) -> Glance:
    """What a campaign has come to, for a page that is opened all day: no message is counted, and no figure in full
    that has more than `most`."""
    return glance(session, campaign_id, most=most)


def _sum(channels: list[ChannelProgress], name: str) -> int:
    return sum(int(getattr(channel, name)) for channel in channels)
