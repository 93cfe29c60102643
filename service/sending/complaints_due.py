"""Tell managers of a complaint about data that is nearly overdue."""

from datetime import datetime

from service.domain.channel import Channel
from service.domain.complaint import TOLD_AFTER
from service.domain.manager import Role
from service.domain.notice import NoticeKind
from service.sending.notices import NoticeRequest, ask_notice
from service.store import Session
from service.store.queries import complaints, managers


def tell_of_complaints(session: Session, *, public_url: str, now: datetime) -> int:
    """Ask for a notice to whoever may close it, once for each complaint; how many notices."""
    due = complaints.take_due_soon(session, before=now - TOLD_AFTER, now=now)
    people = managers.to_alarm(session, [Role.LAUNCHER, Role.ADMIN]) if due else []
    asked = [
        NoticeRequest(
            kind=NoticeKind.COMPLAINT_DUE,
            channel=Channel.EMAIL,
            to_address=address,
            dedupe_key=f"complaint_due:{number}:{manager_id}",
            facts={"number": str(number), "complaints_link": f"{public_url}/console/complaints/"},
            passes_suppression=True,
        )
        for number in due
        for manager_id, address, _ in people
    ]
    return sum(ask_notice(session, request, now=now) is not None for request in asked)
