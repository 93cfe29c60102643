"""A person's file: everything held about one person, for themselves or for a manager they asked, written down as taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.consenting.consent import AddressKey
from service.domain.channel import Channel
from service.sending.asking import mailbox_hash
from service.store import Session
from service.store.queries import audit, erasing, person_file, supporters
from service.store.queries.house import write_audit
from service.store.queries.person_file import Held

# How often a day somebody takes their own file, or has it taken: each is an entry of the audit, which is kept for good.
A_DAY = 20
TAKEN = "file taken"


class FileTakenOften(Exception):
    """This person's file was taken twenty times within a day; the last one holds what this one would. Wait a day."""

    def __str__(self) -> str:
        return self.__doc__ or ""


@dataclass(frozen=True, slots=True)
class PersonFile:
    """What each table holds of somebody, the empty ones too: that nothing is held is an answer."""

    made_at: datetime
    held: Sequence[Held]

    @property
    def is_empty(self) -> bool:
        return not any(each.rows for each in self.held)


def take_file(
    session: Session,
    *,
    key: AddressKey,
    actor: str,
    now: datetime,
    supporter_id: int | None = None,
    channel: Channel | None = None,
    address: str = "",
) -> PersonFile:
    """The file of a supporter, or of whoever waits under an address, written into the audit. Raises FileTakenOften."""
    if supporter_id is None and channel is not None:
        known = supporters.by_address(session, channel, address)
        supporter_id = known.id if known else None
    who = erasing.person(session, supporter_id=supporter_id, address=address or None, holds=False)
    if supporter_id is None and channel is not None:
        who = erasing.with_hash(who, channel, key.hash(channel, address))
    # Without a supporter not even the audit names whom.
    subject = str(channel) if who.supporter_id is None else f"supporter {who.supporter_id}"
    is_known = who.supporter_id is not None
    if is_known and audit.times_since(session, subject, TAKEN, now - timedelta(days=1), limit=A_DAY) >= A_DAY:
        raise FileTakenOften
    emails = [each for each in who.addresses if "@" in each]
    not_me = mailbox_hash(Channel.EMAIL, emails[0], key) if emails else None
    found = PersonFile(now, tuple(person_file.held_of(session, who, not_me=not_me)))
    rows = sum(len(each.rows) for each in found.held)
    write_audit(session, at=now, actor=actor, deed=TAKEN, subject=subject, details={"rows": str(rows)})
    return found
