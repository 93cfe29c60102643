"""Signing in to the console: passwords, one-time links, and sessions that idle away, end, and can be ended."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.planning.audit import note_refused_sign_in, note_sign_in
from service.planning.managers import Manager, as_manager
from service.store import Session
from service.store.queries import managers
from service.store.queries.house import write_audit
from service.wording.links import LinkFacts, LinkKind, read_token

IDLE_LIFE = timedelta(minutes=30)
WHOLE_LIFE = timedelta(hours=12)
TRY_WINDOW = timedelta(minutes=15)
PASSWORD_LENGTH = 12
PASSWORD_LIMIT = 256

# Tries in a window: at one account from one address, at one account from anywhere, from one address at any account.
# The second is generous, so that a stranger cannot easily lock a manager out.
_TRY_LIMITS = (5, 50, 30)
# Seen-again is written at most this often, so that a page which refreshes itself does not write each time.
_SEEN_EVERY = timedelta(minutes=1)

_HASHER = PasswordHasher()
# Checked where there is no account, so that an unknown address takes as long as a known one.
_NOBODY = _HASHER.hash("nobody has this password")
_COMMON = frozenset({"password1234", "123456789012", "qwertyuiop12", "passwordpassword", "touchlinetouchline"})


class SignInRefused(Exception):
    """The address and password do not go together; says no more than that."""


class TooManyTries(Exception):
    """Too many tries from here or at this account; the password was not looked at."""


class LinkSpent(Exception):
    """The link is not genuine, was used before, or is too old."""


class WeakPassword(Exception):
    """The password cannot be set; the message says why and can be shown."""


@dataclass(frozen=True, slots=True)
class Here:
    """The browser that asks: its address, and the random token its session will have."""

    ip: str
    token: str = ""


def note_try(session: Session, email: str, *, here: Here, now: datetime) -> None:
    """Write a try down. Commit it before `sign_in` checks the password, so that tries at the same time all count."""
    managers.forget_old(session, tried_before=now - TRY_WINDOW, seen_before=now - WHOLE_LIFE)
    managers.add_try(session, account_hash=_account_hash(email), ip=here.ip, now=now)


def sign_in(session: Session, email: str, password: str, *, here: Here, now: datetime) -> Manager:
    """Open a session for whoever knows the password. Raises SignInRefused, TooManyTries."""
    _check_tries(session, email, here=here, now=now)
    row = managers.by_email(session, email.strip().lower())
    known = row is not None and row.removed_at is None and bool(row.password_hash)
    right = _is_right(row.password_hash if row and known else _NOBODY, password)
    if row is None or not known or not right:
        raise SignInRefused("the address and password do not go together")
    if _HASHER.check_needs_rehash(row.password_hash):
        row.password_hash = _HASHER.hash(password)
    managers.forget_tries(session, account_hash=_account_hash(email), ip=here.ip)
    _open(session, row.id, here=here, now=now)
    note_sign_in(session, email=row.email, manager_id=row.id, how="password", ip=here.ip, now=now)
    return as_manager(row)


def note_refusal(session: Session, email: str, why: str, *, here: Here, now: datetime) -> None:
    """Write a refused sign-in into the audit, in a transaction after the one that was refused."""
    row = managers.by_email(session, email.strip().lower())
    note_refused_sign_in(session, manager_id=row.id if row else None, why=why, ip=here.ip, now=now)


def peek_link(session: Session, token: str, *, keys: Sequence[bytes], now: datetime) -> Manager:
    """Whom a link would sign in; changes nothing. Raises LinkSpent."""
    facts = _link_facts(token, keys, now)
    row = managers.by_id(session, facts.supporter_id)
    is_open = managers.link_is_open(session, link_id=facts.nonce, manager_id=facts.supporter_id, now=now)
    if row is None or row.removed_at is not None or not is_open:
        raise LinkSpent("this link no longer signs in")
    return as_manager(row)


def sign_in_by_link(session: Session, token: str, *, keys: Sequence[bytes], here: Here, now: datetime) -> Manager:
    """Use the link up and open a session. Raises LinkSpent."""
    facts = _link_facts(token, keys, now)
    used = managers.use_link(session, link_id=facts.nonce, manager_id=facts.supporter_id, now=now)
    row = managers.by_id(session, facts.supporter_id)
    if not used or row is None or row.removed_at is not None:
        raise LinkSpent("this link no longer signs in")
    _open(session, row.id, here=here, now=now)
    note_sign_in(session, email=row.email, manager_id=row.id, how="link", ip=here.ip, now=now)
    return as_manager(row)


def manager_of(session: Session, token: str, *, now: datetime) -> Manager | None:
    """Who is signed in with this token; None once the session idled away or ended."""
    hashed = _token_hash(token)
    found = managers.session_of(session, hashed, now=now, seen_after=now - IDLE_LIFE)
    if found is None:
        return None
    row, seen_at = found
    if now - seen_at > _SEEN_EVERY:
        managers.touch_session(session, hashed, now=now)
    return as_manager(row)


def sign_out(session: Session, token: str) -> None:
    """End this browser's session."""
    managers.end_session(session, _token_hash(token))


def change_password(session: Session, manager_id: int, *, current: str, new: str, here: Here, now: datetime) -> None:
    """Set a password and sign out every browser but this one, which goes on under a new token.

    Write the try down first, as for `sign_in`. Raises SignInRefused where a password is set already and `current` is
    not it; TooManyTries; WeakPassword.
    """
    row = managers.by_id(session, manager_id, lock=True)
    if row is None or row.removed_at is not None:
        raise SignInRefused("the account is gone")
    _check_tries(session, row.email, here=here, now=now)
    if row.password_hash and not _is_right(row.password_hash, current):
        raise SignInRefused("the present password is another one")
    check_password(new, row.email)
    row.password_hash = _HASHER.hash(new)
    session.flush()
    managers.end_sessions(session, manager_id=row.id)
    managers.void_links(session, manager_id=row.id, now=now)
    managers.forget_tries(session, account_hash=_account_hash(row.email), ip=here.ip)
    _open(session, row.id, here=here, now=now)
    write_audit(session, at=now, actor=row.email, deed="manager.password", subject=f"manager {row.id}")


def check_password(password: str, email: str) -> None:
    """Raise WeakPassword where a password is too short, too long, well known, or made of the address."""
    if len(password) < PASSWORD_LENGTH:
        raise WeakPassword(f"a password has {PASSWORD_LENGTH} characters or more; three or four words do well")
    if len(password) > PASSWORD_LIMIT:
        raise WeakPassword(f"a password has {PASSWORD_LIMIT} characters at most")
    plain = password.lower()
    if plain in _COMMON or len(set(plain)) < 4 or plain in {email, email.split("@", maxsplit=1)[0]}:
        raise WeakPassword("this password is among the first that would be tried")


def _check_tries(session: Session, email: str, *, here: Here, now: datetime) -> None:
    account = _account_hash(email)
    counts = managers.count_tries(session, account_hash=account, ip=here.ip, since=now - TRY_WINDOW)
    if any(count > limit for count, limit in zip(counts, _TRY_LIMITS, strict=True)):
        raise TooManyTries("too many tries at a password")


def _open(session: Session, manager_id: int, *, here: Here, now: datetime) -> None:
    if len(here.token) < 32:
        raise ValueError("a session needs a random token of 32 characters or more")
    hashed = _token_hash(here.token)
    managers.open_session(
        session, token_hash=hashed, manager_id=manager_id, ip=here.ip, now=now, ends_at=now + WHOLE_LIFE
    )


def _link_facts(token: str, keys: Sequence[bytes], now: datetime) -> LinkFacts:
    facts = read_token(token, LinkKind.SIGN_IN, keys, now=now)
    if facts is None:
        raise LinkSpent("this link no longer signs in")
    return facts


def _is_right(password_hash: str, password: str) -> bool:
    try:
        return len(password) <= PASSWORD_LIMIT and _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _account_hash(email: str) -> bytes:
    # What is typed into the box may be a password; it is not kept as it was.
    return hashlib.sha256(email.strip().lower().encode()).digest()[:16]
