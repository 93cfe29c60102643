"""An address confirms itself: everything that waits for it is settled, and nothing that waits for another address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.consenting.consent import AddressKey, Evidence, give_consent
from service.domain.channel import Channel
from service.domain.consent import LIFTED_BY_CONFIRMING, LIFTED_BY_TEXTING_START, Suppressed
from service.joining.asking import WAITING_LIFE
from service.joining.codes import is_right_code, is_tried_out, waits_for_code
from service.joining.referring import note_brought
from service.petitioning.sign import Signed, SignResult, sign_petition
from service.sending.joiners import add_joiner
from service.store import Session
from service.store.queries import sign_ups, supporters
from service.store.queries.supporters import Known
from service.store.tables.people import SignUp


class SeveralWait(Exception):
    """More than one sign-up waits for this number: the text must name the one it confirms by its code."""


class NoSuchCode(Exception):
    """No sign-up that waits for this number has this code."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What one sign-up came to."""

    sign_up_id: int
    campaign_id: int
    may_write: bool
    signed: Signed | None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a confirmation came to; `settled` holds everything that waited, the pressed sign-up first."""

    supporter_id: int
    campaign_id: int
    channel: Channel
    first_name: str
    may_write: bool
    signed: bool
    already: bool
    settled: tuple[Settled, ...] = ()


def confirm_email(
    session: Session,
    sign_up_id: int,
    *,
    key: AddressKey,
    ip: str,
    now: datetime,
    through: int | None = None,
    code: str = "",
) -> Confirmed | None:
    """The link in a letter was opened and its button pressed. Safe to press twice; None if unknown.

    `through`: the newest sign-up that the page showed; what came after it waits for another press. `code`: from our text
    to the phone of the same form, typed on the page, where that number has confirmed by text already.
    """
    pressed = sign_ups.by_id(session, sign_up_id)
    if pressed is None or not is_address(pressed.email):
        return None
    since = now - WAITING_LIFE
    rows = sign_ups.waiting_for_email(session, pressed.email or "", since=since, hold=True, also=pressed.id)
    rows = pressed_first(
        [row for row in rows if row.id == pressed.id or through is None or row.id <= through], pressed.id
    )
    if not rows:
        return None
    already = rows[0].email_confirmed_at is not None
    supporter_id = _owner_of_email(session, rows[0], code=code, key=key, now=now)
    settled = _settle(session, rows, Channel.EMAIL, supporter_id, key=key, ip=ip, now=now)
    return _came_to(rows[0], Channel.EMAIL, supporter_id, settled, already=already)


def confirm_phone(session: Session, phone: str, *, key: AddressKey, now: datetime, code: str = "") -> Confirmed | None:
    """A text from this phone said JOIN; None when no sign-up of this phone waits.

    It confirms the sign-up it names by `code`, and without one the only one that waits. The same form sent twice is one.
    Raises SeveralWait or NoSuchCode; then nothing is confirmed.
    """
    rows = sign_ups.waiting_for_text(session, phone, since=now - WAITING_LIFE)
    if not rows:
        return None
    if code and code not in {row.phone_code for row in rows}:
        raise NoSuchCode(code)
    named = next((row for row in rows if row.phone_code == code), rows[-1])
    if not code and any(_what_was_typed(row) != _what_was_typed(named) for row in rows):
        raise SeveralWait(f"{len(rows)} sign-ups")
    chosen = pressed_first([row for row in rows if _what_was_typed(row) == _what_was_typed(named)], named.id)
    supporter_id = _owner(session, named, Channel.SMS, phone, key=key, now=now)
    settled = _settle(session, chosen, Channel.SMS, supporter_id, key=key, ip="", now=now)
    return _came_to(named, Channel.SMS, supporter_id, settled, already=False)


class CodeResult(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    # The number belongs to somebody already, or confirmed by a text of its own: it stays with whom it is.
    APART = "apart"
    TOO_MANY = "too_many"
    # Right, and texts stay off: the number said STOP, or complained, and only a text from it, or a person, undoes that.
    LEFT_ALONE = "left_alone"
    NOTHING_WAITS = "nothing_waits"


def confirm_phone_by_code(
    session: Session, sign_up_id: int, typed: str, *, key: AddressKey, ip: str, now: datetime
) -> CodeResult:
    """The code of our text was typed on the page the email led to: phone and email are one person's."""
    row = sign_ups.by_id(session, sign_up_id, hold=True)
    if row is None or row.email_confirmed_at is None or not waits_for_code(row, now=now):
        return CodeResult.NOTHING_WAITS
    phone = row.phone or ""
    if not is_right_code(session, row, typed, now=now):
        return CodeResult.TOO_MANY if is_tried_out(session, row, now=now) else CodeResult.WRONG
    owner = supporters.by_address(session, Channel.EMAIL, row.email or "")
    if owner is None or supporters.by_address(session, Channel.SMS, phone) is not None:
        return CodeResult.APART
    address_hash = key.hash(Channel.SMS, phone)
    if not supporters.attach(session, owner.id, channel=Channel.SMS, address=phone, address_hash=address_hash):
        return CodeResult.APART
    settled = _settle(session, [row], Channel.SMS, owner.id, key=key, ip=ip, now=now, typed=True)
    is_refused = row.wants_sms and not any(each.may_write for each in settled)
    return CodeResult.LEFT_ALONE if is_refused else CodeResult.RIGHT


def _settle(
    session: Session,
    rows: Sequence[SignUp],
    channel: Channel,
    supporter_id: int,
    *,
    key: AddressKey,
    ip: str,
    now: datetime,
    typed: bool = False,
) -> list[Settled]:
    """Give each waiting sign-up what it asked for: its consent in its own words, its signature, its welcome."""
    settled, given = [], set()
    # A text is an act of its own moment. A link or a code was asked for by the forms that its page shows: the last of them
    # says when this act began, and nothing that was said since is undone.
    asked_at = now if channel is Channel.SMS and not typed else _asked_at(rows, channel, now)
    # By campaign, for everybody alike: two people who sign several petitions at once never wait for each other in turn.
    for row in sorted(rows, key=lambda row: row.campaign_id):
        if (row.email_confirmed_at if channel is Channel.EMAIL else row.phone_confirmed_at) is not None:
            settled.append(Settled(row.id, row.campaign_id, may_write=False, signed=None))
            continue
        may_write = False
        consent = (row.campaign_id, row.wordings.get(channel, ""))
        if (row.wants_email if channel is Channel.EMAIL else row.wants_sms) and consent not in given:
            given.add(consent)
            may_write = _give(
                session, row, channel, supporter_id, key=key, ip=ip, typed=typed, asked_at=asked_at, now=now
            )
        signed = _sign(session, row, supporter_id, key=key, now=now) if channel is Channel.EMAIL else None
        if channel is Channel.EMAIL:
            row.email_confirmed_at = now
        else:
            row.phone_confirmed_at = now
        row.supporter_id = row.supporter_id or supporter_id
        settled.append(Settled(row.id, row.campaign_id, may_write, signed))
    session.flush()
    for campaign_id in sorted({each.campaign_id for each in settled if each.may_write}):
        add_joiner(session, campaign_id=campaign_id, supporter_id=supporter_id, channel=channel, now=now)
    return settled


def _asked_at(rows: Sequence[SignUp], channel: Channel, now: datetime) -> datetime:
    asking = [row.created_at for row in rows if (row.wants_email if channel is Channel.EMAIL else row.wants_sms)]
    return max(asking, default=now)


def _sign(session: Session, row: SignUp, supporter_id: int, *, key: AddressKey, now: datetime) -> Signed | None:
    if not row.signs_petition:
        return None
    return sign_petition(
        session,
        campaign_id=row.campaign_id,
        supporter_id=supporter_id,
        # Rows of the version before have one name for both uses.
        name=row.full_name or row.first_name,
        place=row.place,
        source="web",
        thank_by_email=True,
        key=key,
        now=now,
    )


def _came_to(
    row: SignUp, channel: Channel, supporter_id: int, settled: Sequence[Settled], *, already: bool
) -> Confirmed:
    return Confirmed(
        supporter_id,
        row.campaign_id,
        channel,
        row.first_name,
        may_write=any(each.may_write for each in settled),
        signed=any(each.signed is not None and each.signed.result is SignResult.SIGNED for each in settled),
        already=already,
        settled=tuple(settled),
    )


def _owner_of_email(session: Session, row: SignUp, *, code: str, key: AddressKey, now: datetime) -> int:
    """Whose the email is; where its phone confirmed first, and its code was typed here, the same person's."""
    email = row.email or ""
    if code and row.phone and row.phone_code and supporters.by_address(session, Channel.EMAIL, email) is None:
        known = supporters.by_address(session, Channel.SMS, row.phone) if row.phone_confirmed_at else None
        if known is not None and is_right_code(session, row, code, now=now):
            address_hash = key.hash(Channel.EMAIL, email)
            if supporters.attach(session, known.id, channel=Channel.EMAIL, address=email, address_hash=address_hash):
                return known.id
    return _owner(session, row, Channel.EMAIL, email, key=key, now=now)


def _owner(session: Session, row: SignUp, channel: Channel, address: str, *, key: AddressKey, now: datetime) -> int:
    """Whose this address is: a known supporter's, whom the form changes nothing of, or somebody new's."""
    known = supporters.by_address(session, channel, address)
    if known is not None:
        _greet(session, known, row)
        return known.id
    if row.referred_by is not None and row.supporter_id is None:
        note_brought(session, row.referred_by, campaign_id=row.campaign_id, now=now)
    return supporters.add(
        session,
        first_name=row.first_name,
        channel=channel,
        address=address,
        address_hash=key.hash(channel, address),
        locale=row.locale,
        time_zone=row.time_zone,
        source=row.source,
        referred_by=row.referred_by,
        now=now,
    )


def _greet(session: Session, known: Known, row: SignUp) -> None:
    if not known.first_name and row.first_name:
        supporters.change(session, known.id, {"first_name": row.first_name})


def _give(
    session: Session,
    row: SignUp,
    channel: Channel,
    supporter_id: int,
    *,
    key: AddressKey,
    ip: str,
    typed: bool,
    asked_at: datetime,
    now: datetime,
) -> bool:
    texted = channel is Channel.SMS and not typed
    source = "text: JOIN" if texted else "code of our text" if typed else "confirmation link"
    return give_consent(
        session,
        campaign_id=row.campaign_id,
        channel=channel,
        supporter_id=supporter_id,
        evidence=Evidence(row.wordings.get(channel, ""), source, ip),
        sign_up_id=row.id,
        lifting=_lifting(texted=texted),
        asked_at=asked_at,
        address_hash=key.hash(channel, (row.email if channel is Channel.EMAIL else row.phone) or ""),
        now=now,
    )


def _lifting(*, texted: bool) -> frozenset[Suppressed]:
    """Only a text from the number itself undoes a STOP."""
    return LIFTED_BY_TEXTING_START if texted else LIFTED_BY_CONFIRMING


def pressed_first(rows: Sequence[SignUp], sign_up_id: int) -> list[SignUp]:
    """The sign-up whose button was pressed, then the others: of two names for one petition its own is signed."""
    return sorted(rows, key=lambda row: (row.id != sign_up_id, row.id))


def _what_was_typed(row: SignUp) -> tuple[object, ...]:
    return row.campaign_id, row.first_name, row.email, row.locale, row.time_zone


def is_address(email: str | None) -> bool:
    """Whether this is one still: what was erased is not."""
    return bool(email and "@" in email)
