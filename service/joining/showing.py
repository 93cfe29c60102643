"""What the pages before and after the press show: what it will settle, and what it has settled."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from service.consenting.consent import AddressKey
from service.domain.channel import Channel
from service.domain.masking import mask_phone
from service.domain.petition import masked_name
from service.joining.asking import WAITING_LIFE
from service.joining.codes import waits_for_code
from service.joining.confirm import is_address, pressed_first
from service.petitioning.sign import SignResult, alike, how_it_stands
from service.store import Session
from service.store.queries import campaigns, consents, petitions, sign_ups, supporters
from service.store.tables.people import SignUp


@dataclass(frozen=True, slots=True)
class Item:
    """One form that a press settles, or settled, in a reader's words."""

    campaign_id: int
    campaign_title: str
    # The words beside the box that was ticked, and the name for the petition.
    wording: str
    name: str
    wants_news: bool
    signs: bool
    # Another name for a petition that takes one from each address: told, and left out.
    is_left_out: bool = False
    petition_title: str = ""
    addressee: str = ""
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class ConfirmPage:
    """The page with the button. `through` is the newest sign-up it shows; `items` is empty once nothing waits."""

    campaign_id: int
    items: tuple[Item, ...]
    through: int
    # Where its phone has answered already: from the digits of our text both are known to be one person's.
    masked_phone: str


def confirm_page_of(session: Session, sign_up_id: int, *, now: datetime) -> ConfirmPage | None:
    """What the button in the letter of this sign-up would settle; None where the sign-up is gone."""
    row = sign_ups.by_id(session, sign_up_id)
    if row is None or not is_address(row.email):
        return None
    rows = sign_ups.waiting_for_email(session, row.email or "", since=now - WAITING_LIFE, also=row.id)
    waiting = pressed_first([each for each in rows if each.email_confirmed_at is None], row.id)
    answered = row.phone if row.phone_code and row.phone_confirmed_at else None
    return ConfirmPage(
        row.campaign_id,
        tuple(_items(session, waiting)),
        max([each.id for each in waiting], default=0),
        mask_phone(answered),
    )


@dataclass(frozen=True, slots=True)
class ConfirmedPage:
    """The page after the press."""

    campaign_id: int
    supporter_id: int
    # What the form's own signature came to ('' where it signed nothing), and the name that stands.
    result: str
    masked_name: str
    has_signature: bool
    # Whether it is this supporter's own, which they can take off: another spelling of their mailbox may have signed.
    is_own_signature: bool
    may_write: bool
    # News was asked for, and a complaint or a later wish forbids it.
    is_refused: bool
    # What the same press settled beside it.
    also: tuple[Item, ...]
    # The phone of the form, while it may be confirmed here.
    masked_phone: str


def confirmed_page_of(session: Session, sign_up_id: int, *, key: AddressKey, now: datetime) -> ConfirmedPage | None:
    """What the press of this sign-up's letter came to, as it stands now; None where it was not pressed."""
    row = sign_ups.by_id(session, sign_up_id)
    owner = supporters.by_address(session, Channel.EMAIL, row.email) if row and row.email else None
    if row is None or owner is None or row.email_confirmed_at is None:
        return None
    stands = how_it_stands(session, campaign_id=row.campaign_id, supporter_id=owner.id, name=_name(row), key=key)
    permitted = consents.permitted_channels(session, supporter_id=owner.id, campaign_id=row.campaign_id)
    return ConfirmedPage(
        campaign_id=row.campaign_id,
        supporter_id=owner.id,
        result=str(stands.result) if row.signs_petition else "",
        masked_name=masked_name(stands.name),
        has_signature=stands.result in {SignResult.SIGNED, SignResult.OTHER_NAME},
        is_own_signature=petitions.has_signed(session, petition_id=stands.petition_id, supporter_id=owner.id),
        may_write=row.wants_email and Channel.EMAIL in permitted,
        is_refused=row.wants_email and Channel.EMAIL not in permitted,
        also=tuple(_also(session, row, owner.id, key=key)),
        masked_phone=mask_phone(row.phone) if row.wants_sms and waits_for_code(row, now=now) else "",
    )


def _also(session: Session, row: SignUp, supporter_id: int, *, key: AddressKey) -> list[Item]:
    found = []
    for item in _items(session, [each for each in sign_ups.settled_with(session, row) if each.id != row.id]):
        own = item.campaign_id == row.campaign_id
        stands = how_it_stands(
            session, campaign_id=item.campaign_id, supporter_id=supporter_id, name=item.name, key=key
        )
        signs = item.signs and stands.result is SignResult.SIGNED and not (own and row.signs_petition)
        is_left_out = item.is_left_out or (item.signs and stands.result is SignResult.OTHER_NAME)
        wants_news = item.wants_news and not (own and row.wants_email)
        found.append(replace(item, signs=signs, is_left_out=is_left_out, wants_news=wants_news))
    return found


def _items(session: Session, rows: Sequence[SignUp]) -> list[Item]:
    """What a press does for these, each thing once: of two names for one petition it signs the first."""
    found: list[Item] = []
    signed: dict[int, str] = {}
    news: set[tuple[int, str]] = set()
    for row in rows:
        item = _item(session, row)
        signs = item.signs and row.campaign_id not in signed
        wants_news = item.wants_news and (row.campaign_id, item.wording) not in news
        is_left_out = item.signs and not alike(item.name, signed.setdefault(row.campaign_id, item.name))
        if wants_news:
            news.add((row.campaign_id, item.wording))
        if signs or wants_news or is_left_out:
            found.append(replace(item, signs=signs, is_left_out=is_left_out, wants_news=wants_news))
    return found


def _item(session: Session, row: SignUp) -> Item:
    view = campaigns.by_id(session, row.campaign_id)
    item = Item(
        row.campaign_id,
        view.title if view else "",
        row.wordings.get(Channel.EMAIL, ""),
        _name(row),
        wants_news=row.wants_email,
        signs=False,
    )
    petition = petitions.petition_of(session, row.campaign_id, view.language) if view and row.signs_petition else None
    if petition is None:
        return item
    return replace(
        item,
        signs=True,
        petition_title=petition.title,
        addressee=petition.addressee,
        is_closed=petition.is_closed,
    )


def _name(row: SignUp) -> str:
    """Rows of the version before have one name for both uses."""
    return row.full_name or row.first_name
