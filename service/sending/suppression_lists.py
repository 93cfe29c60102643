"""Repair what a webhook missed: the provider's own lists of whom to leave alone, read whole once a night."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import sessionmaker

from service import clock
from service.consenting.consent import AddressKey
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.points import point
from service.providers.ports import ListedAddress, ProviderAway, SuppressionLists
from service.sending.obeying import About, Said, spelled, whom
from service.store import Session
from service.store.queries import consents, supporters
from service.store.queries import suppression_lists as readings
from service.store.queries.house import database_now
from service.store.queries.leaving import leave_alone
from service.store.queries.suppression_lists import Reading

log = logging.getLogger(__name__)

# Nightly, and never a night missed because the last one took a little longer.
EVERY = timedelta(hours=20)
# Nobody has as many new entries: a list that goes on for ever is not read for ever.
_MOST_ROWS = 1_000_000


def read_lists(sessions: sessionmaker[Session], lists: SuppressionLists, *, key: AddressKey, until: float) -> bool:
    """Read on in every list that is due, until the monotonic clock reads `until`; whether there is more to read.

    How far it came is kept after each page. A list that cannot be read now does not keep the others from being read.
    """
    for name in lists.names:
        try:
            while clock.monotonic() < until and _read_page(sessions, lists, name, key=key):
                pass
        except ProviderAway as away:
            log.warning("a suppression list cannot be read", extra={"list": name, "why": str(away)})
            with sessions.begin() as session:
                readings.note_trouble(session, name, why=str(away))
    return clock.monotonic() >= until


def _read_page(sessions: sessionmaker[Session], lists: SuppressionLists, name: str, *, key: AddressKey) -> bool:
    """Read one page and obey it; whether there is another."""
    with sessions.begin() as session:
        now = database_now(session)
        reading = readings.begin_reading(session, name, every=EVERY, now=now)
    if reading is None:
        return False
    if reading.offset >= _MOST_ROWS:
        raise ProviderAway(f"it goes on after {_MOST_ROWS:,} entries")
    point("lists.before_ask")
    page = lists.page(name, since=reading.since, upto=reading.upto, offset=reading.offset)
    point("lists.after_ask")
    added = _obey(sessions, reading, page.found, key=key, now=now)
    with sessions.begin() as session:
        if page.is_last:
            readings.note_whole(session, reading, added=added, now=now)
        else:
            readings.note_page(session, reading, rows=page.row_count, added=added)
        point("lists.before_commit")
    point("lists.after_commit")
    if added:
        log.info("a suppression list told of addresses to leave alone", extra={"list": name, "added": added})
    return not page.is_last


def _obey(
    sessions: sessionmaker[Session], reading: Reading, found: Sequence[ListedAddress], *, key: AddressKey, now: datetime
) -> int:
    """Leave alone who is not yet, each by itself: most were told of by the webhook long ago."""
    named = {
        address: each
        for each in found
        if (address := spelled(Channel.EMAIL, each.address.replace("\0", ""))) is not None
    }
    hashes = {address: key.hash(Channel.EMAIL, address) for address in named}
    with sessions.begin() as session:
        done = {
            reason: consents.suppressed_hashes(
                session, channel=Channel.EMAIL, hashes=list(hashes.values()), reason=reason
            )
            for reason in {each.reason for each in named.values()}
        }
    added = 0
    for address, each in named.items():
        if hashes[address] in done[each.reason]:
            continue
        try:
            with sessions.begin() as session:
                added += _leave_alone(session, address, each, name=reading.name, key=key, now=now)
        except (DataError, IntegrityError) as odd:
            # One odd entry keeps nobody else from being left alone.
            log.warning("an entry of a suppression list was left out", extra={"why": type(odd).__name__})
    return added


def _leave_alone(
    session: Session, address: str, listed: ListedAddress, *, name: str, key: AddressKey, now: datetime
) -> bool:
    """Leave an address alone, unless whoever has it gave consent since: only a complaint outlasts that."""
    at = min(listed.at, now) if listed.at else now
    known = supporters.by_address(session, Channel.EMAIL, address)
    is_outdated = (
        known is not None
        and listed.reason is not Suppressed.COMPLAINT
        and consents.given_since(session, channel=Channel.EMAIL, supporter_id=known.id, at=at)
    )
    if is_outdated:
        return False
    said = Said(listed.reason, f"provider's list: {name}", at)
    leaving = whom(session, About(Channel.EMAIL, address, None), said, key=key)
    return leave_alone(session, leaving, now=at) > 0
