"""Addresses and numbers that always meet the same fate, as a provider's test numbers do."""

from dataclasses import dataclass
from enum import StrEnum


class Fate(StrEnum):
    """What becomes of an accepted email."""

    DELIVERED = "delivered"
    HARD_BOUNCE = "hard_bounce"
    SOFT_BOUNCE = "soft_bounce"
    BLOCKED = "blocked"
    LATE_BOUNCE = "late_bounce"
    DEFERRED = "deferred"
    DROPPED = "dropped"
    COMPLAINT = "complaint"
    LOST = "lost"


MAGIC_ADDRESSES: dict[str, tuple[Fate, str]] = {
    "bounce": (Fate.HARD_BOUNCE, "bounces: the mailbox does not exist"),
    "full": (Fate.SOFT_BOUNCE, "deferred, then given up: the mailbox is full"),
    "blocked": (Fate.BLOCKED, "blocked by the receiving server"),
    "late": (Fate.LATE_BOUNCE, "delivered, and bounced a moment later"),
    "slow": (Fate.DEFERRED, "deferred once, then delivered"),
    "drop": (Fate.DROPPED, "dropped by SendGrid, never sent"),
    "spam": (Fate.COMPLAINT, "delivered, then reported as spam"),
    "lost": (Fate.LOST, "accepted, and never heard of again"),
}


@dataclass(frozen=True, slots=True)
class NumberFate:
    """What becomes of a text to a magic number: refused at once, or an end status with a code, or silence."""

    words: str
    refused: int | None = None
    status: str = "delivered"
    code: int | None = None
    is_lost: bool = False


_FATES = {
    "1": NumberFate("refused: not a valid number (21211)", refused=21211),
    "2": NumberFate("refused: cannot be reached from this number (21612)", refused=21612),
    "3": NumberFate("refused: no permission for this region (21408)", refused=21408),
    "4": NumberFate("refused: opted out (21610)", refused=21610),
    "5": NumberFate("accepted, then undelivered: handset unreachable (30003)", status="undelivered", code=30003),
    "6": NumberFate("accepted, then undelivered: unknown number (30005)", status="undelivered", code=30005),
    "7": NumberFate("accepted, then failed: queue overflow (30001)", status="failed", code=30001),
    "8": NumberFate("accepted, and never heard of again", is_lost=True),
    "9": NumberFate("refused: not a mobile number (21614)", refused=21614),
}
MAGIC_ENDINGS: dict[str, NumberFate] = {
    **{f"555000{digit}": fate for digit, fate in _FATES.items()},
    **{f"770090099{digit}": fate for digit, fate in _FATES.items()},
}


def fate_of_address(address: str) -> Fate | None:
    """The fixed fate of an address such as bounce@example.org or bounce+7@example.org."""
    word = address.partition("@")[0].partition("+")[0].lower()
    found = MAGIC_ADDRESSES.get(word)
    return found[0] if found else None


def fate_of_number(number: str) -> NumberFate | None:
    """The fixed fate of a number, by its ending."""
    return MAGIC_ENDINGS.get(number[-7:]) or MAGIC_ENDINGS.get(number[-10:])
