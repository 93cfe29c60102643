"""When a blast must stop by itself: a provider that fails, inboxes that complain, addresses that bounce."""

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

# SendGrid's words for an email it dropped because the account has no credit left: the account is the trouble.
OVER_QUOTA = "Recipient List over Package Quota"


class Tripped(StrEnum):
    """Why a blast was stopped by a circuit breaker."""

    PROVIDER_FAILING = "provider_failing"
    COMPLAINTS = "complaints"
    BOUNCES = "bounces"
    ACCOUNT = "account"
    SUSPENDED = "suspended"
    FILTERED = "filtered"
    UNREGISTERED = "unregistered"


# What Twilio's status callbacks say that is about more than one text: the account is suspended; the words or the
# sender were filtered; a toll-free or ten-digit number has not been registered with the carriers.
SUSPENDED_CODE = "30002"
FILTERED_CODE = "30007"
UNREGISTERED_CODES = ("30032", "30034", "30035")


# What a manager reads: what happened, and what to do about it.
ADVICE: dict[Tripped, str] = {
    Tripped.PROVIDER_FAILING: (
        "the provider answers with errors, and nobody can tell which messages it took. "
        "Look at the provider's status page; resume when it is well again. What is in doubt settles by itself."
    ),
    Tripped.COMPLAINTS: (
        "too many people marked it as spam. Look at who it goes to and whether they knew they had signed up; "
        "resume only if you are sure, for inbox providers block senders whom one in a thousand complains about."
    ),
    Tripped.BOUNCES: (
        "too many addresses do not exist. Look at where they came from, above all at a recent import; "
        "resume only when the list is clean."
    ),
    Tripped.ACCOUNT: (
        "the provider says that our account is limited or out of credit. Put that right with the provider, then resume."
    ),
    Tripped.SUSPENDED: (
        "the provider has suspended our account for texts, and every blast of texts has stopped with it. "
        "Put that right with the provider, then resume each."
    ),
    Tripped.FILTERED: (
        "networks filter these texts as spam. Look at the words and above all the links, and at whether the sender is "
        "registered; what was filtered can be sent again once that is put right."
    ),
    Tripped.UNREGISTERED: (
        "networks refuse the number these texts come from, for it is not registered with them. Register it with the "
        "provider or choose another sender, then resume; what was refused can be sent again."
    ),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of a blast on one channel since it was last looked at: counts of messages; `in_doubt_in_a_row`:
    handovers, the latest first, that ended in doubt."""

    accepted: int = 0
    complaints: int = 0
    bounces: int = 0
    in_doubt_in_a_row: int = 0
    account_warnings: int = 0
    suspended: int = 0
    filtered: int = 0
    unregistered: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """Where the breakers trip. The rates are of accepted messages."""

    # Inbox providers ask for less than 0.1 % (Gmail and Yahoo, 2024); a few people alone prove nothing.
    complaint_rate: float = 0.001
    least_complaints: int = 3
    bounce_rate: float = 0.05
    filtered_rate: float = 0.1
    unregistered_rate: float = 0.01
    # From so many on a share is what it looks like; below that it must be proven, by no fewer than a handful.
    enough: int = 20
    handful: int = 5
    in_doubt_in_a_row: int = 5


STANDARD = Limits()

# One-sided 95 %.
_Z = 1.645


def at_least(count: int, whole: int) -> float:
    """The share that so many of a whole prove at least, whatever chance may have added.

    The lower bound of Wilson's interval (1927), which keeps its promise for small wholes: 3 bounces of 40 are 7.5 %,
    and prove no more than 3 %; 5 of 40 prove 6 %.
    """
    whole = max(whole, count, 1)
    share = count / whole
    spread = _Z * sqrt(share * (1 - share) / whole + _Z**2 / (4 * whole**2))
    return (share + _Z**2 / (2 * whole) - spread) / (1 + _Z**2 / whole)


def judge(seen: Seen, limits: Limits = STANDARD) -> Tripped | None:
    """Why the blast must stop, or None while it may go on."""
    if seen.suspended:
        return Tripped.SUSPENDED
    if seen.account_warnings:
        return Tripped.ACCOUNT
    if seen.in_doubt_in_a_row >= limits.in_doubt_in_a_row:
        return Tripped.PROVIDER_FAILING
    if seen.complaints >= max(limits.least_complaints, limits.complaint_rate * seen.accepted):
        return Tripped.COMPLAINTS
    for count, rate, why in (
        (seen.bounces, limits.bounce_rate, Tripped.BOUNCES),
        (seen.unregistered, limits.unregistered_rate, Tripped.UNREGISTERED),
        (seen.filtered, limits.filtered_rate, Tripped.FILTERED),
    ):
        if _is_too_many(count, seen.accepted, rate, limits):
            return why
    return None


def _is_too_many(count: int, whole: int, rate: float, limits: Limits) -> bool:
    """Whether a share is too large, with evidence enough to say so of a small blast too."""
    if count >= limits.enough:
        return count >= rate * whole
    return count >= limits.handful and at_least(count, whole) >= rate
