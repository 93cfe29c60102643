"""What a supporter can see and change of themselves, with nothing but the link in their message."""

from dataclasses import dataclass
from datetime import datetime

from service.consenting.erase import Erased, erase_supporter
from service.domain.channel import Channel
from service.domain.masking import mask_email, mask_phone
from service.joining.details import holds_a_link, known_locale, known_time_zone, tidy_name
from service.joining.sign_up import Mistake, SignUpMistakes
from service.store import Session
from service.store.queries import campaigns, consents, supporters


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the page shows. Addresses are masked: a forwarded link must not tell a friend whose it was."""

    first_name: str
    masked_email: str
    masked_phone: str
    locale: str
    time_zone: str
    campaign_id: int
    channels: frozenset[Channel]


def preferences_of(session: Session, supporter_id: int, *, campaign_id: int) -> Preferences | None:
    """A supporter's preferences for a campaign; None for one who is gone."""
    known = supporters.by_id(session, supporter_id)
    if known is None:
        return None
    return Preferences(
        first_name=known.first_name,
        masked_email=mask_email(known.email),
        masked_phone=mask_phone(known.phone),
        locale=known.locale,
        time_zone=known.time_zone,
        campaign_id=campaign_id,
        channels=consents.permitted_channels(session, supporter_id=supporter_id, campaign_id=campaign_id),
    )


def campaign_of(session: Session, supporter_id: int, blast_id: int) -> int | None:
    """The campaign a link belongs to: its blast's, else the one the supporter consented to last, else the current."""
    return campaigns.of_blast(session, blast_id) or campaigns.of_supporter(session, supporter_id)


def change_details(session: Session, supporter_id: int, *, first_name: str, locale: str, time_zone: str) -> None:
    """Change the name we greet with, the language and the time zone. Raises SignUpMistakes; then nothing is written."""
    mistakes = []
    if holds_a_link(first_name):
        mistakes.append(Mistake("first_name", "a name cannot hold a web address", "Ana"))
    if time_zone.strip() and not known_time_zone(time_zone):
        mistakes.append(Mistake("time_zone", "we do not know this time zone", "Europe/London"))
    if mistakes:
        raise SignUpMistakes(mistakes)
    values = {
        "first_name": tidy_name(first_name),
        "locale": known_locale(locale, default=""),
        "time_zone": known_time_zone(time_zone),
    }
    supporters.change(session, supporter_id, {name: value for name, value in values.items() if value})


def erase(session: Session, supporter_id: int, *, source: str, now: datetime, ip: str = "") -> Erased | None:
    """Forget a person, at their own wish; the certificate. The network address it was asked from is not kept either."""
    return erase_supporter(session, supporter_id, source=source, now=now)
