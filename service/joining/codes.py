"""The four digits of our text, typed on a page: they show that a phone and an email are one person's."""

import hmac
from datetime import datetime

from service.joining.asking import WAITING_LIFE
from service.store import Session
from service.store.queries import sign_ups
from service.store.tables.people import SignUp

# A code of four digits may be tried so often for one number, whoever tries.
_CODE_TRIES = 6


def waits_for_code(row: SignUp, *, now: datetime) -> bool:
    """Whether the phone of this form may still be confirmed from the page its email led to."""
    return bool(row.phone and row.phone_code and row.phone_confirmed_at is None and row.created_at > now - WAITING_LIFE)


def _tries(session: Session, row: SignUp, *, now: datetime) -> int:
    """How often the codes of this number were tried: a stranger with many forms has no more tries than with one."""
    return sum(tries for _, tries in sign_ups.codes_of(session, row.phone or "", since=now - WAITING_LIFE))


def is_tried_out(session: Session, row: SignUp, *, now: datetime) -> bool:
    """Whether the codes of this number were tried so often that none is taken any more."""
    return _tries(session, row, now=now) >= _CODE_TRIES


def is_right_code(session: Session, row: SignUp, typed: str, *, now: datetime) -> bool:
    """Whether this is the code of our text to the phone of this form; a wrong one is counted."""
    digits = "".join(sign for sign in typed if sign.isdecimal())
    if is_tried_out(session, row, now=now):
        return False
    if hmac.compare_digest(digits.encode(), row.phone_code.encode()):
        return True
    row.code_tries += 1
    session.flush()
    return False
