"""Recover texts that a webhook missed: Twilio tries once or twice, and a STOP must not be lost to a restart."""

from datetime import timedelta

from sqlalchemy.orm import sessionmaker

from service.consenting.consent import AddressKey
from service.listening.receive import receive_text
from service.points import point
from service.providers.ports import SmsProvider
from service.store import Session
from service.store.queries import house, replies

# Asked again each time: the provider's list is sorted by day, and the same text twice does nothing.
_OVERLAP = timedelta(hours=6)


def catch_up_inbound(sessions: sessionmaker[Session], sms: SmsProvider, *, key: AddressKey) -> int:
    """Ask the provider for what came in lately and receive what we have not; how many that were."""
    with sessions.begin() as session:
        now = house.database_now(session)
        since = (house.inbound_seen_at(session) or now) - _OVERLAP
    point("catch_up.before_ask")
    found = sms.inbound_since(since)
    point("catch_up.after_ask")
    missed = 0
    for text in sorted(found, key=lambda text: text.received_at):
        with sessions.begin() as session:
            if not replies.is_known(session, text.provider_ref):
                missed += receive_text(session, text, key=key, now=now).is_new
            point("catch_up.before_commit")
        point("catch_up.after_commit")
    with sessions.begin() as session:
        house.note_inbound_seen(session, now)
        point("catch_up.seen.before_commit")
    point("catch_up.seen.after_commit")
    return missed
