"""Late joiners: the welcome, and what has already gone out and is still worth having."""

from datetime import datetime

from service.domain.channel import Channel
from service.domain.variant import standing_of
from service.sending.due import fixture_of
from service.sending.welcomes import arms_for
from service.store import Session
from service.store.queries import blasts_life, joiners, renderings
from service.store.tables.blasts import Blast


def add_joiner(session: Session, *, campaign_id: int, supporter_id: int, channel: Channel, now: datetime) -> int:
    """Give a supporter who has just consented their copies; how many messages were written.

    They get the campaign's sign-up stages, and every stage that fired before they came whose policy is to catch up,
    that is not yet stale and whose audience they are in; each in the words for how the match stands now. Safe to call again: a message is written once, ever.
    Nudge sending.deliver_prompt after commit.
    """
    written = 0
    signed = joiners.has_signed(session, campaign_id, supporter_id)
    standing = _standing(session, campaign_id)
    for blast in joiners.open_to_joiners(session, campaign_id=campaign_id, channel=channel, now=now):
        if joiners.comes_late(session, blast, channel=channel, supporter_id=supporter_id):
            continue
        if joiners.is_in_audience(session, blast, channel=channel, supporter_id=supporter_id):
            arms = arms_for(standing if blast.is_rolling else blast.test_winner, signed=signed)
            written += joiners.write_one(session, blast, channel=channel, supporter_id=supporter_id, arms=arms, now=now)
    return written


def _standing(session: Session, campaign_id: int) -> str:
    _, fixture = blasts_life.campaign_and_fixture(session, campaign_id)
    return standing_of(fixture_of(fixture), has_closed=renderings.has_closed_petition(session, campaign_id))


def add_late_joiners(session: Session, blast: Blast, *, now: datetime) -> int:
    """Write the copies of those who joined while this blast was being written; with its last span. How many."""
    late = joiners.take_late_joiners(session, blast.id)
    return sum(_add_late(session, blast, channel, who, standing=blast.test_winner, now=now) for channel, who in late)


def welcome_late_joiners(session: Session, *, now: datetime, limit: int = 100) -> int:
    """Welcome some of those who joined before there were words for it; how many messages were written.

    Safe to run at any time, and by several at once.
    """
    late = joiners.take_welcomed(session, limit=limit)
    standings = {blast.campaign_id: _standing(session, blast.campaign_id) for blast, _, _ in late}
    return sum(
        _add_late(session, blast, channel, who, standing=standings[blast.campaign_id], now=now)
        for blast, channel, who in late
    )


def _add_late(
    session: Session, blast: Blast, channel: Channel, supporter_id: int, *, standing: str, now: datetime
) -> int:
    if not joiners.is_in_audience(session, blast, channel=channel, supporter_id=supporter_id):
        return 0
    arms = arms_for(standing, signed=joiners.has_signed(session, blast.campaign_id, supporter_id))
    return joiners.write_one(session, blast, channel=channel, supporter_id=supporter_id, arms=arms, now=now)
