"""Late joiners: the welcome, and what has already gone out and is still worth having."""

from datetime import datetime

from service.domain.channel import Channel
from service.store import Session
from service.store.queries import joiners


def add_joiner(session: Session, *, campaign_id: int, supporter_id: int, channel: Channel, now: datetime) -> int:
    """Give a supporter who has just consented their copies; how many messages were written.

    They get the campaign's sign-up stages, and every stage that fired before they came whose policy is to catch up,
    that is not yet stale and whose audience they are in. Safe to call again: a message is written once, ever.
    Nudge sending.deliver_prompt after commit.
    """
    written = 0
    for blast in joiners.open_to_joiners(session, campaign_id=campaign_id, channel=channel, now=now):
        if joiners.is_in_audience(session, blast, channel=channel, supporter_id=supporter_id):
            written += joiners.write_one(session, blast, channel=channel, supporter_id=supporter_id, now=now)
    return written
