"""Leave: at once, by one press, without signing in; and come back after a slip of the thumb."""

from datetime import datetime

from service.consenting.consent import Evidence, give_consent, withdraw_consent
from service.domain.channel import Channel
from service.domain.consent import LIFTED_BY_CONFIRMING, Suppressed
from service.store import Session
from service.store.queries import campaigns, supporters


def leave(
    session: Session,
    *,
    supporter_id: int,
    channels: frozenset[Channel],
    source: str,
    ip: str,
    now: datetime,
    blast_id: int = 0,
) -> bool:
    """Leave these channels, in every campaign; whether anything changed. `blast_id`: the message left by, if any."""
    changed = False
    for channel in sorted(channels):
        evidence = Evidence(wording="", source=source, ip=ip)
        changed |= withdraw_consent(
            session, supporter_id=supporter_id, channel=channel, reason=Suppressed.LEFT, evidence=evidence, now=now
        )
        if blast_id:
            supporters.note_left(session, blast_id=blast_id, channel=channel, supporter_id=supporter_id, now=now)
    return changed


def come_back(
    session: Session, *, supporter_id: int, campaign_id: int, channel: Channel, source: str, ip: str, now: datetime
) -> bool:
    """Undo leaving, by whoever holds the link it was done with; False where a STOP or a complaint stands."""
    wording = campaigns.consent_wording(session, campaign_id, channel)
    return give_consent(
        session,
        campaign_id=campaign_id,
        channel=channel,
        supporter_id=supporter_id,
        evidence=Evidence(wording, source, ip),
        lifting=LIFTED_BY_CONFIRMING - {Suppressed.HARD_BOUNCE, Suppressed.INVALID, Suppressed.ERASED},
        now=now,
    )
