"""Managers' sessions: opened at a sign-in, idling away, ended, and asked who sits there."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.network import network
from service.planning.managers import Manager, as_manager
from service.planning.sign_in_tries import Here
from service.store import Session
from service.store.queries import manager_sessions
from service.store.queries.manager_sessions import OpenSession
from service.store.tables.manager import Manager as ManagerRow

IDLE_LIFE = timedelta(minutes=30)
WHOLE_LIFE = timedelta(hours=12)
# How long the second step may take.
SECOND_STEP_LIFE = timedelta(minutes=10)
# Seen-again is written at most this often, so that a page which refreshes itself does not write each time.
_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who sits at a browser, and when they last showed it."""

    manager: Manager
    proved_at: datetime | None


def open_session(session: Session, row: ManagerRow, *, here: Here, now: datetime, is_whole: bool = False) -> None:
    """Sign a browser in; where the account has a second step, only so far that it can be done.

    `is_whole` where both steps were done.
    """
    if len(here.token) < 32:
        raise ValueError("a session needs a random token of 32 characters or more")
    awaits_second = row.second_factor_at is not None and not is_whole
    opened = OpenSession(
        token_hash=token_hash(here.token),
        manager_id=row.id,
        ip=network(here.ip),
        agent=here.agent,
        ends_at=now + (SECOND_STEP_LIFE if awaits_second else WHOLE_LIFE),
        awaits_second=awaits_second,
    )
    manager_sessions.open_session(session, opened, now=now)


def signed_in(session: Session, token: str, *, now: datetime) -> SignedIn | None:
    """Who is signed in with this token; None once the session idled away or ended, and before the second step."""
    hashed = token_hash(token)
    found = manager_sessions.session_of(session, hashed, now=now, seen_after=now - IDLE_LIFE)
    if found is None:
        return None
    row, its = found
    if now - its.seen_at > _SEEN_EVERY:
        manager_sessions.touch_session(session, hashed, now=now)
    return SignedIn(as_manager(row), its.proved_at)


def manager_of(session: Session, token: str, *, now: datetime) -> Manager | None:
    """The manager who is signed in with this token."""
    found = signed_in(session, token, now=now)
    return found.manager if found else None


def half_signed_in(session: Session, token: str, *, now: datetime) -> Manager | None:
    """Who has done the first step with this token, and has the second before them."""
    found = manager_sessions.session_of(
        session, token_hash(token), now=now, seen_after=now - SECOND_STEP_LIFE, awaits_second=True
    )
    return as_manager(found[0]) if found else None


def sign_out(session: Session, token: str) -> None:
    """End this browser's session."""
    manager_sessions.end_session(session, token_hash(token))


def token_hash(token: str) -> bytes:
    """What is kept of a session's token."""
    return hashlib.sha256(token.encode()).digest()
