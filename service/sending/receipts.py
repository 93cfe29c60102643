"""What providers told us: kept once per event, applied in any order; opt-outs obeyed in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.consenting.consent import AddressKey
from service.domain.channel import Channel
from service.domain.doubt import LATE_AFTER
from service.domain.message import EVIDENCE_RANK, MessageRef, MessageState, NoticeRef, parse_ref
from service.domain.receipt import Receipt, ReceiptKind
from service.logs import mask
from service.sending.obeying import obey
from service.sending.receipt_refs import of_channel
from service.store import Session
from service.store.queries import doubts, notice_life, receipts
from service.store.queries.receipts import Evidence, ReceiptRow

# What each kind of receipt is evidence of. Opens and clicks prove a delivery too.
_EVIDENCE: dict[ReceiptKind, MessageState] = {
    ReceiptKind.ACCEPTED: MessageState.ACCEPTED,
    ReceiptKind.DEFERRED: MessageState.ACCEPTED,
    ReceiptKind.SENT: MessageState.ACCEPTED,
    ReceiptKind.DELIVERED: MessageState.DELIVERED,
    ReceiptKind.OPENED: MessageState.DELIVERED,
    ReceiptKind.CLICKED: MessageState.DELIVERED,
    ReceiptKind.COMPLAINED: MessageState.DELIVERED,
    ReceiptKind.UNSUBSCRIBED: MessageState.DELIVERED,
    ReceiptKind.FAILED: MessageState.FAILED,
    ReceiptKind.DROPPED: MessageState.FAILED,
    ReceiptKind.BLOCKED: MessageState.BOUNCED,
    ReceiptKind.BOUNCED: MessageState.BOUNCED,
}


# The longest reason that is kept.
_LONGEST = 200


# What each provider carries: one that speaks of the other's messages is kept, and not believed.
_CHANNELS = {"twilio": Channel.SMS, "sendgrid": Channel.EMAIL, "smtp": Channel.EMAIL}


@dataclass(frozen=True, slots=True)
class Applied:
    """How many receipts were new, and how many addresses they had us leave alone."""

    new: int
    suppressed: int


def apply_receipts(
    session: Session, provider: str, given: Sequence[Receipt], *, now: datetime, key: AddressKey | None = None
) -> Applied:
    """Keep and apply receipts. A receipt seen before changes nothing; one that names no message of ours is kept.

    An opt-out without our ref is obeyed by its address; `key` hashes one that is nobody's we know. Opt-outs come last:
    intents wait for their lock.
    """
    given = of_channel(session, given, _CHANNELS.get(provider))
    rows = {receipt.event_id: _row(receipt, parse_ref(receipt.ref)) for receipt in given}
    new = receipts.store(session, provider=provider, rows=list(rows.values()), received_at=now)
    _note_late(session, provider, [receipt for receipt in given if receipt.event_id in new], now=now)
    fresh: dict[str, Receipt] = {receipt.event_id: receipt for receipt in given if receipt.event_id in new}
    evidence: dict[tuple[int, str, int], Evidence] = {}
    raised: list[tuple[int, MessageState]] = []
    for receipt in fresh.values():
        match parse_ref(receipt.ref):
            case MessageRef() as ref:
                key_of = ref.blast_id, str(ref.channel), ref.supporter_id
                evidence[key_of] = _joined(
                    evidence.get(key_of) or Evidence(*key_of, None, "", None, None, None), receipt
                )
            case NoticeRef() as notice:
                if (state := _EVIDENCE.get(receipt.kind)) is not None:
                    raised.append((notice.notice_id, state))
    # In one order, before the messages: so does whoever forgets somebody.
    for notice_id, state in sorted(raised):
        notice_life.raise_state(session, notice_id, state=state, rank=EVIDENCE_RANK[state])
    ordered = [evidence[place] for place in sorted(evidence)]
    receipts.apply(session, ordered, ranks=[_rank(row.state) for row in ordered], now=now)
    about_ours = [receipt for receipt in fresh.values() if not receipt.ref or parse_ref(receipt.ref) or receipt.address]
    suppressed = obey(session, about_ours, key=key, now=now)
    return Applied(len(fresh), suppressed)


def _note_late(session: Session, provider: str, fresh: Sequence[Receipt], *, now: datetime) -> None:
    """An event that comes long after what it tells of shows that the webhook was not heard for a while."""
    minutes = {receipt.at.replace(second=0, microsecond=0) for receipt in fresh if now - receipt.at > LATE_AFTER}
    if minutes:
        doubts.note_late(session, provider, sorted(minutes))


def _rank(state: str | None) -> int:
    return EVIDENCE_RANK[MessageState(state)] if state else 0


def _joined(row: Evidence, receipt: Receipt) -> Evidence:
    """One more receipt about the same message; the order they come in does not matter."""
    state, reason = row.state, row.reason
    evidence = _EVIDENCE.get(receipt.kind)
    if evidence is not None and _rank(evidence) > _rank(state):
        state, reason = str(evidence), _plain(receipt.reason or receipt.code)
    human = not receipt.is_machine
    return Evidence(
        row.blast_id,
        row.channel,
        row.supporter_id,
        state,
        reason,
        _earliest(row.opened_at, receipt.at if receipt.kind is ReceiptKind.OPENED and human else None),
        _earliest(row.clicked_at, receipt.at if receipt.kind is ReceiptKind.CLICKED and human else None),
        _earliest(row.complained_at, receipt.at if receipt.kind is ReceiptKind.COMPLAINED else None),
    )


def _earliest(first: datetime | None, second: datetime | None) -> datetime | None:
    return min((moment for moment in (first, second) if moment), default=None)


def _row(receipt: Receipt, ref: MessageRef | NoticeRef | None) -> ReceiptRow:
    message = ref if isinstance(ref, MessageRef) else None
    return ReceiptRow(
        event_id=receipt.event_id,
        kind=str(receipt.kind),
        blast_id=message.blast_id if message else None,
        channel=str(message.channel) if message else None,
        supporter_id=message.supporter_id if message else None,
        notice_id=ref.notice_id if isinstance(ref, NoticeRef) else None,
        at=receipt.at,
        code=_plain(receipt.code),
        reason=_plain(receipt.reason),
    )


def _plain(words: str) -> str:
    """What a provider says, without whom it says it of: receipts outlive whoever asks to be forgotten."""
    return mask(words)[:_LONGEST] if words else ""
