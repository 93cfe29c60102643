"""What differs from person to person: the name, the kick-off in their own time, their own signed links."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.domain.channel import Channel
from service.wording.links import LinkKind, sign
from service.wording.placeholders import BRIEFING_LINK
from service.wording.times import kick_off_words

TRACKED = frozenset({"petition_link", "share_link"})


@dataclass(frozen=True, slots=True)
class Person:
    """One recipient, as the words see them."""

    supporter_id: int
    first_name: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class PersonalWords:
    """Fills personal placeholders for one blast, channel and language. `links`: placeholder to row of links."""

    key: bytes
    public_url: str
    blast_id: int
    channel: Channel
    language: str
    kick_off_at: datetime
    links: Mapping[str, int]

    def values(self, names: Sequence[str], person: Person) -> dict[str, str]:
        """The words for each of these placeholders. Raises KeyError for a link the blast does not have."""
        return {name: self._maker(name)(name, person) for name in names}

    def leave_link(self, supporter_id: int) -> str:
        """The address that stops this channel; also the one-click address of the List-Unsubscribe header."""
        return f"{self.public_url}/leave/{self._signed(LinkKind.LEAVE, supporter_id, 0)}"

    def _maker(self, name: str) -> Callable[[str, Person], str]:
        if name == "first_name":
            return _first_name
        if name in {"kick_off", "kick_off_time"}:
            return self._kick_off
        if name == "leave_link":
            return lambda _, person: self.leave_link(person.supporter_id)
        if name == "preferences_link":
            return self._preferences
        return self._tracked

    def _kick_off(self, name: str, person: Person) -> str:
        day_and_time, time = kick_off_words(self.kick_off_at, person.time_zone, self.language)
        return day_and_time if name == "kick_off" else time

    def _preferences(self, _: str, person: Person) -> str:
        return f"{self.public_url}/preferences/{self._signed(LinkKind.PREFERENCES, person.supporter_id, 0)}"

    def _tracked(self, name: str, person: Person) -> str:
        return f"{self.public_url}/l/{self._signed(LinkKind.CLICK, person.supporter_id, self.links[name])}"

    def _signed(self, kind: LinkKind, supporter_id: int, target: int) -> str:
        return sign(kind, supporter_id, key=self.key, channel=self.channel, blast_id=self.blast_id, target=target)


def _first_name(_: str, person: Person) -> str:
    return person.first_name


def link_target(name: str, campaign_slug: str) -> str | None:
    """The page a tracked placeholder leads to, as a path; None for a placeholder that is no tracked link."""
    if name == "petition_link":
        return f"/{campaign_slug}/petition"
    if name == "share_link":
        return f"/{campaign_slug}/share"
    if name.startswith(f"{BRIEFING_LINK}:"):
        return f"/{campaign_slug}/briefings/{name.partition(':')[2]}"
    return None
