"""Whoever never filled in a form ends the letters it sends: this mailbox is not asked again, however it is spelt."""

from datetime import datetime

from service.consenting.consent import AddressKey
from service.domain.channel import Channel
from service.sending.asking import mailbox_hash
from service.store import Session
from service.store.queries import asking, sign_ups


def end_letters(session: Session, sign_up_id: int, *, key: AddressKey, now: datetime) -> bool:
    """Never write to this sign-up's mailbox again because of a form; False where there is no such sign-up.

    What the mailbox's owner once agreed to stands: it is left by the links in those messages.
    """
    address = _email(session, sign_up_id)
    if address is None:
        return False
    asking.note_not_me(session, mailbox_hash(Channel.EMAIL, address, key), now=now)
    return True


def take_letters_again(session: Session, sign_up_id: int, *, key: AddressKey) -> bool:
    """It was pressed by mistake: forms may ask this mailbox again."""
    address = _email(session, sign_up_id)
    if address is None:
        return False
    asking.forget_not_me(session, mailbox_hash(Channel.EMAIL, address, key))
    return True


def may_be_asked(session: Session, sign_up_id: int) -> bool:
    """Whether there is still an address to leave alone: whoever was forgotten has none."""
    return _email(session, sign_up_id) is not None


def _email(session: Session, sign_up_id: int) -> str | None:
    """The address of a sign-up; None where there is none, or whoever it was is forgotten."""
    row = sign_ups.by_id(session, sign_up_id)
    return row.email if row and row.email and "@" in row.email else None
