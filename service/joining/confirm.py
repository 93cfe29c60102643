"""An address confirms: the sign-up becomes a supporter, consent is given, and what is worth having is on its way."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.consenting.consent import AddressKey, Evidence, give_consent
from service.domain.channel import Channel
from service.domain.consent import LIFTED_BY_CONFIRMING, LIFTED_BY_TEXTING_START
from service.sending.joiners import add_joiner
from service.store import Session
from service.store.queries import petitions, supporters
from service.store.tables.people import SignUp

# A text that says JOIN confirms a sign-up at most this old.
PENDING_LIFE = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a confirmation came to."""

    supporter_id: int
    campaign_id: int
    channel: Channel
    first_name: str
    may_write: bool
    signed: bool
    already: bool


def confirm_email(session: Session, sign_up_id: int, *, key: AddressKey, ip: str, now: datetime) -> Confirmed | None:
    """The link in the confirmation email was opened and its button pressed. Safe to press twice; None if unknown."""
    row = supporters.sign_up(session, sign_up_id)
    # The version before wrote a word in place of the address of whoever was forgotten.
    if row is None or row.email is None or "@" not in row.email or row.erased_at is not None:
        return None
    return _confirm(session, row, Channel.EMAIL, row.email, key=key, ip=ip, now=now)


def confirm_phone(session: Session, phone: str, *, key: AddressKey, now: datetime) -> Confirmed | None:
    """A text from this phone said JOIN; None when no sign-up of this phone waits."""
    row = supporters.waiting_sign_up(session, phone, since=now - PENDING_LIFE)
    if row is None or row.phone is None:
        return None
    return _confirm(session, row, Channel.SMS, row.phone, key=key, ip="", now=now)


def _confirm(
    session: Session, row: SignUp, channel: Channel, address: str, *, key: AddressKey, ip: str, now: datetime
) -> Confirmed:
    already = (row.email_confirmed_at if channel is Channel.EMAIL else row.phone_confirmed_at) is not None
    supporter_id = _supporter(session, row, channel, address, key=key, now=now)
    row.supporter_id = supporter_id
    if channel is Channel.EMAIL:
        row.email_confirmed_at = row.email_confirmed_at or now
    else:
        row.phone_confirmed_at = row.phone_confirmed_at or now
    wanted = row.wants_email if channel is Channel.EMAIL else row.wants_sms
    address_hash = key.hash(channel, address)
    may_write = (
        wanted and not already and _give(session, row, channel, supporter_id, address_hash=address_hash, ip=ip, now=now)
    )
    signed = False
    if row.signs_petition and channel is Channel.EMAIL:
        signed = petitions.sign(
            session, campaign_id=row.campaign_id, supporter_id=supporter_id, name=row.first_name, source="web", now=now
        )
    session.flush()
    if may_write:
        add_joiner(session, campaign_id=row.campaign_id, supporter_id=supporter_id, channel=channel, now=now)
    return Confirmed(supporter_id, row.campaign_id, channel, row.first_name, may_write, signed, already)


def _supporter(session: Session, row: SignUp, channel: Channel, address: str, *, key: AddressKey, now: datetime) -> int:
    """Whose address this is: a known supporter's, the other half of this same sign-up's, or somebody new's."""
    address_hash = key.hash(channel, address)
    known = supporters.by_address(session, channel, address)
    if known is not None:
        if not known.first_name and row.first_name:
            supporters.change(session, known.id, {"first_name": row.first_name})
        return known.id
    if row.supporter_id is not None and supporters.attach(
        session, row.supporter_id, channel=channel, address=address, address_hash=address_hash
    ):
        return row.supporter_id
    return supporters.add(
        session,
        first_name=row.first_name,
        channel=channel,
        address=address,
        address_hash=address_hash,
        locale=row.locale,
        time_zone=row.time_zone,
        source=row.source,
        now=now,
    )


def _give(
    session: Session,
    row: SignUp,
    channel: Channel,
    supporter_id: int,
    *,
    address_hash: bytes,
    ip: str,
    now: datetime,
) -> bool:
    texted = channel is Channel.SMS
    evidence = Evidence(row.wordings.get(channel, ""), "text: JOIN" if texted else "confirmation link", ip)
    return give_consent(
        session,
        campaign_id=row.campaign_id,
        channel=channel,
        supporter_id=supporter_id,
        evidence=evidence,
        sign_up_id=row.id,
        # Only a text from the number itself undoes a STOP. A text is an act of this moment; a link was asked for when
        # the form was sent, and does not undo what was said since.
        lifting=LIFTED_BY_TEXTING_START if texted else LIFTED_BY_CONFIRMING,
        asked_at=None if texted else row.created_at,
        address_hash=address_hash,
        now=now,
    )
