"""Notice that the database was restored or taken over, and hold the house before anything goes out a second time."""

import logging
from datetime import datetime

from service.store import Session
from service.store.queries import holds
from service.store.queries.house import write_audit

# Why a hold began that nobody asked for.
RESTORED = "the database was restored or taken over"

log = logging.getLogger(__name__)


def hold_if_restored(session: Session, *, now: datetime) -> bool:
    """Whether the house is held. The first tick remembers where the database lives; one elsewhere holds it."""
    holds.settle_in(session)
    found = holds.moved(session)
    if found is None:
        return holds.hold(session).held_at is not None
    was, is_now = found
    epoch = holds.begin_hold(session, reason=RESTORED)
    details = {"was": was, "is": is_now, "epoch": str(epoch)}
    write_audit(session, at=now, actor="ticker", deed="house held", subject="house", details=details)
    log.error("the house is held: the database was restored or taken over", extra=details)
    return True
