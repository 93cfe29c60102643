"""Signing in by the organisation's directory: whoever it names and has an account here."""

from datetime import datetime

from service.planning.audit import note_sign_in
from service.planning.manager_sessions import open_session
from service.planning.managers import Manager, as_manager
from service.planning.sign_in_tries import Here
from service.providers.oidc.directory import Identity
from service.store import Session
from service.store.queries import managers
from service.store.queries.house import write_audit


class NoAccountHere(Exception):
    """The directory knows them, and nobody has given them an account here."""


def sign_in_by_directory(session: Session, identity: Identity, *, here: Here, now: datetime) -> Manager:
    """Open a session, as `sign_in` does; where the account has a second step, it is still to come.

    The first time they are known by their verified address; from then on by what the directory calls them, whatever
    address it gives. Raises NoAccountHere.
    """
    known_as = f"{identity.issuer} {identity.subject}"
    row = managers.by_directory(session, known_as)
    if row is None and identity.email:
        row = managers.by_email(session, identity.email)
        if row is not None and row.directory_subject is not None:
            raise NoAccountHere("this account belongs to somebody else in the directory")
        if row is not None and row.removed_at is None:
            row.directory_subject = known_as
            session.flush()
            subject = f"manager {row.id}"
            write_audit(session, at=now, actor=row.email, deed="manager.directory", subject=subject)
    if row is None or row.removed_at is not None:
        raise NoAccountHere("there is no account here for this person")
    open_session(session, row, here=here, now=now)
    note_sign_in(session, email=row.email, manager_id=row.id, how="directory", ip=here.ip, now=now)
    return as_manager(row)
