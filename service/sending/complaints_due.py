"""Tell managers of a complaint about data that is nearly overdue."""

from datetime import datetime

from service.domain.complaint import TOLD_AFTER
from service.domain.manager import Role
from service.domain.notice import NoticeKind
from service.sending.manager_letters import ManagerLetter, write_to_managers
from service.store import Session
from service.store.queries import complaints, managers


def tell_of_complaints(session: Session, *, public_url: str, now: datetime) -> int:
    """Ask for a notice to whoever may close it, once for each complaint; how many notices."""
    due = complaints.take_due_soon(session, before=now - TOLD_AFTER, now=now)
    people = managers.to_alarm(session, [Role.LAUNCHER, Role.ADMIN]) if due else []
    link = f"{public_url}/console/complaints/"
    letters = [
        ManagerLetter(
            NoticeKind.COMPLAINT_DUE,
            f"complaint_due:{number}",
            {"number": str(number), "complaints_link": link},
        )
        for number in due
    ]
    return sum(write_to_managers(session, people, letter, now=now) for letter in letters)
