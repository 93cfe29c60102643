"""A campaign as files, read: its shape, and the mistakes a reader can find in one."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from service.domain.channel import Channel
from service.domain.petition import Asks
from service.domain.quiet import QuietHours
from service.domain.stage import CatchUp, QuietHoursPolicy, Timing


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing wrong in one file: where, what was found, what was expected."""

    file: str
    line: int
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.found}; expected {self.expected}"


class CampaignMistakes(Exception):
    """A campaign's files cannot be used; holds every mistake found, and nothing of the campaign is loaded."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


@dataclass(frozen=True, slots=True)
class Sender:
    email: str
    name: str
    reply_to: str


@dataclass(frozen=True, slots=True)
class FixtureFile:
    slug: str
    home: str
    away: str
    venue: str
    competition: str
    time_zone: str
    kick_off: datetime


@dataclass(frozen=True, slots=True)
class Prices:
    """In ten-thousandths of a unit of the currency, so that a text at 4.12p is a whole number."""

    currency: str
    segment: int
    thousand_emails: int


@dataclass(frozen=True, slots=True)
class CopyFile:
    """What a stage says, per channel, language and result (`variant` is empty where the result does not matter)."""

    channel: Channel
    language: str
    variant: str
    subject: str
    preheader: str
    body: str


@dataclass(frozen=True, slots=True)
class StageFile:
    """One stage; `audience` is plain data as `service.domain.audience.parse_rules` reads it."""

    slug: str
    title: str
    position: int
    timing: Timing
    channels: tuple[Channel, ...]
    catch_up: CatchUp
    quiet_hours: QuietHoursPolicy
    audience: list[object]
    copies: tuple[CopyFile, ...]
    # The hour each supporter gets it at, where they are; None for everyone at once.
    local_time: time | None = None
    # A limit of its own in place of the campaign's: messages to one supporter within the campaign's window.
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class BriefingFile:
    slug: str
    language: str
    position: int
    title: str
    summary: str
    body: str
    source: str


@dataclass(frozen=True, slots=True)
class PetitionWording:
    language: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class PetitionFile:
    addressee: str
    goal: int
    wordings: tuple[PetitionWording, ...]
    # What it asks for beside the name.
    asks: Asks = Asks.NOTHING


@dataclass(frozen=True, slots=True)
class FrequencyCap:
    """At most so many messages a channel for one supporter within a span."""

    messages: int
    within: timedelta


@dataclass(frozen=True, slots=True)
class CampaignFiles:
    """A whole campaign. `consents` is the wording shown beside each channel's box: language, channel, words."""

    slug: str
    title: str
    summary: str
    organisation: str
    language: str
    postal_address: str
    privacy_url: str
    sender: Sender
    fixture: FixtureFile
    consents: dict[str, dict[Channel, str]]
    # A campaign's own keyword, in capitals, and the briefing it answers with.
    keywords: dict[str, str]
    quiet_hours: dict[Channel, QuietHours]
    prices: Prices
    stages: tuple[StageFile, ...]
    briefings: tuple[BriefingFile, ...]
    petition: PetitionFile | None
    frequency_cap: FrequencyCap | None = None
    # What whoever texts in their own words is told at once, once a day; '' for nothing.
    receipt: str = ""
    # Where its texts may go, as two-letter countries; none for where the numbers are that send them.
    countries: tuple[str, ...] = ()
    # To how many one person may launch alone; None for as many as the installation allows.
    approval_above: int | None = None
