"""Recover texts that a webhook missed: Twilio tries once or twice, and a STOP must not be lost to a restart.

The provider's list is read page by page, newest first. Each text is a transaction of its own; one that cannot be
received is set aside and counted, and the ones behind it are recovered. How far the reading came is kept after every page.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import sessionmaker

from service import clock
from service.consenting.consent import AddressKey
from service.listening.receive import receive_text
from service.points import point
from service.providers.ports import InboundPage, InboundText, ProviderAway, SmsProvider
from service.store import Session
from service.store.queries import catching_up, house, replies
from service.store.queries.catching_up import CatchUp
from service.store.races import once_more

log = logging.getLogger(__name__)

# Read again each time: a text may have failed, and clocks differ; the same text twice does nothing.
_OVERLAP = timedelta(hours=6)
# What one text can do wrong. A process told to end is none of these, and neither is a database that is away.
_ITS_OWN_FAULT = (SQLAlchemyError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RuntimeError)


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """How many texts were received that no webhook had brought, how many could not be, and whether all were read."""

    received: int
    failed: int
    is_whole: bool


@dataclass(slots=True)
class _Count:
    received: int = 0
    failed: int = 0


def catch_up_inbound(
    sessions: sessionmaker[Session], sms: SmsProvider, *, key: AddressKey, until: float = float("inf")
) -> CaughtUp:
    """Ask the provider for what came in lately and receive what we have not, until the monotonic clock reads `until`.

    The next call goes on where this one ended. Raises ProviderAway.
    """
    count = _Count()
    with sessions.begin() as session:
        now = house.database_now(session)
        reading = catching_up.begin(session, overlap=_OVERLAP)
    point("catch_up.before_ask")
    found = _go_on(sms, reading)
    point("catch_up.after_ask")
    while True:
        if not _receive(sessions, found, count, key=key, now=now, until=until):
            return CaughtUp(count.received, count.failed, is_whole=False)
        with sessions.begin() as session:
            if found.following:
                catching_up.note_page(session, reading, page=found.following)
            else:
                catching_up.finish(session, reading)
            point("catch_up.seen.before_commit")
        point("catch_up.seen.after_commit")
        if not found.following or clock.monotonic() >= until:
            return CaughtUp(count.received, count.failed, is_whole=not found.following)
        found = sms.inbound_page(reading.since, page=found.following)


def _go_on(sms: SmsProvider, reading: CatchUp) -> InboundPage:
    """The page the last call ended before; where the provider no longer knows it, the first one again."""
    try:
        return sms.inbound_page(reading.since, page=reading.page)
    except ProviderAway:
        if not reading.page:
            raise
        return sms.inbound_page(reading.since, page="")


def _receive(
    sessions: sessionmaker[Session], found: InboundPage, count: _Count, *, key: AddressKey, now: datetime, until: float
) -> bool:
    """Receive what of a page is new, oldest first; False where time ran out before its end."""
    refs = [text.provider_ref for text in found.texts]
    with sessions.begin() as session:
        known = replies.known_refs(session, refs)
        catching_up.forget_failed(session, known)
    new = sorted((text for text in found.texts if text.provider_ref not in known), key=lambda text: text.received_at)
    for text in new:
        if clock.monotonic() >= until and count.received + count.failed:
            return False
        _receive_one(sessions, text, count, key=key, now=now)
    return True


def _receive_one(
    sessions: sessionmaker[Session], text: InboundText, count: _Count, *, key: AddressKey, now: datetime
) -> None:
    def receive() -> None:
        with sessions.begin() as session:
            is_new = receive_text(session, text, key=key, now=now).is_new
            point("catch_up.before_commit")
        count.received += is_new

    try:
        once_more(receive)
    except _ITS_OWN_FAULT as wrong:
        if isinstance(wrong, DBAPIError) and wrong.connection_invalidated:
            raise
        count.failed += 1
        _set_aside(sessions, text, wrong, now=now)
    point("catch_up.after_commit")


def _set_aside(sessions: sessionmaker[Session], text: InboundText, wrong: Exception, *, now: datetime) -> None:
    """Written down by its provider's name alone; the doctor tells, and the next reading tries again."""
    cause = wrong.orig if isinstance(wrong, DBAPIError) and wrong.orig is not None else wrong
    why = type(cause).__name__
    log.error("a text cannot be received", extra={"text": text.provider_ref, "why": why})
    with sessions.begin() as session:
        catching_up.note_failed(session, text.provider_ref, received_at=text.received_at, why=why, now=now)
