"""Signing in to the console: the first step, by a password or a one-time link, and setting a password."""

from collections.abc import Sequence
from datetime import datetime

from service.domain.network import masked
from service.planning.audit import note_refused_sign_in, note_sign_in
from service.planning.manager_sessions import open_session
from service.planning.managers import Manager, as_manager
from service.planning.passwords import NOBODY, check_password, hash_password, is_outdated, is_right
from service.planning.sign_in_tries import Here, check_tries, forget_tries
from service.store import Session
from service.store.queries import campaigns, manager_sessions, managers
from service.store.queries.house import write_audit
from service.wording.links import LinkFacts, LinkKind, read_token


class SignInRefused(Exception):
    """The address and password do not go together; says no more than that."""


class LinkSpent(Exception):
    """The link is not genuine, was used before, or is too old."""


def sign_in(session: Session, email: str, password: str, *, here: Here, now: datetime) -> Manager:
    """Open a session for whoever knows the password; where the account has a second step, it is still to come.

    Raises SignInRefused, TooManyTries.
    """
    row = managers.by_email(session, email.strip().lower())
    knows = manager_sessions.knows_network(session, row.id if row else 0, masked(here.ip))
    check_tries(session, email, here=here, now=now, is_known_place=knows)
    known = row is not None and row.removed_at is None and bool(row.password_hash)
    right = is_right(row.password_hash if row and known else NOBODY, password)
    if row is None or not known or not right:
        raise SignInRefused("the address and password do not go together")
    if is_outdated(row.password_hash):
        row.password_hash = hash_password(password)
    forget_tries(session, email, here=here)
    open_session(session, row, here=here, now=now)
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
    """Use the link up and open a session, as `sign_in` does. Raises LinkSpent."""
    facts = _link_facts(token, keys, now)
    used = managers.use_link(session, link_id=facts.nonce, manager_id=facts.supporter_id, now=now)
    row = managers.by_id(session, facts.supporter_id)
    if not used or row is None or row.removed_at is not None:
        raise LinkSpent("this link no longer signs in")
    managers.void_links(session, manager_id=row.id, now=now)
    open_session(session, row, here=here, now=now)
    note_sign_in(session, email=row.email, manager_id=row.id, how="link", ip=here.ip, now=now)
    return as_manager(row)


def change_password(session: Session, manager_id: int, *, current: str, new: str, here: Here, now: datetime) -> None:
    """Set a password and sign out every browser but this one, which goes on under a new token.

    Write the try down first, as for `sign_in`. Raises SignInRefused where a password is set already and `current` is
    not it; TooManyTries; WeakPassword.
    """
    row = managers.by_id(session, manager_id, lock=True)
    if row is None or row.removed_at is not None:
        raise SignInRefused("the account is gone")
    check_tries(session, row.email, here=here, now=now, is_known_place=True)
    if row.password_hash and not is_right(row.password_hash, current):
        raise SignInRefused("the present password is another one")
    check_password(new, own_words=words_near(session, row.email))
    row.password_hash = hash_password(new)
    session.flush()
    manager_sessions.end_sessions(session, manager_id=row.id)
    managers.void_links(session, manager_id=row.id, now=now)
    forget_tries(session, row.email, here=here)
    open_session(session, row, here=here, now=now, is_whole=True)
    write_audit(session, at=now, actor=row.email, deed="manager.password", subject=f"manager {row.id}")


def words_near(session: Session, email: str) -> tuple[str, ...]:
    """What whoever knows a manager and the campaigns would try first: no password is made of it."""
    known = [email, "touchline"]
    for each in campaigns.every(session):
        known += [each.title, each.slug, each.organisation, each.home, each.away, each.venue, each.competition]
    return tuple(known)


def _link_facts(token: str, keys: Sequence[bytes], now: datetime) -> LinkFacts:
    facts = read_token(token, LinkKind.SIGN_IN, keys, now=now)
    if facts is None:
        raise LinkSpent("this link no longer signs in")
    return facts
