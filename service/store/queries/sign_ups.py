"""Questions about sign-ups: what waits for an address, and how often the address was asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, bindparam, exists, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import JSONB

from service.domain.channel import Channel
from service.domain.petition import ConfirmationPurpose
from service.store import Session
from service.store.tables.notices import Notice
from service.store.tables.people import ConfirmationRequest, SignUp

_ADD = text("""
    INSERT INTO sign_ups (campaign_id, first_name, full_name, place, email, phone, wants_email, wants_sms, signs_petition,
        wordings, locale, time_zone, source, referred_by, ip, created_at)
    VALUES (:campaign_id, :first_name, :full_name, :place, :email, :phone, :wants_email, :wants_sms, :signs_petition,
        :wordings, :locale, :time_zone, :source, :referred_by, :ip, :created_at)
    RETURNING id
""").bindparams(bindparam("wordings", type_=JSONB))


def add(session: Session, values: Mapping[str, object]) -> int:
    """Write a sign-up down as it was typed."""
    return int(session.scalars(_ADD, values).one())


def by_id(session: Session, sign_up_id: int, *, hold: bool = False) -> SignUp | None:
    """A sign-up; held while something of it is being changed."""
    question = select(SignUp).where(SignUp.id == sign_up_id)
    return session.scalars(_held(question) if hold else question).one_or_none()


def _held(question: Select[SignUp]) -> Select[SignUp]:
    """Held, and as it is now rather than as this session last saw it."""
    return question.with_for_update().execution_options(populate_existing=True)


def waiting_for_email(
    session: Session, email: str, *, since: datetime, hold: bool = False, also: int = 0
) -> Sequence[SignUp]:
    """What waits for an address in every campaign, the oldest first, and the sign-up `also` (ix_sign_ups_email_created_at).

    Held in the order of their ids, so that two presses wait for each other and never for ever.
    """
    waits = SignUp.email_confirmed_at.is_(None) & (SignUp.created_at > since)
    wants = or_(SignUp.wants_email, SignUp.signs_petition)
    question = select(SignUp).where(SignUp.email == email, or_(waits & wants, SignUp.id == also)).order_by(SignUp.id)
    return session.scalars(_held(question) if hold else question).all()


def settled_with(session: Session, row: SignUp) -> Sequence[SignUp]:
    """The sign-ups that were settled by the same press as this one (ix_sign_ups_email_created_at)."""
    question = select(SignUp).where(SignUp.email == row.email, SignUp.email_confirmed_at == row.email_confirmed_at)
    return session.scalars(question.order_by(SignUp.id)).all()


# The text of the version before names no code, and asks for a bare JOIN (uq_notices_dedupe_key).
_ASKED_BY_VERSION_BEFORE = exists().where(Notice.dedupe_key == func.concat("confirm_sms:", SignUp.id))


def waiting_for_text(session: Session, phone: str, *, since: datetime) -> Sequence[SignUp]:
    """What a text from this number may confirm: asked for by a text of ours (ix_sign_ups_phone_created_at); held."""
    question = (
        select(SignUp)
        .where(
            SignUp.phone == phone,
            SignUp.wants_sms,
            SignUp.phone_confirmed_at.is_(None),
            or_(SignUp.phone_code != "", _ASKED_BY_VERSION_BEFORE),
            SignUp.created_at > since,
        )
        .order_by(SignUp.id)
    )
    return session.scalars(_held(question)).all()


def codes_of(session: Session, phone: str, *, since: datetime) -> Sequence[tuple[str, int]]:
    """The codes under which a number's sign-ups are known, and how often each was tried on a page."""
    rows = session.execute(
        select(SignUp.phone_code, SignUp.code_tries).where(
            SignUp.phone == phone, SignUp.phone_code != "", SignUp.created_at > since
        )
    )
    return [(code, tries) for code, tries in rows]


def set_code(session: Session, sign_up_id: int, code: str) -> None:
    """What our text names this sign-up by."""
    session.execute(update(SignUp).where(SignUp.id == sign_up_id).values(phone_code=code))


# Refused, expired or held back: nothing reached anybody, so it does not use the allowance up. But for what is held
# back because the address must be left alone: who asks again must not learn that it must.
_LOST = """n.state IN ('failed', 'expired', 'cancelled') OR (n.state = 'withheld' AND n.reason <> 'suppressed')"""
_REQUESTED = """
    SELECT r.asked_at FROM sign_ups u JOIN confirmation_requests r ON r.sign_up_id = u.id
    LEFT JOIN notices n ON n.id = r.notice_id
    WHERE u.{column} = {address} AND u.campaign_id = :campaign_id AND u.created_at > :since AND r.asked_at > :since
      AND r.channel = :channel AND r.purpose = :purpose AND coalesce(NOT ({lost}), true)
    ORDER BY r.asked_at DESC LIMIT 50
"""
_REQUESTS = {
    Channel.EMAIL: text(
        _REQUESTED.format(column="email_canonical", address="canonical_email(:address)", lost=_LOST)  # our own words
    ),
    Channel.SMS: text(_REQUESTED.format(column="phone", address=":address", lost=_LOST)),
}


def requests(
    session: Session,
    channel: Channel,
    address: str,
    *,
    campaign_id: int,
    purpose: ConfirmationPurpose,
    since: datetime,
) -> Sequence[datetime]:
    """When an address was asked, of what was handed over, the newest first.

    Served by ix_sign_ups_email_canonical or ix_sign_ups_phone_created_at, and ix_confirmation_requests_sign_up_id.
    """
    asked = {
        "channel": str(channel),
        "address": address,
        "campaign_id": campaign_id,
        "purpose": str(purpose),
        "since": since,
    }
    return session.scalars(_REQUESTS[channel], asked).all()


def note_request(
    session: Session,
    sign_up_id: int,
    *,
    channel: Channel,
    purpose: ConfirmationPurpose,
    notice_id: int | None,
    now: datetime,
) -> None:
    """Remember that an address was asked, or would have been had it anything to be told."""
    row = ConfirmationRequest(
        sign_up_id=sign_up_id, channel=channel, purpose=purpose, notice_id=notice_id, asked_at=now
    )
    session.add(row)
    session.flush()


@dataclass(frozen=True, slots=True)
class Standing:
    """What we know of an address that signs up with a campaign."""

    supporter_id: int | None
    is_joined: bool
    # The name its mailbox signed the campaign's petition with; None where it has not.
    signed_name: str | None

    @property
    def has_signed(self) -> bool:
        return self.signed_name is not None


# One question, for sign-ups come by the thousand in the minutes after the whistle. Served by uq_supporters_email or
# uq_supporters_phone, ix_supporters_email_canonical, pk_permissions, pk_suppressions and ix_signatures_supporter_id.
_STANDING = """
    SELECT s.id AS supporter_id, coalesce(p.supporter_id IS NOT NULL AND x.address_hash IS NULL, false) AS is_joined,
        (SELECT g.name FROM supporters t JOIN signatures g ON g.supporter_id = t.id
            JOIN petitions q ON q.id = g.petition_id
            WHERE {signer} AND q.campaign_id = :campaign_id AND g.withdrawn_at IS NULL AND NOT g.awaits_name
            LIMIT 1) AS signed_name
    FROM (SELECT 1) AS one
    LEFT JOIN supporters s ON s.{address} = :address
    LEFT JOIN permissions p ON p.campaign_id = :campaign_id AND p.channel = :channel AND p.supporter_id = s.id
        AND p.address_hash = s.{address}_hash
    LEFT JOIN suppressions x ON x.channel = :channel AND x.address_hash = s.{address}_hash
"""
_STANDINGS = {
    Channel.EMAIL: text(_STANDING.format(address="email", signer="t.email_canonical = canonical_email(:address)")),
    Channel.SMS: text(_STANDING.format(address="phone", signer="t.phone = :address")),
}


def standing(session: Session, channel: Channel, address: str, *, campaign_id: int) -> Standing:
    """How an address stands with a campaign and its petition."""
    asked = {"channel": str(channel), "address": address, "campaign_id": campaign_id}
    return Standing(**session.execute(_STANDINGS[channel], asked).one()._mapping)
