"""How often passwords and codes may be tried: what is wrong too often locks the network it comes from."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.network import network
from service.store import Session
from service.store.queries import manager_sessions

TRY_WINDOW = timedelta(minutes=15)
# Sessions that were not seen for this long are dropped where a try is written down.
_SESSION_LIFE = timedelta(hours=12)


class TooManyTries(Exception):
    """Too many tries from here or at this account; the password or code was not looked at."""


@dataclass(frozen=True, slots=True)
class Here:
    """The browser that asks: its address, the random token its session will have, and what it is in words."""

    ip: str
    token: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class TryLimits:
    """Tries in a window: at one account from one network, at one account from anywhere, from one network at any."""

    at_account_from_here: int
    at_account: int
    from_here: int


# What is wrong locks the network it comes from. The second is for hundreds of networks that try one account; networks
# its owner signed in from before are let through then.
PASSWORD_TRIES = TryLimits(5, 1_000, 30)
# A code has six digits: few tries from anywhere. Only whoever did the first step can use them up.
CODE_TRIES = TryLimits(5, 10, 30)


def note_try(session: Session, account: str, *, here: Here, now: datetime) -> None:
    """Write a try down. Commit it before the password or code is checked, so that tries at the same time all count."""
    manager_sessions.forget_old(session, tried_before=now - TRY_WINDOW, seen_before=now - _SESSION_LIFE)
    manager_sessions.add_try(session, account_hash=_account_hash(account), ip=network(here.ip), now=now)


def check_tries(
    session: Session,
    account: str,
    *,
    here: Here,
    now: datetime,
    limits: TryLimits = PASSWORD_TRIES,
    is_known_place: bool = False,
) -> None:
    """Raise TooManyTries where more were written down than these limits let through.

    From a place its owner signed in from before, what others try from elsewhere does not count.
    """
    of, ip = _account_hash(account), network(here.ip)
    both, at_account, from_here = manager_sessions.count_tries(session, account_hash=of, ip=ip, since=now - TRY_WINDOW)
    is_besieged = at_account > limits.at_account and not is_known_place
    if both > limits.at_account_from_here or is_besieged or from_here > limits.from_here:
        raise TooManyTries("too many tries at a password or code")


def forget_tries(session: Session, account: str, *, here: Here) -> None:
    """It was right: what was mistyped from here before it no longer counts."""
    manager_sessions.forget_tries(session, account_hash=_account_hash(account), ip=network(here.ip))


def _account_hash(account: str) -> bytes:
    # What is typed into the box may be a password; it is not kept as it was.
    return hashlib.sha256(account.strip().lower().encode()).digest()[:16]
