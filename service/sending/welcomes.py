"""What a welcome says: frozen anew whenever the match stands otherwise, or the petition closes: nobody reads of what is over."""

import logging
from collections.abc import Iterable, Set
from itertools import groupby

from service.domain.channel import Channel
from service.domain.variant import SIGNED, places_now, standing_of
from service.sending.due import fixture_of
from service.sending.facts import shared_facts
from service.sending.freeze import NothingToSay, Words, choose_words, freeze_blast, stage_words
from service.sending.ruling import why_words_wait
from service.store import Session
from service.store.carried import carried
from service.store.queries import approvals, blasts, opening, renderings
from service.store.queries.opening import RollingBlast
from service.wording.placeholders import CopyMistake, MissingFact

log = logging.getLogger(__name__)

_GOES_ON = "what it said before goes on being sent"


def freeze_welcomes(session: Session, *, public_url: str) -> int:
    """Freeze the words for how each match stands now, where that has not been done; how many blasts got new ones.

    Safe to run at any time, and by several at once: what was frozen first stands. Whoever joins in the second before
    it has run gets what was frozen last.
    """
    rolling = opening.rolling_blasts(session)
    frozen = renderings.arms_by_channel(session, [each.blast_id for each in rolling])
    late = set()
    for each in rolling:
        channels = _channels_without(frozen.get(each.blast_id, set()), each, carried(session))
        if not channels or not _is_approved(session, each):
            continue
        for channel in channels:
            _freeze(session, each, channel, public_url=public_url)
            late.add(each.blast_id)
    return len(late)


def _is_approved(session: Session, rolling: RollingBlast) -> bool:
    """Whether it says what a second person approved; what was frozen of that goes on being sent where it does not."""
    stage = blasts.stage(session, rolling.stage_id)
    why = "" if stage is None else why_words_wait(session, stage)
    if approvals.note_waiting_words(session, rolling.blast_id, f"{why}; {_GOES_ON}" if why else "") and why:
        log.error("a welcome does not say what was approved", extra={"blast": rolling.blast_id, "why": why})
    return not why


def _channels_without(
    frozen: Set[tuple[str, str]], rolling: RollingBlast, channels: frozenset[Channel]
) -> list[Channel]:
    """The channels somebody carries by which a welcome has no words for how the match stands."""
    theirs = map(Channel, rolling.channels)
    return [channel for channel in theirs if channel in channels and (channel, _standing(rolling)) not in frozen]


def _freeze(session: Session, rolling: RollingBlast, channel: Channel, *, public_url: str) -> None:
    places = places_now(fixture_of(rolling.fixture), has_closed=rolling.has_closed)
    copies = stage_words(renderings.copies_for(session, rolling.stage_id))
    why = {"blast": rolling.blast_id, "channel": channel}
    # Words that cannot be filled as the match stands are worth less than those for whichever it is, if there are others.
    for words in _distinct(
        [each for each in choose_words(copies, *wanted, arm=_standing(rolling)) if each.channel == channel]
        for wanted in (places, ())
    ):
        try:
            _freeze_words(session, rolling, channel, words, public_url)
        except (NothingToSay, CopyMistake, MissingFact) as wrong:
            # The other channel, and the welcomes behind this one, must not wait for that.
            log.error("a welcome cannot be rendered", extra={**why, "why": str(wrong)})
        else:
            return


def _distinct(tries: Iterable[list[Words]]) -> list[list[Words]]:
    return [words for words, _ in groupby(tries)]


def _freeze_words(
    session: Session, rolling: RollingBlast, channel: Channel, words: list[Words], public_url: str
) -> None:
    campaign = rolling.campaign
    count = renderings.signature_count(session, campaign.id)
    freeze_blast(
        session,
        blast_id=rolling.blast_id,
        campaign_id=campaign.id,
        campaign_slug=campaign.slug,
        channels=[channel],
        words=words,
        facts=shared_facts(campaign, rolling.fixture, signature_count=count, public_url=public_url),
    )


def _standing(rolling: RollingBlast) -> str:
    return standing_of(fixture_of(rolling.fixture), has_closed=rolling.has_closed)


def arms_for(standing: str, *, signed: bool) -> tuple[str, ...]:
    """The renderings to look for, best first: those of how the match stands, and of whoever has signed."""
    own = f"{standing}.{SIGNED}" if standing else SIGNED
    return (own, standing) if signed else (standing,)
