"""Telling a manager by email what happened to their own account."""

from datetime import datetime

from service.domain.channel import Channel
from service.domain.notice import NoticeKind
from service.sending.notices import NoticeRequest, ask_notice
from service.store import Session
from service.store.tables.manager import Manager as ManagerRow


def tell_manager(session: Session, account: ManagerRow, happened: str, *, now: datetime) -> None:
    """Tell a manager by email what happened to their account. Nudge sending.send_notices after the commit."""
    request = NoticeRequest(
        kind=NoticeKind.ACCOUNT_NEWS,
        channel=Channel.EMAIL,
        to_address=account.email,
        dedupe_key=f"account_news:{account.id}:{now.isoformat()}",
        facts={"happened": happened},
        passes_suppression=True,
    )
    ask_notice(session, request, now=now)
