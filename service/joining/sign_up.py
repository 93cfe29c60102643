"""A sign-up on a landing page: asked for here, a supporter only once an address confirms."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.consenting.addresses import BadAddress, normalise
from service.consenting.consent import Evidence, ask_consent
from service.consenting.countries import why_not
from service.domain.channel import Channel
from service.domain.notice import NoticeKind
from service.joining.details import holds_a_link, known_locale, known_time_zone, tidy_name
from service.sending.notices import NoticeRequest, ask_notice
from service.store import Session
from service.store.queries import supporters
from service.store.queries.supporters import Standing

# One confirmation per address a day, and three until it confirms: nobody's inbox is filled by a stranger with a form.
# What an address is sent: a question, or that it has joined already.
_KINDS = {
    Channel.EMAIL: (NoticeKind.CONFIRM_EMAIL, NoticeKind.ALREADY_JOINED),
    Channel.SMS: (NoticeKind.CONFIRM_SMS, NoticeKind.JOINED_SMS),
}
_PER_DAY, _UNTIL_CONFIRMED = 1, 3
_FIELDS = ("first_name", "email", "consent_email", "phone", "consent_sms", "time_zone")


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


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with one field, why, and what it should look like."""

    field: str
    why: str
    example: str = ""

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


@dataclass(frozen=True, slots=True)
class SignedUp:
    """What was written: the channels that must still confirm. The page shown does not depend on it."""

    sign_up_id: int
    asked: frozenset[Channel]


def sign_up(
    session: Session,
    form: SignUpForm,
    *,
    campaign_id: int,
    wordings: Mapping[str, str],
    now: datetime,
    countries: Collection[str] = ("GB",),
) -> SignedUp:
    """Write a sign-up down and ask each address to confirm.

    `wordings`: channel to the words shown beside its box. `countries`: where this campaign texts to. Whether an address is known already changes only which
    notice it gets. Raises SignUpMistakes naming every field that is wrong.
    """
    addresses = check(form, countries)
    wants = {channel for channel in Channel if _ticked(form, channel)}
    sign_up_id = supporters.add_sign_up(
        session,
        {
            "campaign_id": campaign_id,
            "first_name": tidy_name(form.first_name),
            "email": addresses.get(Channel.EMAIL),
            "phone": addresses.get(Channel.SMS),
            "wants_email": Channel.EMAIL in wants,
            "wants_sms": Channel.SMS in wants,
            "signs_petition": form.signs_petition,
            "wordings": {str(channel): wordings.get(channel, "") for channel in wants},
            "locale": known_locale(form.locale),
            "time_zone": known_time_zone(form.time_zone) or "Europe/London",
            "source": form.source.strip()[:60],
            "ip": form.ip,
            "created_at": now,
        },
    )
    asked = set()
    for channel, address in addresses.items():
        if channel in wants:
            evidence = Evidence(wordings.get(channel, ""), form.source.strip()[:60] or "landing page", form.ip)
            ask_consent(
                session, campaign_id=campaign_id, channel=channel, sign_up_id=sign_up_id, evidence=evidence, now=now
            )
        if channel in wants or (form.signs_petition and channel is Channel.EMAIL):
            _ask_to_confirm(
                session, channel, address, sign_up_id=sign_up_id, campaign_id=campaign_id, form=form, now=now
            )
            asked.add(channel)
    return SignedUp(sign_up_id, frozenset(asked))


def check(form: SignUpForm, countries: Collection[str] = ("GB",)) -> dict[Channel, str]:
    """The addresses given, in the spelling we keep. Raises SignUpMistakes."""
    mistakes: list[Mistake] = []
    addresses: dict[Channel, str] = {}
    for channel, field, typed in ((Channel.EMAIL, "email", form.email), (Channel.SMS, "phone", form.phone)):
        if typed.strip():
            try:
                addresses[channel] = normalise(channel, typed)
            except BadAddress as bad:
                mistakes.append(Mistake(field, bad.why, bad.example))
                continue
            if channel is Channel.SMS and (why := why_not(addresses[channel], countries)):
                mistakes.append(Mistake(field, f"{why}; please leave it out and give an email address"))
        elif _ticked(form, channel):
            what = "email address" if channel is Channel.EMAIL else "mobile number"
            mistakes.append(Mistake(field, f"you ticked the box but gave no {what}; please add it, or untick the box"))
    if not form.email.strip() and not form.phone.strip() and not mistakes:
        mistakes.append(Mistake("email", "please give an email address, a mobile number or both", "ana@example.org"))
    unticked = not any(_ticked(form, channel) for channel in Channel)
    if addresses and unticked and not mistakes and not form.signs_petition:
        mistakes.append(Mistake("consent_email", "please tick how we may contact you; else we cannot write to you"))
    if form.signs_petition and Channel.EMAIL not in addresses and not mistakes:
        mistakes.append(Mistake("email", "please give an email address, so that your signature can be confirmed"))
    if form.signs_petition and not form.first_name.strip():
        mistakes.append(Mistake("first_name", "please give your name as it should stand on the petition"))
    if holds_a_link(form.first_name):
        mistakes.append(Mistake("first_name", "a name cannot hold a web address", "Ana"))
    if mistakes:
        raise SignUpMistakes(mistakes)
    return addresses


def _ticked(form: SignUpForm, channel: Channel) -> bool:
    return form.consent_email if channel is Channel.EMAIL else form.consent_sms


def _ask_to_confirm(
    session: Session,
    channel: Channel,
    address: str,
    *,
    sign_up_id: int,
    campaign_id: int,
    form: SignUpForm,
    now: datetime,
) -> None:
    """Send the confirmation, within limits that hold whatever the form says."""
    confirm, told = _KINDS[channel]
    day = now - timedelta(days=1)
    standing = supporters.standing(
        session, channel, address, campaign_id=campaign_id, confirm=str(confirm), joined=str(told), since=day
    )
    kind = told if standing.is_joined and not form.signs_petition else confirm
    if _asked_enough(channel, standing, kind=kind):
        return
    request = NoticeRequest(
        kind=kind,
        channel=channel,
        to_address=address,
        dedupe_key=f"{kind}:{sign_up_id}",
        facts={"sign_up_id": str(sign_up_id)},
        campaign_id=campaign_id,
        supporter_id=standing.supporter_id,
        # It asks to come back, or for the first time; the answer decides.
        passes_suppression=True,
    )
    ask_notice(session, request, now=now)


def _asked_enough(channel: Channel, standing: Standing, *, kind: NoticeKind) -> bool:
    today = standing.confirm_today if kind is _KINDS[channel][0] else standing.joined_today
    return today >= _PER_DAY or (standing.supporter_id is None and standing.confirm_ever >= _UNTIL_CONFIRMED)
