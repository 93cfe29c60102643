"""The pages of a campaign that words lead to: a link to one that is not there would be dead."""

from collections.abc import Iterable

from service.store import Session
from service.store.queries import renderings
from service.wording.placeholders import MissingFact, Placeholder


class MissingPage(MissingFact):
    """A link leads to a page that the campaign does not have."""


def check_pages(session: Session, campaign_id: int, names: Iterable[str]) -> None:
    """Raise MissingPage unless every page that these placeholders lead to is there."""
    if missing := missing_pages(session, campaign_id, names):
        raise MissingPage(f"the campaign has {' and '.join(missing)}")


def missing_pages(session: Session, campaign_id: int, names: Iterable[str]) -> list[str]:
    """What the campaign has not of that which these placeholders lead to: "no briefing 'the-trial'", "no petition"."""
    asked = list(dict.fromkeys(names))
    briefings = [slug for name in asked if (slug := Placeholder(name).briefing) is not None]
    known = renderings.briefing_slugs(session, campaign_id) if briefings else frozenset()
    missing = [f"no briefing {slug!r}" for slug in briefings if slug not in known]
    if "petition_link" in asked and not renderings.has_petition(session, campaign_id):
        missing.append("no petition")
    return missing
