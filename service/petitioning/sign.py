"""Sign a petition: once each, on the page in two taps or by a text that says SIGN."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.domain.channel import Channel
from service.domain.notice import NoticeKind
from service.sending.notices import NoticeRequest, ask_notice
from service.store import Session
from service.store.queries import petitions, supporters


class SignResult(StrEnum):
    SIGNED = "signed"
    ALREADY_SIGNED = "already_signed"
    CLOSED = "closed"
    NO_PETITION = "no_petition"


@dataclass(frozen=True, slots=True)
class Signed:
    """What came of it, and how many have signed now."""

    result: SignResult
    count: int


def sign_petition(
    session: Session,
    *,
    campaign_id: int,
    supporter_id: int,
    source: str,
    now: datetime,
    blast_id: int | None = None,
    thank_by_email: bool = False,
) -> Signed:
    """Sign for a supporter we know. `source`: web, email or sms. Nudge sending.send_notices after commit."""
    known = supporters.by_id(session, supporter_id)
    petition = petitions.petition_of(session, campaign_id, "en")
    if petition is None or known is None:
        return Signed(SignResult.NO_PETITION, 0)
    signed = petitions.sign(
        session,
        campaign_id=campaign_id,
        supporter_id=supporter_id,
        name=known.first_name,
        source=source,
        blast_id=blast_id or None,
        now=now,
    )
    if signed and thank_by_email and known.email:
        request = NoticeRequest(
            kind=NoticeKind.SIGNED_EMAIL,
            channel=Channel.EMAIL,
            to_address=known.email,
            dedupe_key=f"signed:{petition.id}:{supporter_id}",
            campaign_id=campaign_id,
            supporter_id=supporter_id,
        )
        ask_notice(session, request, now=now)
    count = petitions.count(session, petition.id)
    if signed:
        return Signed(SignResult.SIGNED, count)
    already = petitions.has_signed(session, petition_id=petition.id, supporter_id=supporter_id)
    return Signed(SignResult.ALREADY_SIGNED if already else SignResult.CLOSED, count)
