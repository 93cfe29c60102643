"""Which message a receipt may speak of: a provider of texts moves no email, and one of email no text."""

from collections.abc import Sequence
from dataclasses import replace

from service.domain.channel import Channel
from service.domain.message import MessageRef, NoticeRef, parse_ref
from service.domain.receipt import Receipt
from service.store import Session
from service.store.queries import notice_life


def of_channel(session: Session, given: Sequence[Receipt], channel: Channel | None) -> list[Receipt]:
    """The receipts, without the names of messages on another channel than this one; None lets every name stand."""
    if channel is None:
        return list(given)
    named = [ref.notice_id for receipt in given if isinstance(ref := parse_ref(receipt.ref), NoticeRef)]
    notices = notice_life.on_channel(session, named, channel) if named else frozenset()
    return [receipt if _is_ours(receipt, channel, notices) else replace(receipt, ref="") for receipt in given]


def _is_ours(receipt: Receipt, channel: Channel, notices: frozenset[int]) -> bool:
    match parse_ref(receipt.ref):
        case MessageRef() as message:
            return message.channel is channel
        case NoticeRef() as notice:
            return notice.notice_id in notices
        case _:
            return True
