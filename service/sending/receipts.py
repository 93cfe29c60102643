"""What providers told us: kept once per event, applied in any order; opt-outs obeyed in the same transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.consenting.consent import Evidence as ConsentEvidence
from service.consenting.consent import withdraw_consent
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.domain.message import EVIDENCE_RANK, MessageRef, MessageState, NoticeRef, parse_ref
from service.domain.receipt import Receipt, ReceiptKind
from service.sending.receipt_refs import of_channel
from service.store import Session
from service.store.queries import notice_life, receipts
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


# A provider that drops an email for these reasons knows of a wish we had missed.
_DROPPED_FOR = {"Unsubscribed Address": Suppressed.LEFT, "Spam Reporting Address": Suppressed.COMPLAINT}


# What each provider carries: one that speaks of the other's messages is kept, and not believed.
_CHANNELS = {"twilio": Channel.SMS, "sendgrid": Channel.EMAIL, "smtp": Channel.EMAIL}


@dataclass(frozen=True, slots=True)
class Applied:
    """How many receipts were new, and how many addresses they had us leave alone."""

    new: int
    suppressed: int


def apply_receipts(session: Session, provider: str, given: Sequence[Receipt], *, now: datetime) -> Applied:
    """Keep and apply receipts. A receipt seen before changes nothing; one that names no message of ours is kept."""
    given = of_channel(session, given, _CHANNELS.get(provider))
    rows = {receipt.event_id: _row(receipt) for receipt in given}
    new = receipts.store(session, provider=provider, rows=list(rows.values()), received_at=now)
    fresh: dict[str, Receipt] = {receipt.event_id: receipt for receipt in given if receipt.event_id in new}
    suppressed = _obey(session, fresh.values(), now=now)
    evidence: dict[tuple[int, str, int], Evidence] = {}
    for receipt in fresh.values():
        match parse_ref(receipt.ref):
            case MessageRef() as ref:
                key = ref.blast_id, str(ref.channel), ref.supporter_id
                evidence[key] = _joined(evidence.get(key) or Evidence(*key, None, "", None, None, None), receipt)
            case NoticeRef() as notice:
                if (state := _EVIDENCE.get(receipt.kind)) is not None:
                    notice_life.raise_state(session, notice.notice_id, state=state, rank=EVIDENCE_RANK[state])
    ordered = [evidence[key] for key in sorted(evidence)]
    receipts.apply(session, ordered, ranks=[_rank(row.state) for row in ordered], now=now)
    return Applied(len(fresh), suppressed)


def _rank(state: str | None) -> int:
    return EVIDENCE_RANK[MessageState(state)] if state else 0


def _joined(row: Evidence, receipt: Receipt) -> Evidence:
    """One more receipt about the same message; the order they come in does not matter."""
    state, reason = row.state, row.reason
    evidence = _EVIDENCE.get(receipt.kind)
    if evidence is not None and _rank(evidence) > _rank(state):
        state, reason = str(evidence), receipt.reason or receipt.code
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


def _row(receipt: Receipt) -> ReceiptRow:
    ref = parse_ref(receipt.ref)
    message = ref if isinstance(ref, MessageRef) else None
    return ReceiptRow(
        event_id=receipt.event_id,
        kind=str(receipt.kind),
        blast_id=message.blast_id if message else None,
        channel=str(message.channel) if message else None,
        supporter_id=message.supporter_id if message else None,
        notice_id=ref.notice_id if isinstance(ref, NoticeRef) else None,
        at=receipt.at,
        code=receipt.code,
        reason=receipt.reason,
    )


def suppression_for(receipt: Receipt) -> Suppressed | None:
    """Why this receipt makes us leave an address alone, if it does."""
    if receipt.kind is ReceiptKind.COMPLAINED:
        return Suppressed.COMPLAINT
    if receipt.kind is ReceiptKind.UNSUBSCRIBED:
        return Suppressed.LEFT
    if receipt.kind is ReceiptKind.DROPPED and receipt.reason in _DROPPED_FOR:
        return _DROPPED_FOR[receipt.reason]
    if receipt.permanent and receipt.kind in {ReceiptKind.BOUNCED, ReceiptKind.DROPPED, ReceiptKind.FAILED}:
        return Suppressed.PROVIDER_OPT_OUT if receipt.code == "21610" else Suppressed.HARD_BOUNCE
    return None


def _obey(session: Session, given: Iterable[Receipt], *, now: datetime) -> int:
    count = 0
    for receipt in given:
        reason = suppression_for(receipt)
        ref = parse_ref(receipt.ref)
        if reason is None or ref is None:
            continue
        evidence = ConsentEvidence(wording="", source=f"{receipt.kind} receipt")
        if isinstance(ref, MessageRef):
            who = (ref.supporter_id, ref.channel)
        else:
            found = notice_life.addressee(session, ref.notice_id)
            if found is None:
                continue
            who = found
        count += withdraw_consent(
            session, supporter_id=who[0], channel=who[1], reason=reason, evidence=evidence, now=now
        )
    return count
