"""What a provider tells us of a wish or a dead address is obeyed, for the address it is about."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from service.consenting.addresses import BadAddress, normalise
from service.consenting.consent import AddressKey, Evidence, suppress_address, withdraw_consent
from service.domain.channel import Channel
from service.domain.consent import WISHES, Suppressed
from service.domain.message import MessageRef, NoticeRef, parse_ref
from service.domain.receipt import Receipt, ReceiptKind
from service.providers.sendgrid.bounces import is_dead
from service.store import Session
from service.store.queries import notice_life, receipts, supporters

# A provider that drops an email for these reasons knows of a wish we had missed.
_DROPPED_FOR = {"Unsubscribed Address": Suppressed.LEFT, "Spam Reporting Address": Suppressed.COMPLAINT}


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


def obey(session: Session, given: Iterable[Receipt], *, key: AddressKey | None, now: datetime) -> int:
    """Leave alone whom these receipts say so of; how many that changed anything for."""
    count = 0
    for receipt in given:
        reason = suppression_for(receipt)
        if reason is None or _dropped_for_our_standing(session, receipt):
            continue
        evidence = Evidence(wording="", source=f"{receipt.kind} receipt")
        count += leave_alone(session, _about(session, receipt), reason, evidence=evidence, key=key, now=now)
    return count


@dataclass(frozen=True, slots=True)
class About:
    """Whom a wish is about: an address, in the spelling we keep, or a supporter our ref names, or both."""

    channel: Channel
    address: str | None
    supporter_id: int | None


def leave_alone(
    session: Session, about: About, reason: Suppressed, *, evidence: Evidence, key: AddressKey | None, now: datetime
) -> bool:
    """Leave the address alone, whether or not anybody we know has it; whether that changed anything.

    The address decides, for a supporter may have another one since. A wish of whoever our ref names is obeyed too where
    the address is nobody's we know; a dead address says nothing of the one they have now.
    """
    known = supporters.by_address(session, about.channel, about.address) if about.address else None
    changed = False
    if about.address and known is None and key is not None:
        changed = suppress_address(
            session, channel=about.channel, address=about.address, key=key, reason=reason, now=now
        )
    supporter_id = known.id if known else about.supporter_id
    if supporter_id is None or (known is None and about.address and key is not None and reason not in WISHES):
        return changed
    return changed | withdraw_consent(
        session, supporter_id=supporter_id, channel=about.channel, reason=reason, evidence=evidence, now=now
    )


def _about(session: Session, receipt: Receipt) -> About:
    ref = parse_ref(receipt.ref)
    if isinstance(ref, MessageRef):
        return About(ref.channel, spelled(ref.channel, receipt.address), ref.supporter_id)
    found = notice_life.addressee(session, ref.notice_id) if isinstance(ref, NoticeRef) else None
    if found is None:
        return About(Channel.EMAIL, spelled(Channel.EMAIL, receipt.address), None)
    address = spelled(found.channel, receipt.address) or found.address
    return About(found.channel, address, found.supporter_id)


def spelled(channel: Channel, address: str | None) -> str | None:
    """A provider's address in the spelling we keep; None where it is none."""
    if not address:
        return None
    try:
        return normalise(channel, address)
    except BadAddress:
        return None


def _dropped_for_our_standing(session: Session, receipt: Receipt) -> bool:
    """Whether a drop only repeats a bounce that said nothing of the address.

    SendGrid puts every refusal for good on its list of bounces, our own standing with a mailbox host among them, and
    drops what goes there next.
    """
    ref = parse_ref(receipt.ref)
    if (
        receipt.kind is not ReceiptKind.DROPPED
        or receipt.reason != "Bounced Address"
        or not isinstance(ref, MessageRef)
    ):
        return False
    last = receipts.last_bounce(session, supporter_id=ref.supporter_id)
    return last is not None and not is_dead(last.code, None, last.reason)
