"""Write a blast's messages: the audience is frozen a span of supporters at a time, each span one transaction."""

from dataclasses import dataclass

from service.domain.channel import Channel
from service.points import point
from service.store import Session
from service.store.queries import blasts_life, opening

SPAN = 100_000


@dataclass(frozen=True, slots=True)
class Written:
    """One span written: how many messages, and whether the blast now has them all."""

    blast_id: int
    messages: int
    done: bool


def write_next_span(session: Session, *, span: int = SPAN) -> Written | None:
    """Write the next span of one blast that is opening; None when no blast is waiting for this worker.

    The messages and how far it has come are one transaction: after a crash the span is there whole or not at all.
    """
    blast = opening.hold_opening(session)
    if blast is None:
        return None
    point("open.held")
    opening.set_work_mem(session)
    campaign, _ = blasts_life.campaign_and_fixture(session, blast.campaign_id)
    ends = blast.opens_upto or 0
    upto = min(blast.opened_through + span, ends)
    messages = 0
    rendered: dict[str, dict[str, int]] = {}
    for rendering in opening.renderings_of(session, blast.id):
        rendered.setdefault(rendering.channel, {})[rendering.language] = rendering.id
    for channel in Channel:
        if channel not in rendered:
            continue
        messages += opening.write_messages(
            session,
            blast,
            channel,
            rendered[channel],
            default_language=campaign.language,
            by_time_zone=str(channel) in campaign.quiet_hours,
            after=blast.opened_through,
            upto=upto,
            batch_size=opening.BATCH_SIZES[channel],
        )
    done = upto >= ends
    opening.advance(session, blast.id, through=upto, written=messages, done=done)
    point("open.before_commit")
    return Written(blast.id, messages, done)
