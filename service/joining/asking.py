"""Ask an address to confirm: how often, by what kind of message, and what the page may say of it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.channel import Channel
from service.domain.notice import NoticeKind
from service.domain.petition import ConfirmationPurpose, masked_name
from service.sending.notices import NoticeRequest, ask_notice
from service.store import Session
from service.store.queries import sign_ups
from service.store.queries.sign_ups import Standing
from service.store.tables.people import SignUp

# What waits for an address can be confirmed for so long.
WAITING_LIFE = timedelta(hours=72)
# Each kind of confirmation of each campaign: again after two minutes, three times a day, and nine times a month for an
# address that has never confirmed: nobody's inbox is filled by a stranger with a form.
AGAIN_AFTER, PER_DAY, PER_MONTH = timedelta(minutes=2), 3, 9
_DAY, _MONTH = timedelta(days=1), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Allowance:
    """How an address stands with one kind of confirmation. The same for an address we know and one we do not."""

    last_at: datetime | None
    again_at: datetime | None

    def is_open(self, now: datetime) -> bool:
        return self.again_at is None or self.again_at <= now


def allowance(
    session: Session, row: SignUp, channel: Channel, purpose: ConfirmationPurpose, *, now: datetime
) -> Allowance:
    """When the address of this sign-up was last asked, and when it may be asked again."""
    asked = sign_ups.requests(
        session, channel, _address(row, channel), campaign_id=row.campaign_id, purpose=purpose, since=now - _MONTH
    )
    return Allowance(asked[0] if asked else None, _again_at(asked, now))


def _again_at(asked: Sequence[datetime], now: datetime) -> datetime | None:
    if not asked:
        return None
    times = [asked[0] + AGAIN_AFTER]
    today = [at for at in asked if at > now - _DAY]
    if len(today) >= PER_DAY:
        times.append(today[PER_DAY - 1] + _DAY)
    if len(asked) >= PER_MONTH:
        times.append(asked[PER_MONTH - 1] + _MONTH)
    return max(times)


def purpose_of(row: SignUp, channel: Channel) -> ConfirmationPurpose | None:
    """What this channel of a sign-up has to confirm; None where it asks for nothing."""
    if channel is Channel.EMAIL and row.signs_petition:
        return ConfirmationPurpose.SIGNATURE
    wants = row.wants_email if channel is Channel.EMAIL else row.wants_sms
    return ConfirmationPurpose.NEWS if wants and _address(row, channel) else None


def ask_to_confirm(session: Session, row: SignUp, channel: Channel, *, now: datetime) -> bool:
    """Send the confirmation, within limits that hold whatever the form says; False where they are reached.

    What is sent depends on what the address has already; that something was asked, and when, does not, so that no page
    tells a stranger whom we know.
    """
    purpose = purpose_of(row, channel)
    if purpose is None or not allowance(session, row, channel, purpose, now=now).is_open(now):
        return False
    confirmed_at = row.email_confirmed_at if channel is Channel.EMAIL else row.phone_confirmed_at
    notice_id = (
        None if confirmed_at else ask_notice(session, _request(session, row, channel, purpose, now=now), now=now)
    )
    sign_ups.note_request(session, row.id, channel=channel, purpose=purpose, notice_id=notice_id, now=now)
    return True


def _request(
    session: Session, row: SignUp, channel: Channel, purpose: ConfirmationPurpose, *, now: datetime
) -> NoticeRequest:
    address = _address(row, channel)
    standing = sign_ups.standing(session, channel, address, campaign_id=row.campaign_id)
    kind = _kind(row, channel, purpose, standing)
    facts = {"sign_up_id": str(row.id)}
    if kind is NoticeKind.CONFIRM_SMS:
        facts["code"] = _code(session, row, now=now)
    if row.wants_email and not standing.is_joined and kind is NoticeKind.CONFIRM_SIGNATURE:
        facts["wording"] = row.wordings.get(Channel.EMAIL, "")
    if kind is NoticeKind.HAS_SIGNED_EMAIL:
        facts["signed_name"] = masked_name(standing.signed_name or "")
    return NoticeRequest(
        kind=kind,
        channel=channel,
        to_address=address,
        dedupe_key=f"{kind}:{row.id}:{now.isoformat()}",
        facts=facts,
        campaign_id=row.campaign_id,
        supporter_id=standing.supporter_id,
        # It asks to come back, or for the first time; the answer decides.
        passes_suppression=True,
    )


def _kind(row: SignUp, channel: Channel, purpose: ConfirmationPurpose, standing: Standing) -> NoticeKind:
    if channel is Channel.SMS:
        return NoticeKind.ALREADY_JOINED_SMS if standing.is_joined else NoticeKind.CONFIRM_SMS
    asks_news = row.wants_email and not standing.is_joined
    if purpose is ConfirmationPurpose.SIGNATURE and not standing.has_signed:
        return NoticeKind.CONFIRM_SIGNATURE
    if asks_news:
        return NoticeKind.CONFIRM_EMAIL
    return NoticeKind.HAS_SIGNED_EMAIL if row.signs_petition else NoticeKind.ALREADY_JOINED


def _code(session: Session, row: SignUp, *, now: datetime) -> str:
    """Four digits that name this sign-up among those of its number, kept when the text is sent again."""
    if not row.phone_code:
        taken = {code for code, _ in sign_ups.codes_of(session, row.phone or "", since=now - WAITING_LIFE)}
        free = [code for code in map(str, range(1000, 10_000)) if code not in taken]
        row.phone_code = secrets.choice(free)
        sign_ups.set_code(session, row.id, row.phone_code)
    return row.phone_code


def _address(row: SignUp, channel: Channel) -> str:
    return (row.email if channel is Channel.EMAIL else row.phone) or ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page after a form may say of one channel."""

    channel: Channel
    purpose: ConfirmationPurpose
    last_at: datetime | None
    again_at: datetime | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A sign-up that waits to be confirmed, as whoever sent the form may see it: nothing of whom we know."""

    sign_up_id: int
    campaign_id: int
    time_zone: str
    asked: tuple[Asked, ...]


def waiting_of(session: Session, sign_up_id: int, *, now: datetime, only: Channel | None = None) -> Waiting | None:
    """What was asked of the addresses of a form, or of its `only` one; None where it is gone."""
    row = sign_ups.by_id(session, sign_up_id)
    if row is None or not (row.email or row.phone):
        return None
    asked = []
    for channel in Channel:
        purpose = purpose_of(row, channel)
        if purpose is not None and only in {None, channel}:
            found = allowance(session, row, channel, purpose, now=now)
            asked.append(Asked(channel, purpose, found.last_at, found.again_at))
    return Waiting(row.id, row.campaign_id, row.time_zone, tuple(asked))


def send_again(session: Session, sign_up_id: int, channel: Channel, *, now: datetime) -> bool:
    """ "Nothing came? Send it again": False where it is too soon, or was sent often enough today."""
    row = sign_ups.by_id(session, sign_up_id, hold=True)
    if row is None or row.created_at <= now - WAITING_LIFE:
        return False
    return ask_to_confirm(session, row, channel, now=now)


def ask_the_rest(session: Session, sign_up_id: int, *, now: datetime) -> bool:
    """Ask the phone of a form whose email had to confirm first; False where it was asked with the form, or may not be.

    Within the limits of any other asking.
    """
    row = sign_ups.by_id(session, sign_up_id, hold=True)
    if row is None or row.email_confirmed_at is None or row.phone_confirmed_at or row.phone_code:
        return False
    found = allowance(session, row, Channel.SMS, ConfirmationPurpose.NEWS, now=now) if row.phone else None
    if found is None or (found.last_at is not None and found.last_at > row.created_at - AGAIN_AFTER):
        return False
    return ask_to_confirm(session, row, Channel.SMS, now=now)
