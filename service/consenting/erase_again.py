"""After a restore, forget again whoever was forgotten after the backup was made, before anything may be sent."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from service.consenting.consent import AddressKey
from service.consenting.erase import erase_address, erase_supporter
from service.consenting.erasure_list import ListedErasure
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.store import Session
from service.store.queries import consents, erasures

Transaction = Callable[[], AbstractContextManager[Session]]
SOURCE = "erased again after a restore"


def erase_again(
    transaction: Transaction, listed: Sequence[ListedErasure], *, key: AddressKey, now: datetime
) -> tuple[int, int]:
    """Forget everybody on the list whose erasing is not in this database; how many were listed, and found in it.

    Whoever came back after they were forgotten, and before the backup, stays: that erasing is in the database. Each is
    a transaction of its own, so that it may be stopped anywhere and run once more. Looks through every address once.
    """
    with transaction() as session:
        known = erasures.known(session, [each.ref for each in listed])
    missing = [each for each in listed if each.ref not in known]
    if not missing:
        return 0, 0
    by_hash = {pair: each for each in missing for pair in each.hashes}
    found = _found(transaction, by_hash, key)
    for each in missing:
        with transaction() as session:
            _forget(session, each, found[each.ref], key=key, now=now)
    return len(missing), sum(bool(found[each.ref]) for each in missing)


def _found(
    transaction: Transaction, by_hash: dict[tuple[Channel, bytes], ListedErasure], key: AddressKey
) -> defaultdict[object, set[int | tuple[Channel, str]]]:
    """By certificate: supporters by id, and addresses that belong to none."""
    found: defaultdict[object, set[int | tuple[Channel, str]]] = defaultdict(set)
    with transaction() as session:
        for channel in Channel:
            hashes = [each for told, each in by_hash if told is channel]
            emails, phones = (hashes, []) if channel is Channel.EMAIL else ([], hashes)
            for supporter_id, hashed in erasures.supporters_with(session, emails, phones):
                found[by_hash[channel, hashed].ref].add(supporter_id)
        for address in erasures.addresses_outside(session):
            channel = Channel.EMAIL if "@" in address else Channel.SMS
            if each := by_hash.get((channel, key.hash(channel, address))):
                found[each.ref].add((channel, address))
    return found


def _forget(
    session: Session,
    each: ListedErasure,
    them: set[int | tuple[Channel, str]],
    *,
    key: AddressKey,
    now: datetime,
) -> None:
    ids = sorted(who for who in them if isinstance(who, int))
    for supporter_id in ids:
        erase_supporter(session, supporter_id, source=SOURCE, now=now)
    for channel, address in sorted(who for who in them if not isinstance(who, int)):
        erase_address(session, channel=channel, address=address, key=key, source=SOURCE, now=now)
    for channel, hashed in each.hashes:
        consents.suppress(session, channel=channel, address_hash=hashed, reason=Suppressed.ERASED, at=each.at)
    erasures.mark(session, each.ref, at=each.at, was_known=bool(them), hashes=each.hashes)
