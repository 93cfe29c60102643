"""The states of a message and of its batch, the moves between them, and the name a message travels under."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from service.domain.channel import Channel


class MessageState(StrEnum):
    QUEUED = "queued"
    CLAIMED = "claimed"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"
    BOUNCED = "bounced"
    WITHHELD = "withheld"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    IN_DOUBT = "in_doubt"
    UNKNOWN = "unknown"


_S = MessageState

# Declared once. A batch carries claim, intent and outcome for all its messages; a message's own state, where it has
# one, says how it differs. Receipts are evidence and may settle a doubt or correct an outcome, never undo one.
MESSAGE_MOVES: dict[MessageState, frozenset[MessageState]] = {
    _S.QUEUED: frozenset({_S.CLAIMED, _S.WITHHELD, _S.EXPIRED, _S.CANCELLED}),
    # A lease that ran out before the intent: nothing was sent.
    _S.CLAIMED: frozenset({_S.SENDING, _S.QUEUED, _S.WITHHELD, _S.EXPIRED, _S.CANCELLED}),
    # Back to queued only when it certainly was not processed (429, or a failure before the first byte).
    _S.SENDING: frozenset({_S.ACCEPTED, _S.FAILED, _S.QUEUED, _S.IN_DOUBT}),
    # Queued again only by the email policy, once, with the event webhook proven healthy.
    _S.IN_DOUBT: frozenset({_S.ACCEPTED, _S.DELIVERED, _S.BOUNCED, _S.FAILED, _S.QUEUED, _S.UNKNOWN}),
    # Evidence can still arrive; a manager may send it again by hand, knowing the risk.
    _S.UNKNOWN: frozenset({_S.ACCEPTED, _S.DELIVERED, _S.BOUNCED, _S.FAILED, _S.QUEUED}),
    _S.ACCEPTED: frozenset({_S.DELIVERED, _S.BOUNCED, _S.FAILED}),
    # Asynchronous bounces follow a delivery.
    _S.DELIVERED: frozenset({_S.BOUNCED, _S.FAILED}),
    # Queued again only by hand, where the failure was not the address's own.
    _S.FAILED: frozenset({_S.BOUNCED, _S.QUEUED}),
    _S.BOUNCED: frozenset(),
    _S.WITHHELD: frozenset(),
    _S.EXPIRED: frozenset(),
    _S.CANCELLED: frozenset(),
}

# How far evidence has carried a message: receipts only ever raise this, whatever order they come in.
EVIDENCE_RANK: dict[MessageState, int] = {_S.ACCEPTED: 1, _S.DELIVERED: 2, _S.FAILED: 3, _S.BOUNCED: 4}


class Withheld(StrEnum):
    """Why the gate held a message back."""

    NO_CONSENT = "no_consent"
    SUPPRESSED = "suppressed"
    NO_ADDRESS = "no_address"
    QUIET_HOURS = "quiet_hours"
    FREQUENCY_CAP = "frequency_cap"
    NOT_ALLOWED = "not_allowed"
    # A number in a country the campaign does not text to.
    COUNTRY = "country"
    # More of the like than a form may ask for.
    OVER_BUDGET = "over_budget"
    # The mailbox's owner said that a form's letters are not for them.
    NOT_ME = "not_me"
    UNRENDERABLE = "unrenderable"


class BlastState(StrEnum):
    SCHEDULED = "scheduled"
    OPENING = "opening"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class MessageRef:
    """The name a message travels under at a provider: ids only, so it tells a stranger nothing."""

    blast_id: int
    channel: Channel
    supporter_id: int

    def __str__(self) -> str:
        return f"{self.blast_id}.{self.channel[0]}.{self.supporter_id}"


@dataclass(frozen=True, slots=True)
class NoticeRef:
    """The name a one-off message (a confirmation, an answer) travels under."""

    notice_id: int

    def __str__(self) -> str:
        return f"n.{self.notice_id}"


@lru_cache(maxsize=4096)
def parse_ref(text: str | None) -> MessageRef | NoticeRef | None:
    """The message a provider speaks of; None when it is not one of ours."""
    if not text or not text.isascii() or len(text) > 60:
        return None
    parts = text.split(".")
    if len(parts) == 2 and parts[0] == "n" and parts[1].isdecimal():
        return NoticeRef(_bigint(parts[1])) if _bigint(parts[1]) else None
    if len(parts) != 3 or not (parts[0].isdecimal() and parts[2].isdecimal()) or parts[1] not in {"e", "s"}:
        return None
    blast_id, supporter_id = _bigint(parts[0]), _bigint(parts[2])
    channel = Channel.EMAIL if parts[1] == "e" else Channel.SMS
    return MessageRef(blast_id, channel, supporter_id) if blast_id and supporter_id else None


def _bigint(digits: str) -> int:
    number = int(digits)
    return number if number < 2**63 else 0
