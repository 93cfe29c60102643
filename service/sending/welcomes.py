"""What a welcome says: frozen anew whenever the match stands otherwise, so that nobody reads of what is over."""

import logging

from service.domain.variant import SIGNED, place_now, standing_of
from service.sending.due import fixture_of
from service.sending.facts import shared_facts
from service.sending.freeze import Words, choose_words, freeze_blast, stage_words
from service.store import Session
from service.store.queries import opening, renderings
from service.store.queries.opening import RollingBlast
from service.wording.placeholders import CopyMistake, MissingFact

log = logging.getLogger(__name__)


def freeze_welcomes(session: Session, *, public_url: str) -> int:
    """Freeze the words for how each match stands now, where that has not been done; how many blasts got new ones.

    Safe to run at any time, and by several at once: what was frozen first stands. Whoever joins in the second before
    it has run gets what was frozen last.
    """
    rolling = opening.rolling_blasts(session)
    frozen = renderings.arms_of(session, [each.blast_id for each in rolling])
    late = [each for each in rolling if standing_of(fixture_of(each.fixture)) not in frozen.get(each.blast_id, ())]
    for each in late:
        _freeze(session, each, public_url=public_url)
    return len(late)


def _freeze(session: Session, rolling: RollingBlast, *, public_url: str) -> None:
    fixture = fixture_of(rolling.fixture)
    copies = stage_words(renderings.copies_for(session, rolling.stage_id))
    try:
        _freeze_words(session, rolling, copies, place_now(fixture), standing_of(fixture), public_url)
    except (CopyMistake, MissingFact) as wrong:
        # Words that cannot be filled as the match stands are worth less than those for whichever it is.
        log.error("a welcome cannot be rendered", extra={"blast": rolling.blast_id, "why": str(wrong)})
        _freeze_words(session, rolling, copies, "", standing_of(fixture), public_url)


def _freeze_words(
    session: Session, rolling: RollingBlast, copies: list[Words], place: str, standing: str, public_url: str
) -> None:
    campaign = rolling.campaign
    count = renderings.signature_count(session, campaign.id)
    freeze_blast(
        session,
        blast_id=rolling.blast_id,
        campaign_id=campaign.id,
        campaign_slug=campaign.slug,
        channels=rolling.channels,
        words=choose_words(copies, place, arm=standing),
        facts=shared_facts(campaign, rolling.fixture, signature_count=count, public_url=public_url),
    )


def arms_for(standing: str, *, signed: bool) -> tuple[str, ...]:
    """The renderings to look for, best first: those of how the match stands, and of whoever has signed."""
    own = f"{standing}.{SIGNED}" if standing else SIGNED
    return (own, standing) if signed else (standing,)
