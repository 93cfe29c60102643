"""What a provider tells us of a message, in our own few words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReceiptKind(StrEnum):
    """One vocabulary for every provider; what we do not know is kept as UNKNOWN, never refused."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    BLOCKED = "blocked"
    DROPPED = "dropped"
    FAILED = "failed"
    OPENED = "opened"
    CLICKED = "clicked"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"
    RESUBSCRIBED = "resubscribed"
    ACCOUNT = "account"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Receipt:
    """One event. `ref` is our own name for the message; `permanent` says the address itself is the trouble."""

    event_id: str
    ref: str | None
    attempt_id: str | None
    kind: ReceiptKind
    at: datetime
    permanent: bool = False
    reason: str = ""
    code: str = ""
    is_machine: bool = False
    address: str | None = None
    url: str | None = None
