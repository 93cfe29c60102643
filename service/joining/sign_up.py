"""A sign-up on a landing page: asked for here, a supporter only once an address confirms."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from service.consenting.addresses import BadAddress, normalise
from service.consenting.consent import Evidence, ask_consent
from service.consenting.countries import why_not
from service.consenting.mail_domains import suggest_email
from service.domain.channel import Channel
from service.domain.petition import PLACE_LENGTH, Asks, BadName, first_word, petition_name
from service.joining.asking import ask_to_confirm, purpose_of
from service.joining.details import holds_a_link, known_locale, known_time_zone, tidy_name
from service.store import Session
from service.store.carried import EVERY, carried
from service.store.queries import petitions, sign_ups
from service.store.queries.petitions import PetitionView
from service.wording.countries import COUNTRY_CODES

_FIELDS = ("name", "first_name", "place", "email", "consent_email", "phone", "consent_sms", "time_zone")


@dataclass(frozen=True, slots=True)
class SignUpForm:
    """What somebody typed, as it was typed."""

    first_name: str
    email: str
    phone: str
    consent_email: bool
    consent_sms: bool
    locale: str = "en"
    time_zone: str = "Europe/London"
    source: str = ""
    ip: str = ""
    signs_petition: bool = False
    # Whose link brought them, where one did; and whether a domain that looks mistyped was said to be right.
    referred_by: int | None = None
    email_is_right: bool = False
    # The name as it should stand on the petition, that it is the only one, and the country or postcode it asks for.
    name: str = ""
    one_name: bool = False
    place: str = ""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with one field, why, and what it should look like; `instead`: what was most likely meant."""

    field: str
    why: str
    example: str = ""
    instead: str = ""

    def __str__(self) -> str:
        return f"{self.why} (for example {self.example})" if self.example else self.why


class SignUpMistakes(Exception):
    """The form cannot be taken as it is; nothing was written."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("; ".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes

    def by_field(self) -> dict[str, str]:
        """The first mistake of each field, from the top of the form to its end."""
        found: dict[str, str] = {}
        for mistake in sorted(self.mistakes, key=lambda mistake: _FIELDS.index(mistake.field)):
            found.setdefault(mistake.field, str(mistake))
        return found

    @property
    def suggested_email(self) -> str:
        """The address that was most likely meant, where that is all that is wrong with it."""
        return next((mistake.instead for mistake in self.mistakes if mistake.instead), "")


@dataclass(frozen=True, slots=True)
class SignedUp:
    """What was written, and the channels that were asked now. The page shown does not depend on whom we know."""

    sign_up_id: int
    asked: frozenset[Channel]
    phone: str = ""


def sign_up(
    session: Session,
    form: SignUpForm,
    *,
    campaign_id: int,
    wordings: Mapping[str, str],
    now: datetime,
    countries: Collection[str] = ("GB",),
    only: Channel | None = None,
) -> SignedUp:
    """Write a sign-up down and ask each address to confirm.

    `wordings`: channel to the words shown beside its box. `countries`: where this campaign texts to. `only`: the
    one channel that is asked for now; the other is once this one has confirmed (`ask_the_rest`). Whether an address is
    known already changes only which notice it gets. Raises SignUpMistakes naming every field that is wrong.
    """
    petition = petitions.petition_of(session, campaign_id, known_locale(form.locale)) if form.signs_petition else None
    addresses, name, place = check(form, petition, countries, carried(session))
    wants = {channel for channel in Channel if _ticked(form, channel)}
    kept = {str(channel): wordings.get(channel, "") for channel in wants}
    if petition is not None:
        kept["petition"] = petition.wording
    sign_up_id = sign_ups.add(
        session,
        {
            "campaign_id": campaign_id,
            "first_name": tidy_name(form.first_name) or first_word(name),
            "full_name": name,
            "place": place,
            "email": addresses.get(Channel.EMAIL),
            "phone": addresses.get(Channel.SMS),
            "wants_email": Channel.EMAIL in wants,
            "wants_sms": Channel.SMS in wants,
            "signs_petition": form.signs_petition,
            "wordings": kept,
            "locale": known_locale(form.locale),
            "time_zone": known_time_zone(form.time_zone) or "Europe/London",
            "source": form.source.strip()[:60],
            "referred_by": form.referred_by,
            "ip": form.ip,
            "created_at": now,
        },
    )
    row = sign_ups.by_id(session, sign_up_id)
    if row is None:
        raise LookupError(f"sign-up {sign_up_id} is gone")
    for channel in sorted(wants):
        evidence = Evidence(kept.get(channel, ""), form.source.strip()[:60] or "landing page", form.ip)
        ask_consent(
            session, campaign_id=campaign_id, channel=channel, sign_up_id=sign_up_id, evidence=evidence, now=now
        )
    asks = [each for each in Channel if only in {None, each} and purpose_of(row, each) is not None]
    asked = frozenset(each for each in asks if ask_to_confirm(session, row, each, now=now))
    return SignedUp(sign_up_id, asked, addresses.get(Channel.SMS, ""))


def check(
    form: SignUpForm,
    petition: PetitionView | None = None,
    countries: Collection[str] = ("GB",),
    channels: Collection[Channel] = EVERY,
) -> tuple[dict[Channel, str], str, str]:
    """The addresses given, in the spelling we keep, and the petition's name and place. Raises SignUpMistakes."""
    mistakes: list[Mistake] = []
    mistakes += _not_carried(form, channels)
    addresses = {} if mistakes else _addresses(form, mistakes, countries)
    name, place = _for_petition(form, petition, mistakes) if form.signs_petition else ("", "")
    if holds_a_link(form.first_name):
        mistakes.append(Mistake("first_name", "a name cannot hold a web address", "Ana"))
    if mistakes:
        raise SignUpMistakes(mistakes)
    return addresses, name, place


def _not_carried(form: SignUpForm, channels: Collection[Channel]) -> list[Mistake]:
    """What is asked for by a channel that nobody carries."""
    mistakes = []
    if Channel.SMS not in channels and (form.phone.strip() or form.consent_sms):
        mistakes.append(Mistake("phone", "we send no texts; please leave the number out and give an email address"))
    if Channel.EMAIL not in channels and form.signs_petition:
        mistakes.append(Mistake("email", "we send no email, and cannot confirm a signature by it; nothing was kept"))
    elif Channel.EMAIL not in channels and (form.email.strip() or form.consent_email):
        mistakes.append(Mistake("email", "we send no email; please leave the address out and give a mobile number"))
    return mistakes


def _addresses(form: SignUpForm, mistakes: list[Mistake], countries: Collection[str]) -> dict[Channel, str]:
    addresses: dict[Channel, str] = {}
    for channel, field, typed in ((Channel.EMAIL, "email", form.email), (Channel.SMS, "phone", form.phone)):
        if typed.strip():
            try:
                addresses[channel] = normalise(channel, typed)
            except BadAddress as bad:
                mistakes.append(Mistake(field, bad.why, bad.example))
                continue
            mistakes += _doubtful(form, channel, addresses[channel])
            if channel is Channel.SMS and (why := why_not(addresses[channel], countries)):
                mistakes.append(Mistake(field, f"{why}; please leave it out and give an email address"))
        elif _ticked(form, channel):
            what = "email address" if channel is Channel.EMAIL else "mobile number"
            mistakes.append(Mistake(field, f"you ticked the box but gave no {what}; please add it, or untick the box"))
    if form.signs_petition:
        if Channel.EMAIL not in addresses and not mistakes:
            why = "please give an email address, so that your signature can be confirmed"
            mistakes.append(Mistake("email", why))
        return addresses
    if not form.email.strip() and not form.phone.strip() and not mistakes:
        mistakes.append(Mistake("email", "please give an email address, a mobile number or both", "ana@example.org"))
    unticked = not any(_ticked(form, channel) for channel in Channel)
    if addresses and unticked and not mistakes:
        box = "consent_email" if Channel.EMAIL in addresses else "consent_sms"
        mistakes.append(Mistake(box, "please tick how we may contact you; else we cannot write to you"))
    return addresses


def _doubtful(form: SignUpForm, channel: Channel, address: str) -> list[Mistake]:
    """A mail domain that looks mistyped, unless whoever typed it says that it is right."""
    meant = suggest_email(address) if channel is Channel.EMAIL and not form.email_is_right else None
    return [Mistake("email", f"did you mean {meant}?", instead=meant)] if meant else []


def suggested_email(typed: str) -> str:
    """The address that whoever typed this most likely meant; empty where it may well be right, or is none."""
    try:
        return suggest_email(normalise(Channel.EMAIL, typed)) or ""
    except BadAddress:
        return ""


def _for_petition(form: SignUpForm, petition: PetitionView | None, mistakes: list[Mistake]) -> tuple[str, str]:
    name, place = "", ""
    try:
        name = petition_name(form.name or form.first_name, one_word=form.one_name)
    except BadName as bad:
        mistakes.append(Mistake("name", str(bad), "Ana Aliyeva"))
    try:
        place = place_for(petition, form.place)
    except BadName as bad:
        mistakes.append(Mistake("place", str(bad)))
    return name, place


def place_for(petition: PetitionView | None, typed: str) -> str:
    """What the petition asks for beside the name, tidied. Raises BadName where it asks and nothing was given."""
    place = tidy_name(typed)[:PLACE_LENGTH]
    if petition is None or petition.asks is Asks.NOTHING:
        return ""
    if not place:
        raise BadName(f"please give your {petition.asks}: the petition is handed over with it")
    if petition.asks is Asks.COUNTRY and place.upper() not in COUNTRY_CODES:
        raise BadName("please choose your country from the list")
    return place.upper()


def _ticked(form: SignUpForm, channel: Channel) -> bool:
    return form.consent_email if channel is Channel.EMAIL else form.consent_sms
