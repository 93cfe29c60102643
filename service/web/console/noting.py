"""What whoever is signed in reads and takes out, written into the audit."""

from service.planning.audit import note_deed
from service.store import Session
from service.web import door
from service.web.console import access


def note(session: Session, deed: str, subject: str, **details: str) -> None:
    """Remember a deed of whoever is signed in."""
    note_deed(session, actor=access.manager().email, deed=deed, subject=subject, details=details, now=door.now())


def note_export(session: Session, name: str, subject: str) -> None:
    """Remember that a file was taken out."""
    note(session, f"{name} exported", subject, **{"as": "download"})
