"""What cannot be undone is done by its owner alone: a message to an address of theirs carries the one link for it.

Letters and texts are made to be passed on, and with them the links to one's own page: whoever holds such a link may
read it, masked, and leave, which is undone by a press. A name on a petition and a person's whole record are not theirs.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.domain.masking import mask_email, mask_phone
from service.domain.notice import NoticeKind
from service.sending.notices import NoticeRequest, ask_notice
from service.store import Session
from service.store.carried import carried
from service.store.queries import consents, notices, supporters

# A forwarded link cannot fill its owner's inbox either.
AGAIN_AFTER, PER_DAY = timedelta(minutes=2), 3
_DAY = timedelta(days=1)
# Whoever left gets no news, and the letter they ask for themselves; anything graver lets no message through.
_LETTERS_DESPITE = frozenset({None, Suppressed.LEFT})
_TEXTS_DESPITE = frozenset({None})


class OwnAct(StrEnum):
    """What only its owner may do."""

    TAKE_OFF = "take_off"
    FORGET = "forget"
    COPY = "copy"


_KINDS = {
    (OwnAct.TAKE_OFF, Channel.EMAIL): NoticeKind.TAKE_OFF_EMAIL,
    (OwnAct.TAKE_OFF, Channel.SMS): NoticeKind.TAKE_OFF_SMS,
    (OwnAct.FORGET, Channel.EMAIL): NoticeKind.FORGET_EMAIL,
    (OwnAct.FORGET, Channel.SMS): NoticeKind.FORGET_SMS,
    (OwnAct.COPY, Channel.EMAIL): NoticeKind.COPY_EMAIL,
    (OwnAct.COPY, Channel.SMS): NoticeKind.COPY_SMS,
}


@dataclass(frozen=True, slots=True)
class OwnAddress:
    """Where the message with the link goes."""

    channel: Channel
    address: str

    @property
    def masked(self) -> str:
        return mask_email(self.address) if self.channel is Channel.EMAIL else mask_phone(self.address)


def own_address(session: Session, supporter_id: int) -> OwnAddress | None:
    """The address its owner is asked at: the email, or else the phone; None where neither may be written to."""
    known = supporters.by_id(session, supporter_id)
    if known is None:
        return None
    sent = carried(session)
    for channel, address, despite in (
        (Channel.EMAIL, known.email, _LETTERS_DESPITE),
        (Channel.SMS, known.phone, _TEXTS_DESPITE),
    ):
        hashed = consents.hash_of(session, channel=channel, supporter_id=supporter_id)
        if channel in sent and address and hashed and _reason(session, channel, hashed) in despite:
            return OwnAddress(channel, address)
    return None


def _reason(session: Session, channel: Channel, hashed: bytes) -> Suppressed | None:
    return consents.suppressed_reason(session, channel=channel, address_hash=hashed)


def ask_owner(
    session: Session, supporter_id: int, act: OwnAct, *, campaign_id: int, now: datetime, petition_id: int = 0
) -> OwnAddress | None:
    """Send the link for this act to its owner; where to, or None where no address of theirs may be written to.

    Asked again too soon, or too often in a day, nothing more is sent: what was sent still works. Nudge
    sending.send_notices after commit.
    """
    where = own_address(session, supporter_id)
    if where is None:
        return None
    kind = _KINDS[act, where.channel]
    asked = notices.asked_since(session, where.address, kind, now - _DAY)
    if len(asked) >= PER_DAY or any(at > now - AGAIN_AFTER for at in asked):
        return where
    request = NoticeRequest(
        kind=kind,
        channel=where.channel,
        to_address=where.address,
        dedupe_key=f"{kind}:{supporter_id}:{petition_id}:{now.isoformat()}",
        facts={"petition_id": str(petition_id)} if petition_id else {},
        campaign_id=campaign_id,
        supporter_id=supporter_id,
        passes_suppression=True,
    )
    ask_notice(session, request, now=now)
    return where
