"""Forget a person: consent withdrawn, addresses left alone by hash, and nothing kept that names them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.consenting.consent import AddressKey
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.store import Session
from service.store.queries import consents, erasing, erasures, supporters
from service.store.queries.erasing import Person
from service.store.queries.forget_lock import lock_to_forget

# What tells that there was somebody: a file of a manager's that was deleted with them names nobody.
_OF_THEM = ("consents", "sign_ups", "replies", "notices", "complaints", "supporters")


@dataclass(frozen=True, slots=True)
class Erased:
    """The number of the erasing's certificate, and whether anything named them."""

    ref: UUID
    was_known: bool


def erase_supporter(session: Session, supporter_id: int, *, source: str, now: datetime) -> Erased | None:
    """Forget a supporter, and every sign-up of theirs; None where there is none."""
    lock_to_forget(session)
    known = supporters.by_id(session, supporter_id)
    erasing.hold_conversations(session, [known.phone] if known and known.phone else [])
    who = erasing.person(session, supporter_id=supporter_id)
    if who.supporter_id is None:
        return None
    return _forget(session, who, dict(who.hashes), source=source, now=now)


def erase_address(
    session: Session, *, channel: Channel, address: str, key: AddressKey, source: str, now: datetime
) -> Erased:
    """Forget whoever has this address: a supporter, or somebody whose sign-ups wait, or nobody.

    The address is left alone from now on either way: who asks to be forgotten is not to be imported later. What an
    import is bringing in at this moment is waited for and found.
    """
    lock_to_forget(session)
    known = supporters.by_address(session, channel, address)
    phones = {known.phone if known else None, address if channel is Channel.SMS else None}
    erasing.hold_conversations(session, sorted(phone for phone in phones if phone))
    who = erasing.person(session, supporter_id=known.id if known else None, address=address)
    return _forget(session, who, {channel: key.hash(channel, address), **who.hashes}, source=source, now=now)


def _forget(session: Session, who: Person, hashes: dict[Channel, bytes], *, source: str, now: datetime) -> Erased:
    """Whatever may take long comes before the lock of opt-outs, which holds all sending up while it is held.

    So does whatever others hold while they wait for that lock: texts of the number, notices, messages.
    """
    erasing.hold_notices(session, who)
    counts = erasing.blank_what_is_settled(session, who, now=now)
    consents.lock_for_opt_out(session)
    counts["permissions"] = 0
    if who.supporter_id is not None:
        for channel in Channel:
            counts["permissions"] += consents.withdraw(
                session, supporter_id=who.supporter_id, channel=channel, wording="", source=source, ip="", at=now
            )
    for channel, address in hashes.items():
        consents.suppress(session, channel=channel, address_hash=address, reason=Suppressed.ERASED, at=now)
    counts |= erasing.blank_the_rest(session, who, now=now)
    was_known = any(counts[name] for name in _OF_THEM)
    return Erased(
        erasures.add(session, at=now, source=source, was_known=was_known, counts=counts, hashes=hashes), was_known
    )
