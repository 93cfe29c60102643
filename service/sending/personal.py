"""What differs from person to person: the name, the kick-off in their own time, their own signed links."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.domain.channel import Channel
from service.wording.links import LinkKind, sign_many
from service.wording.placeholders import BRIEFING_LINK
from service.wording.sms import straighten_quotes
from service.wording.times import kick_off_words

# The campaign's own page, by the code of the one who passes it on.
FRIEND_LINK = "friend_link"
# The email itself, as a page.
VIEW_LINK = "view_link"


@dataclass(frozen=True, slots=True)
class Person:
    """One recipient, as the words see them."""

    supporter_id: int
    first_name: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class PersonalWords:
    """Fills personal placeholders for one blast, channel and language.

    `links`: placeholder to row of links; for a friend's link, to the campaign.
    """

    key: bytes
    public_url: str
    blast_id: int
    channel: Channel
    language: str
    kick_off_at: datetime
    links: Mapping[str, int]

    def values(self, names: Sequence[str], person: Person) -> dict[str, str]:
        """The words for each of these placeholders. Raises KeyError for a link the blast does not have."""
        return self.filler(names, [person.supporter_id])(person)

    def filler(self, names: Sequence[str], supporter_ids: Sequence[int]) -> Callable[[Person], dict[str, str]]:
        """What `values` would give for each of these supporters: their links are signed all at once, ahead."""
        makers = [(name, self._maker(name, supporter_ids)) for name in names]
        return lambda person: {name: make(person) for name, make in makers}

    def _maker(self, name: str, supporter_ids: Sequence[int]) -> Callable[[Person], str]:
        if name == "first_name":
            return _first_name
        if name in {"kick_off", "kick_off_time"}:
            place = 0 if name == "kick_off" else 1
            return lambda person: kick_off_words(self.kick_off_at, person.time_zone, self.language)[place]
        if name == "leave_link":
            return self._link("leave", LinkKind.LEAVE, 0, supporter_ids)
        if name == "preferences_link":
            return self._link("preferences", LinkKind.PREFERENCES, 0, supporter_ids)
        if name == VIEW_LINK:
            return self._link("view", LinkKind.VIEW, 0, supporter_ids)
        if name == FRIEND_LINK:
            # It is made to be passed on: it says who passed it on, and lets nobody do anything in their name.
            return self._link("f", LinkKind.SHARE, self.links[name], supporter_ids)
        return self._link("l", LinkKind.CLICK, self.links[name], supporter_ids)

    def _link(self, path: str, kind: LinkKind, target: int, supporter_ids: Sequence[int]) -> Callable[[Person], str]:
        tokens = sign_many(
            kind, supporter_ids, key=self.key, channel=self.channel, blast_id=self.blast_id, target=target
        )
        prefix = f"{self.public_url}/{path}/"
        ready = {who: prefix + token for who, token in zip(supporter_ids, tokens, strict=True)}
        return lambda person: ready[person.supporter_id]


def _first_name(person: Person) -> str:
    return person.first_name


# How one in thirty links of the version before ends; this version signs the same link otherwise.
_ENDED_BADLY = re.compile(r"(?<=/)[A-Za-z0-9_-]{31}[_-](?![A-Za-z0-9_-])")


def is_same_text(found: str, ours: str) -> bool:
    """Whether a text in the provider's list is the one we would write now.

    The version before left names as they were typed and let links end in a dash; the provider may straighten signs.
    """
    if found == ours:
        return True
    theirs, again = straighten_quotes(found), straighten_quotes(ours)
    for link in _ENDED_BADLY.finditer(theirs):
        again = again[: link.start()] + link[0] + again[link.end() :]
    return theirs == again


def link_target(name: str, campaign_slug: str) -> str | None:
    """The page a tracked placeholder leads to, as a path; None for a placeholder that is no tracked link."""
    if name == "petition_link":
        return f"/{campaign_slug}/petition"
    if name == "share_link":
        return f"/{campaign_slug}/share"
    if name == VIEW_LINK:
        # Read by a worker of the version before alone, while an upgrade goes on: its readers come to the campaign.
        return f"/{campaign_slug}/"
    if name.startswith(f"{BRIEFING_LINK}:"):
        return f"/{campaign_slug}/briefings/{name.partition(':')[2]}"
    return None
