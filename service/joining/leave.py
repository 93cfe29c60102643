"""Leave: at once, by one press, without signing in; and come back after a slip of the thumb."""

from datetime import datetime

from service.consenting.consent import Evidence, give_consent, withdraw_consent
from service.domain.channel import Channel
from service.domain.consent import LIFTED_BY_COMING_BACK, Suppressed
from service.store import Session
from service.store.queries import campaigns, consents, supporters


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
    """Leave these channels, in every campaign; whether anything changed. `blast_id`: the message left by, if any.

    The message is noted first: receipts hold it while they wait for the lock of opt-outs.
    """
    if blast_id:
        for channel in sorted(channels):
            supporters.note_left(session, blast_id=blast_id, channel=channel, supporter_id=supporter_id, now=now)
    changed = False
    for channel in sorted(channels):
        evidence = Evidence(wording="", source=source, ip=ip)
        changed |= withdraw_consent(
            session, supporter_id=supporter_id, channel=channel, reason=Suppressed.LEFT, evidence=evidence, now=now
        )
    return changed


def undo_leaving(
    session: Session,
    *,
    supporter_id: int,
    channel: Channel,
    left_at: datetime,
    wording: str,
    source: str,
    ip: str,
    now: datetime,
) -> bool:
    """Take back the one leaving of that moment, in every campaign it ended; False where something else was said since.

    `wording`: what the page said beside the button.
    """
    if consents.left_at(session, channel=channel, supporter_id=supporter_id) != left_at:
        return False
    is_back = True
    for campaign_id in consents.campaigns_left(session, channel=channel, supporter_id=supporter_id, at=left_at):
        is_back &= give_consent(
            session,
            campaign_id=campaign_id,
            channel=channel,
            supporter_id=supporter_id,
            evidence=Evidence(wording, source, ip),
            lifting=LIFTED_BY_COMING_BACK,
            now=now,
        )
    return is_back


def come_back(
    session: Session,
    *,
    supporter_id: int,
    campaign_id: int,
    channel: Channel,
    source: str,
    ip: str,
    now: datetime,
    shown_at: datetime | None = None,
    link_channel: Channel | None = None,
) -> bool:
    """Tick a channel again on one's own page, which shows the campaign's wording; False where more than a leaving stands.

    `shown_at`: when the page was shown. A leaving later than that is not undone by it. `link_channel`: where the link to
    the page was sent, which proves that address and no other: for another one consent must have been given before.
    """
    if channel is not link_channel and not consents.was_given(session, channel=channel, supporter_id=supporter_id):
        return False
    wording = campaigns.consent_wording(session, campaign_id, channel)
    return give_consent(
        session,
        campaign_id=campaign_id,
        channel=channel,
        supporter_id=supporter_id,
        evidence=Evidence(wording, source, ip),
        lifting=LIFTED_BY_COMING_BACK,
        asked_at=shown_at,
        now=now,
    )
