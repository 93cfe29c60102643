"""What planned messages name that loading a campaign's files would take away: a briefing they link to, a keyword."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from service.sending.freeze import Written, words_of_copy, words_of_test
from service.sending.personal import link_target
from service.store import Session
from service.store.queries import loading, renderings
from service.wording.placeholders import BRIEFING_LINK, CopyMistake, parse, placeholders


@dataclass(frozen=True, slots=True)
class Named:
    """What messages of a campaign can name: its briefings by their slugs, its keywords."""

    campaign: str
    briefings: frozenset[str] = frozenset()
    keywords: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TakenAway:
    """What a load takes from messages: from those `planned`, and from those that have gone out or are going."""

    planned: tuple[str, ...] = ()
    gone_out: tuple[str, ...] = ()


def named_in(session: Session, campaign_slug: str) -> Named:
    """What messages of a campaign can name as it stands; nothing where there is no such campaign."""
    row = loading.campaign_named(session, campaign_slug)
    if row is None:
        return Named(campaign_slug)
    return Named(campaign_slug, renderings.briefing_slugs(session, row.id), frozenset(row.keywords))


def taken_away(session: Session, campaign_id: int, before: Named) -> TakenAway:
    """What has been taken from a campaign's messages since it stood as `before`, in this very transaction."""
    after = named_in(session, before.campaign)
    gone = Named(before.campaign, before.briefings - after.briefings, before.keywords - after.keywords)
    if not gone.briefings and not gone.keywords:
        return TakenAway()
    return TakenAway(tuple(_planned(session, campaign_id, gone)), tuple(_gone_out(session, campaign_id, gone)))


def _planned(session: Session, campaign_id: int, gone: Named) -> Iterator[str]:
    for slug, copies in loading.unopened_stages(session, campaign_id):
        yield from _told(f"stage {slug}", map(words_of_copy, copies), gone)
    for blast in loading.scheduled_blasts(session, campaign_id):
        words = words_of_test(blast.draft, blast.test_draft if blast.test_share else {})
        yield from _told(_blast(blast.id, blast.title), words, gone)


def _told(who: str, copies: Iterable[Written], gone: Named) -> Iterator[str]:
    linked: set[str] = set()
    said: set[str] = set()
    for copy in copies:
        for text in (copy.subject, copy.preheader, copy.body):
            linked |= _briefings_in(text)
            said |= set(re.findall(r"\w+", text))
    for slug in sorted(linked & gone.briefings):
        yield f"{who}: links to the briefing {slug!r}, which would be gone; it would wait, paused, for other words"
    for word in sorted(said & gone.keywords):
        yield f"{who}: says {word}, which would be no keyword any more; whoever texts it would get no briefing"


def _briefings_in(text: str) -> set[str]:
    try:
        return {each.briefing for each in placeholders(parse(text)) if each.briefing is not None}
    except CopyMistake:
        # It cannot be sent as it is, whatever the load does.
        return set()


def _gone_out(session: Session, campaign_id: int, gone: Named) -> Iterator[str]:
    under_way = loading.links_under_way(session, campaign_id)
    for slug in sorted(gone.briefings):
        name = f"{BRIEFING_LINK}:{slug}"
        for blast_id, title in _with(under_way, name):
            yield f"{_blast(blast_id, title)}: is under way with a link to the briefing {slug!r}, which would be gone"
        if loading.has_link(session, campaign_id, link_target(name, gone.campaign) or ""):
            yield f"briefing {slug}: what has gone out links to it; those links would lead to a page that is not there"


def _with(under_way: Sequence[loading.LinksUnderWay], name: str) -> list[tuple[int, str]]:
    return list(dict.fromkeys((each.blast_id, each.title) for each in under_way if name in each.names))


def _blast(blast_id: int, title: str) -> str:
    return f"blast {blast_id}, {title}"
