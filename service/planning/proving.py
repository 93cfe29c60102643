"""A fresh proof of who sits at a browser that is signed in, before what cannot be taken back."""

from datetime import datetime

from service.planning.manager_sessions import signed_in, token_hash
from service.planning.managers import Manager
from service.planning.passwords import is_right
from service.planning.sealing import Sealer
from service.planning.second_step import check_code
from service.planning.sign_in_tries import Here, check_tries, forget_tries
from service.planning.signing_in import SignInRefused
from service.store import Session
from service.store.queries import manager_sessions, managers


class CodeWanted(Exception):
    """This account has a second step: a code of the app, a recovery code or a passkey shows who is there."""


def prove_by_password(session: Session, token: str, password: str, *, here: Here, now: datetime) -> None:
    """Whoever sits there knows the password. Note the try first, as for `sign_in`.

    Raises SignInRefused, TooManyTries, and CodeWanted where the account has a second step.
    """
    who = _who(session, token, now)
    if who.has_second_factor:
        raise CodeWanted(CodeWanted.__doc__)
    check_tries(session, who.email, here=here, now=now, is_known_place=True)
    row = managers.by_id(session, who.id)
    if row is None or not row.password_hash or not is_right(row.password_hash, password):
        raise SignInRefused("the password is another one")
    forget_tries(session, who.email, here=here)
    manager_sessions.prove_session(session, token_hash(token), now=now)


def prove_by_code(session: Session, token: str, code: str, *, sealer: Sealer, here: Here, now: datetime) -> None:
    """Whoever sits there has the app, or a recovery code. Note the try first, as for the second step.

    Raises SignInRefused, WrongCode, TooManyTries.
    """
    who = _who(session, token, now)
    check_code(session, who.id, code, sealer=sealer, here=here, now=now)
    manager_sessions.prove_session(session, token_hash(token), now=now)


def _who(session: Session, token: str, now: datetime) -> Manager:
    found = signed_in(session, token, now=now)
    if found is None:
        raise SignInRefused("nobody is signed in here")
    return found.manager
