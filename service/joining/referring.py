"""Who brought whom."""

from datetime import datetime

from service.store import Session
from service.store.queries import campaigns, supporters

# The action of the one whose link it was, once a friend has confirmed.
BROUGHT = "brought"


def note_brought(session: Session, sharer_id: int, *, campaign_id: int, now: datetime) -> None:
    """Count a friend who confirmed for the one who brought them."""
    if supporters.by_id(session, sharer_id) is None:
        return
    campaigns.note_action(
        session, campaign_id=campaign_id, supporter_id=sharer_id, kind=BROUGHT, detail="", blast_id=None, now=now
    )
