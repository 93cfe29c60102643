"""What a provider tells us of a wish or a dead address is obeyed, for the address it is about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.consenting.addresses import BadAddress, normalise
from service.consenting.consent import AddressKey
from service.domain.channel import Channel
from service.domain.consent import WISHES, Suppressed
from service.domain.message import MessageRef, NoticeRef, parse_ref
from service.domain.receipt import Receipt, ReceiptKind
from service.providers.sendgrid.bounces import is_dead
from service.store import Session
from service.store.queries import consents, notice_life, receipts, supporters
from service.store.queries.leaving import Leaving, leave_alone

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
    """Leave alone whom these receipts say so of, all at once; of how many addresses that changed anything.

    Last in its transaction: whom they are about is found out before the opt-outs' lock is taken, and a dead address
    takes none.
    """
    leaving: list[Leaving] = []
    for receipt in given:
        reason = suppression_for(receipt)
        if reason is not None and not _dropped_for_our_standing(session, receipt):
            said = Said(reason, f"{receipt.kind} receipt", now)
            leaving += whom(session, _about(session, receipt), said, key=key)
    return leave_alone(session, leaving, now=now) if leaving else 0


@dataclass(frozen=True, slots=True)
class About:
    """Whom a wish is about: an address, in the spelling we keep, or a supporter our ref names, or both."""

    channel: Channel
    address: str | None
    supporter_id: int | None


@dataclass(frozen=True, slots=True)
class Said:
    """Why somebody is to be left alone, who says so, and since when."""

    reason: Suppressed
    source: str
    at: datetime


def whom(session: Session, about: About, said: Said, *, key: AddressKey | None) -> Sequence[Leaving]:
    """The addresses to leave alone, whether or not anybody we know has them.

    The address decides, for a supporter may have another one since. A wish of whoever our ref names is obeyed too where
    the address is nobody's we know; a dead address says nothing of the one they have now. Without a `key` an address
    that is nobody's cannot be left alone.
    """
    known = supporters.by_address(session, about.channel, about.address) if about.address else None
    leaving: list[Leaving] = []
    if about.address and known is None and key is not None:
        leaving.append(_leaving(about.channel, about.address, key.hash(about.channel, about.address), said))
        if said.reason not in WISHES:
            return leaving
    supporter_id = known.id if known else about.supporter_id
    theirs = consents.address_of(session, channel=about.channel, supporter_id=supporter_id) if supporter_id else None
    if theirs is not None:
        leaving.append(_leaving(about.channel, *theirs, said))
    return leaving


def _leaving(channel: Channel, address: str, address_hash: bytes, said: Said) -> Leaving:
    return Leaving(channel, address, address_hash, said.reason, said.source, said.at)


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
