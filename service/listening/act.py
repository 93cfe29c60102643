"""Do what a keyword asks for."""

from collections.abc import Callable, Mapping
from datetime import datetime

from service.consenting.consent import AddressKey
from service.domain.inbound_text import is_number
from service.domain.keyword import Keyword, KeywordMatch
from service.listening.asking import help_out, send_briefing, sign
from service.listening.coming import join, start
from service.listening.deed import Deed, Sender
from service.listening.stopping import hold_unclear, stop
from service.store import Session

_DEEDS: Mapping[Keyword, Callable[[Deed], bool]] = {
    Keyword.STOP: stop,
    Keyword.UNCLEAR: hold_unclear,
    Keyword.START: start,
    Keyword.HELP: help_out,
    Keyword.JOIN: join,
    Keyword.SIGN: sign,
    Keyword.MORE: send_briefing,
    Keyword.OWN: send_briefing,
}
_FOR_ANY_SENDER = frozenset({Keyword.STOP, Keyword.UNCLEAR})


def act(
    session: Session, sender: Sender, match: KeywordMatch, *, key: AddressKey, said_at: datetime, now: datetime
) -> bool:
    """Do it; False when only a person can."""
    perform = _DEEDS.get(match.keyword)
    # Only a number can join or be answered; a name or a short code can still ask to be left alone.
    if perform is None or not (is_number(sender.phone) or (sender.phone and match.keyword in _FOR_ANY_SENDER)):
        return False
    return perform(Deed(session, sender, match, key, now=said_at, heard_at=now))
