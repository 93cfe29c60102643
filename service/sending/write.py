"""Write a blast's messages: the audience is frozen a span of supporters at a time, each span one transaction."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import InterfaceError, OperationalError

from service.domain.channel import Channel
from service.domain.sender import sender_name
from service.domain.zones import next_at
from service.points import point
from service.sending.joiners import add_late_joiners
from service.store import Session
from service.store.queries import blasts_life, opening, senders, writing
from service.store.queries.house import database_now
from service.store.tables.blasts import Blast, Rendering
from service.store.tables.campaign import Campaign

log = logging.getLogger(__name__)

SPAN = 100_000


@dataclass(frozen=True, slots=True)
class Written:
    """One span written: how many messages, and whether the blast now has them all."""

    blast_id: int
    messages: int
    done: bool


def write_next_span(session: Session, *, numbers: Sequence[str] = (), span: int = SPAN) -> Written | None:
    """Write the next span of one blast that is opening; None when no blast is waiting for this worker.

    The messages and how far it has come are one transaction: after a crash the span is there whole or not at all.
    `numbers`: those texts come from; none where the provider keeps the pool.
    """
    blast = opening.hold_opening(session)
    if blast is None:
        return None
    point("open.held")
    blast_id = blast.id
    try:
        with session.begin_nested():
            written = _write_span(session, blast, numbers=numbers, span=span)
    except (OperationalError, InterfaceError):
        raise
    except Exception as wrong:
        # The blast says why it stopped; those behind it must not wait for that.
        log.exception("a blast cannot be written", extra={"blast": blast_id})
        blasts_life.pause(session, blast_id, reason=f"its messages cannot be written: {type(wrong).__name__}")
        written = Written(blast_id, 0, done=False)
    point("open.before_commit")
    return written


def _write_span(session: Session, blast: Blast, *, numbers: Sequence[str], span: int) -> Written:
    opening.set_work_mem(session)
    campaign, _ = blasts_life.campaign_and_fixture(session, blast.campaign_id)
    after, ends = blast.opened_through, blast.opens_upto or 0
    upto = min(after + span, ends)
    messages = 0
    rendered = _by_channel(opening.renderings_of(session, blast.id))
    for channel in Channel:
        if channel not in rendered:
            continue
        if channel is Channel.SMS and len(numbers) > 1:
            writing.keep_numbers(session, numbers, after=after, upto=upto)
        cut = _cut(session, blast, campaign, channel, rendered[channel], numbers, after=after, upto=upto)
        messages += writing.write_messages(session, blast, channel, cut, after=after, upto=upto)
    done = upto >= ends
    if done:
        messages += add_late_joiners(session, blast, now=database_now(session))
    # Where it was cancelled while the span was being written, nobody gets it, and the ticker closes it.
    opening.advance(session, blast.id, through=upto, written=messages, done=done)
    return Written(blast.id, messages, done)


def _by_channel(rows: Sequence[Rendering]) -> dict[str, dict[str, dict[str, int]]]:
    """Renderings by channel, arm of a test and language."""
    rendered: dict[str, dict[str, dict[str, int]]] = {}
    for row in rows:
        rendered.setdefault(row.channel, {}).setdefault(row.arm, {})[row.language] = row.id
    return rendered


def _cut(
    session: Session,
    blast: Blast,
    campaign: Campaign,
    channel: Channel,
    renderings: Mapping[str, Mapping[str, int]],
    numbers: Sequence[str],
    *,
    after: int,
    upto: int,
) -> writing.Cut:
    keeps_numbers = channel is Channel.SMS and len(numbers) > 1
    sender = sender_name(channel, campaign.sender_email, numbers[0] if len(numbers) == 1 else "")
    local = None
    if blast.local_time is not None:
        zones = writing.zones_of(session, after=after, upto=upto)
        local = {zone: next_at(blast.local_time, zone, after=blast.opens_at) for zone in zones}
    return writing.Cut(
        renderings=renderings,
        default_language=campaign.language,
        batch_size=_batch_size(session, channel, numbers if keeps_numbers else (sender,)),
        sender=sender,
        keeps_numbers=keeps_numbers,
        by_time_zone=str(channel) in campaign.quiet_hours,
        local=local,
        test_share=blast.test_share,
    )


def _batch_size(session: Session, channel: Channel, names: Sequence[str]) -> int:
    """The most messages a batch may hold: fewer where a sender is slow, so that a handover fits its rate."""
    rows = [row for name in names if (row := senders.sender(session, channel, name)) is not None]
    slowest = (row.allowance.at_once for row in rows)
    return min([opening.BATCH_SIZES[channel], *(most for most in slowest if most is not None)])
