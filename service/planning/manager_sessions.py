"""Managers' sessions: opened at a sign-in, idling away, ended, and asked who sits there."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.agent import UNKNOWN_AGENT
from service.domain.network import masked, network
from service.planning.managers import Manager, as_manager
from service.planning.sign_in_tries import Here
from service.planning.telling_managers import tell_manager
from service.store import Session
from service.store.queries import manager_sessions
from service.store.queries.house import write_audit
from service.store.queries.manager_sessions import OpenSession
from service.store.tables.manager import Manager as ManagerRow

IDLE_LIFE = timedelta(minutes=30)
WHOLE_LIFE = timedelta(hours=12)
# How long the second step may take.
SECOND_STEP_LIFE = timedelta(minutes=10)
# Seen-again is written at most this often, so that a page which refreshes itself does not write each time.
_SEEN_EVERY = timedelta(minutes=1)


# A place that was not signed in from for this long is forgotten.
_PLACES_LIFE = timedelta(days=180)


class NoSuchSession(Exception):
    """That browser is not signed in, or is not yours."""


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
    if not awaits_second:
        _note_place(session, row, here=here, now=now)


@dataclass(frozen=True, slots=True)
class SessionView:
    """One browser somebody is signed in with, as its owner sees it; `place` is a network without its last part."""

    id: str
    agent: str
    place: str
    signed_in_at: datetime
    seen_at: datetime
    is_here: bool


def list_sessions(session: Session, manager_id: int, *, now: datetime, token: str = "") -> list[SessionView]:
    """Every browser this manager is signed in with; `token` says which of them is asking."""
    mine = token_hash(token)
    found = manager_sessions.sessions_of(session, manager_id, now=now, seen_after=now - IDLE_LIFE)
    return [
        SessionView(
            id=row.token_hash.hex(),
            agent=row.agent or UNKNOWN_AGENT,
            place=masked(row.ip),
            signed_in_at=row.created_at,
            seen_at=row.seen_at,
            is_here=row.token_hash == mine,
        )
        for row in found
    ]


def end_one(session: Session, manager_id: int, session_id: str, *, actor: str, now: datetime) -> None:
    """Sign one browser of this manager out. Raises NoSuchSession."""
    if not re.fullmatch(r"[0-9a-f]{64}", session_id):
        raise NoSuchSession
    if not manager_sessions.end_session_of(session, manager_id, bytes.fromhex(session_id)):
        raise NoSuchSession
    _remember_ended(session, manager_id, 1, actor=actor, now=now)


def end_others(session: Session, manager_id: int, *, actor: str, now: datetime, token: str = "") -> int:
    """Sign this manager out everywhere but at the browser of this token; how many sessions that were."""
    count = manager_sessions.end_other_sessions(session, manager_id, but=token_hash(token))
    if count:
        _remember_ended(session, manager_id, count, actor=actor, now=now)
    return count


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


def _note_place(session: Session, row: ManagerRow, *, here: Here, now: datetime) -> None:
    """Tell the manager where the sign-in comes from a place that theirs never came from before."""
    place, agent = masked(here.ip), here.agent or UNKNOWN_AGENT
    if not place:
        return
    is_elsewhere = manager_sessions.note_place(
        session, row.id, network=place, agent=agent, now=now, forget_before=now - _PLACES_LIFE
    )
    if is_elsewhere:
        when = f"{now:%d %B %Y, %H:%M}".lstrip("0")
        happened = f"Somebody signed in to your account from a place it was not signed in from before: {agent}, "
        tell_manager(session, row, f"{happened}network {place}, {when} UTC.", now=now)


def _remember_ended(session: Session, manager_id: int, count: int, *, actor: str, now: datetime) -> None:
    details = {"sessions": str(count)}
    subject = f"manager {manager_id}"
    write_audit(session, at=now, actor=actor, deed="manager.sessions_ended", subject=subject, details=details)


def token_hash(token: str) -> bytes:
    """What is kept of a session's token."""
    return hashlib.sha256(token.encode()).digest()
