"""Mail out each day where the audit ends: kept elsewhere, it proves what was cut off or written anew."""

from datetime import datetime

from service.domain.channel import Channel
from service.domain.notice import NoticeKind
from service.sending.notices import NoticeRequest, ask_notice
from service.store import Session
from service.store.queries import audit, notices


def mail_audit_end(session: Session, *, to: str, now: datetime) -> bool:
    """Ask once a day (UTC) for the newest entry's number and digest to be mailed; whether it was asked for now."""
    key = f"audit_end:{now:%Y-%m-%d}"
    if not to or notices.is_asked(session, key):
        return False
    head = audit.head(session)
    if head is None or head.digest is None:
        return False
    facts = {
        "entries": str(head.entries),
        "entry": str(head.last_id),
        "digest": head.digest.hex(),
        "day": f"{now:%Y-%m-%d}",
    }
    request = NoticeRequest(
        kind=NoticeKind.AUDIT_END,
        channel=Channel.EMAIL,
        to_address=to,
        dedupe_key=key,
        facts=facts,
        passes_suppression=True,
    )
    return ask_notice(session, request, now=now) is not None
