"""The two ports through which messages leave, and the few words providers' answers are translated into."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from service.domain.consent import Suppressed


class Outcome(StrEnum):
    """What became of a handover, as far as the call itself tells."""

    ACCEPTED = "accepted"  # 2xx with an id
    REFUSED = "refused"  # a definite no: never tried again
    BUSY = "busy"  # 429: not processed; try again after `retry_after`
    NOT_SENT = "not_sent"  # failed before the first byte: certainly not processed
    IN_DOUBT = "in_doubt"  # anything ambiguous


class Refusal(StrEnum):
    """Why a provider said no."""

    INVALID_ADDRESS = "invalid_address"
    OPTED_OUT = "opted_out"
    NOT_MOBILE = "not_mobile"
    UNREACHABLE = "unreachable"
    CONTENT = "content"
    CONFIGURATION = "configuration"
    CREDENTIALS = "credentials"
    ACCOUNT = "account"
    UNKNOWN = "unknown"

    @property
    def stops_everything(self) -> bool:
        """Whether nobody's message would get through: pause the blast instead of failing people one by one."""
        return self in {Refusal.CONFIGURATION, Refusal.CREDENTIALS, Refusal.ACCOUNT}


@dataclass(frozen=True, slots=True)
class EmailRecipient:
    """One recipient of a batch. `ref` is our name for the message; `substitutions` map token to words."""

    address: str
    name: str
    ref: str
    substitutions: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EmailBatch:
    """Up to 1,000 emails of the same words; subject, text and html may hold the tokens of `substitutions`."""

    attempt_id: str
    from_address: str
    from_name: str
    reply_to: str
    subject: str
    text: str
    html: str
    recipients: Sequence[EmailRecipient]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EmailOutcome:
    """How a batch fared. `detail` never holds an address.

    `refused_recipients`: places the provider named as the reason it refused the whole request; the rest was not
    processed. `per_recipient`: how each fared, from a provider that takes them one by one.
    """

    outcome: Outcome
    provider_ref: str = ""
    retry_after: float | None = None
    refusal: Refusal | None = None
    code: str = ""
    detail: str = ""
    refused_recipients: Mapping[int, str] = field(default_factory=dict)
    per_recipient: Mapping[int, "EmailOutcome"] = field(default_factory=dict)


class ProviderAway(Exception):
    """A question could not be answered now; asking again later is safe."""


class EmailProvider(Protocol):
    """Who carries our email."""

    @property
    def name(self) -> str: ...

    def send(self, batch: EmailBatch, *, deadline: float) -> EmailOutcome:
        """Hand over a batch in one try. Past `deadline` (service.clock.monotonic) the call must not begin: NOT_SENT."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


@dataclass(frozen=True, slots=True)
class ListedAddress:
    """An address on one of the provider's own suppression lists; `at` is None where it does not say since when."""

    address: str
    reason: Suppressed
    at: datetime | None


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of such a list. `row_count`: how many rows the provider gave, those that say nothing to us too."""

    found: Sequence[ListedAddress]
    row_count: int
    is_last: bool


class SuppressionLists(Protocol):
    """Who keeps lists of whom it will not write to again."""

    @property
    def names(self) -> Sequence[str]: ...

    def page(self, name: str, *, since: datetime | None, upto: datetime, offset: int) -> ListPage:
        """A page of a list, of what came onto it in this stretch of time. Raises ProviderAway."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """One text. `sender` None: the messaging service, or the first number of the pool."""

    to: str
    body: str
    ref: str
    status_callback: str
    sender: str | None


@dataclass(frozen=True, slots=True)
class TextOutcome:
    """How one text fared."""

    outcome: Outcome
    provider_ref: str = ""
    retry_after: float | None = None
    refusal: Refusal | None = None
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FoundText:
    """A text in the provider's own list."""

    provider_ref: str
    to: str
    body: str
    created_at: datetime | None
    status: str
    error_code: str
    direction: str
    # Whether its error says that the number must be left alone.
    is_permanent: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture or another file of a text; `url` is '' where it cannot be opened safely or is not known."""

    url: str
    type: str


@dataclass(frozen=True, slots=True)
class InboundText:
    """A text somebody sent us, cleaned by the adapter it came through (see domain.inbound_text)."""

    provider_ref: str
    from_number: str
    to_number: str
    body: str
    received_at: datetime
    # What the provider itself did with an opt-out word: "STOP", "START", "HELP" or "".
    opt_out_type: str = ""
    # How it came: "sms", "whatsapp" or "rcs".
    via: str = "sms"
    media: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class InboundPage:
    """A part of the provider's list of what came in; `following` names the next one, '' after the last."""

    texts: Sequence[InboundText]
    following: str


class SmsProvider(Protocol):
    """Who carries our texts."""

    @property
    def name(self) -> str: ...

    def send(self, texts: Sequence[Text], *, deadline: float, validity: int | None) -> list[TextOutcome]:
        """Hand over texts at once, one try each; outcomes in order. `validity`: seconds it may wait at the provider."""
        ...

    def find(self, to: str, *, since: datetime) -> list[FoundText]:
        """The provider's own list of what went to a number since. Raises ProviderAway."""
        ...

    def inbound_page(self, since: datetime, *, page: str) -> InboundPage:
        """A page of what came in since, as the provider has it; '' asks for the first. Raises ProviderAway."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
