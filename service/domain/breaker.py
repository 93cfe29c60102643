"""When a blast must stop by itself: a provider that fails, inboxes that complain, addresses that bounce."""

from dataclasses import dataclass
from enum import StrEnum

# SendGrid's words for an email it dropped because the account has no credit left: the account is the trouble.
OVER_QUOTA = "Recipient List over Package Quota"


class Tripped(StrEnum):
    """Why a blast was stopped by a circuit breaker."""

    PROVIDER_FAILING = "provider_failing"
    COMPLAINTS = "complaints"
    BOUNCES = "bounces"
    ACCOUNT = "account"


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


@dataclass(frozen=True, slots=True)
class Limits:
    """Where the breakers trip. The rates are of accepted messages."""

    # Inbox providers ask for less than 0.1 % (Gmail and Yahoo, 2024); a few people alone prove nothing.
    complaint_rate: float = 0.001
    least_complaints: int = 3
    bounce_rate: float = 0.05
    least_bounces: int = 20
    in_doubt_in_a_row: int = 5


STANDARD = Limits()


def judge(seen: Seen, limits: Limits = STANDARD) -> Tripped | None:
    """Why the blast must stop, or None while it may go on."""
    if seen.account_warnings:
        return Tripped.ACCOUNT
    if seen.in_doubt_in_a_row >= limits.in_doubt_in_a_row:
        return Tripped.PROVIDER_FAILING
    if seen.complaints >= max(limits.least_complaints, limits.complaint_rate * seen.accepted):
        return Tripped.COMPLAINTS
    if seen.bounces >= max(limits.least_bounces, limits.bounce_rate * seen.accepted):
        return Tripped.BOUNCES
    return None
