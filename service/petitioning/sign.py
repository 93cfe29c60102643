"""Sign a petition: once each, on the page or by a text that says SIGN; and take the name off again."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.consenting.addresses import canonical_email, country_of_phone
from service.consenting.consent import AddressKey
from service.domain.channel import Channel
from service.domain.notice import NoticeKind
from service.domain.petition import Asks, first_word
from service.sending.notices import NoticeRequest, ask_notice
from service.store import Session
from service.store.queries import campaigns, petitions, supporters
from service.store.queries.petitions import PetitionView
from service.store.queries.supporters import Known


class SignResult(StrEnum):
    SIGNED = "signed"
    ALREADY_SIGNED = "already_signed"
    # The name on the petition is another: one address, one signature.
    OTHER_NAME = "other_name"
    # Kept, and not counted until there is a name.
    NAME_NEEDED = "name_needed"
    CLOSED = "closed"
    NO_PETITION = "no_petition"


@dataclass(frozen=True, slots=True)
class Signed:
    """What came of it, how many have signed now, and the name that stands."""

    result: SignResult
    count: int
    name: str = ""
    petition_id: int = 0


def sign_petition(
    session: Session,
    *,
    campaign_id: int,
    supporter_id: int,
    source: str,
    now: datetime,
    name: str = "",
    place: str = "",
    blast_id: int | None = None,
    thank_by_email: bool = False,
    key: AddressKey | None = None,
) -> Signed:
    """Sign for a supporter we know. `source`: web, email or sms. Nudge sending.send_notices after commit.

    `name` as it should stand (see domain.petition); left out, it is the name they signed with before. `key` hides the
    mailbox, so that it counts once however it is spelt, and after its owner was forgotten.
    """
    known = supporters.by_id(session, supporter_id)
    petition = petitions.petition_of(session, campaign_id, "en")
    if petition is None or known is None:
        return Signed(SignResult.NO_PETITION, 0)
    name = name or known.full_name
    mailbox = _mailbox(known, key)
    other = petitions.signed_by_mailbox(
        session, petition_id=petition.id, mailbox=mailbox, email=known.email, but=supporter_id
    )
    if petition.is_closed and (other is None or not other.name):
        return _not_signed(session, petition, known, name, mailbox)
    if other is not None and other.name:
        result = SignResult.OTHER_NAME if name and not alike(name, other.name) else SignResult.ALREADY_SIGNED
        return Signed(result, petition.count, other.name, petition.id)
    if other is not None:
        # Its name was erased, or never given: the one mailbox signs anew, and still counts once.
        petitions.withdraw(session, petition_id=petition.id, supporter_id=other.supporter_id, now=now)
    signed = petitions.sign(
        session,
        {
            "petition_id": petition.id,
            "supporter_id": supporter_id,
            "name": name,
            "place": place,
            "wording": petition.wording,
            "mailbox": mailbox,
            "source": source,
            "blast_id": blast_id or None,
            "now": now,
        },
    )
    if not signed:
        return _not_signed(session, petition, known, name, mailbox)
    if not name:
        return Signed(SignResult.NAME_NEEDED, petition.count, "", petition.id)
    _remember(session, known, name)
    if thank_by_email and known.email:
        _thank(session, petition, known, now=now)
    return Signed(SignResult.SIGNED, petitions.count(session, petition.id), name, petition.id)


def how_it_stands(
    session: Session, *, campaign_id: int, supporter_id: int, name: str, key: AddressKey | None = None
) -> Signed:
    """What signing with this name came to, or would come to; nothing is written."""
    known = supporters.by_id(session, supporter_id)
    petition = petitions.petition_of(session, campaign_id, "en")
    if petition is None or known is None:
        return Signed(SignResult.NO_PETITION, 0)
    own = petitions.signature_of(session, petition_id=petition.id, supporter_id=supporter_id)
    if own is None or not own.stands:
        own = petitions.signed_by_mailbox(
            session, petition_id=petition.id, mailbox=_mailbox(known, key), email=known.email, but=supporter_id
        )
    if own is None or not own.stands:
        result = SignResult.CLOSED if petition.is_closed else SignResult.NAME_NEEDED
        return Signed(result, petition.count, "", petition.id)
    differs = bool(name and own.name and not alike(name, own.name))
    result = SignResult.OTHER_NAME if differs else SignResult.SIGNED
    return Signed(result, petition.count, own.name, petition.id)


def _mailbox(known: Known, key: AddressKey | None) -> bytes | None:
    if key is None:
        return None
    if known.email:
        return key.hash(Channel.EMAIL, f"mailbox {canonical_email(known.email)}")
    return key.hash(Channel.SMS, f"mailbox {known.phone}") if known.phone else None


def _not_signed(session: Session, petition: PetitionView, known: Known, name: str, mailbox: bytes | None) -> Signed:
    standing = petitions.signature_of(session, petition_id=petition.id, supporter_id=known.id)
    if standing is None or not standing.stands:
        # Another spelling of the mailbox may have signed since it was looked for.
        standing = petitions.signed_by_mailbox(
            session, petition_id=petition.id, mailbox=mailbox, email=known.email, but=known.id
        )
    if standing is None or not standing.stands:
        return Signed(SignResult.CLOSED, petition.count, "", petition.id)
    differs = bool(name and standing.name and not alike(name, standing.name))
    result = SignResult.OTHER_NAME if differs else SignResult.ALREADY_SIGNED
    return Signed(result, petition.count, standing.name, petition.id)


def alike(one: str, other: str) -> bool:
    return one.casefold().split() == other.casefold().split()


def _remember(session: Session, known: Known, name: str) -> None:
    """The name they sign with next time; the name we greet by only where we have none."""
    values = {} if known.full_name else {"full_name": name}
    if not known.first_name:
        values["first_name"] = first_word(name)
    supporters.change(session, known.id, values)


def _thank(session: Session, petition: PetitionView, known: Known, *, now: datetime) -> None:
    request = NoticeRequest(
        kind=NoticeKind.SIGNED_EMAIL,
        channel=Channel.EMAIL,
        to_address=known.email or "",
        # Whoever takes the name off and signs again another day is thanked again.
        dedupe_key=f"signed:{petition.id}:{known.id}:{now:%Y-%m-%d}",
        facts={"petition_id": str(petition.id)},
        campaign_id=petition.campaign_id,
        supporter_id=known.id,
    )
    ask_notice(session, request, now=now)


def place_of_phone(session: Session, campaign_id: int, phone: str) -> str:
    """The country a text comes from, where the petition asks for one; a postcode no text tells."""
    petition = petitions.petition_of(session, campaign_id, "en")
    asks_country = petition is not None and petition.asks is Asks.COUNTRY
    return country_of_phone(phone) if asks_country else ""


def take_name_off(session: Session, *, petition_id: int, supporter_id: int, source: str, now: datetime) -> bool:
    """Take a supporter's name off a petition; whether it stood. What was done is kept, without the name."""
    standing = petitions.signature_of(session, petition_id=petition_id, supporter_id=supporter_id)
    if standing is None or not petitions.withdraw(session, petition_id=petition_id, supporter_id=supporter_id, now=now):
        return False
    campaigns.note_action(
        session,
        campaign_id=standing.campaign_id,
        supporter_id=supporter_id,
        kind="took name off",
        detail=source,
        blast_id=None,
        now=now,
    )
    return True
