"""One row of a file, made into a person with what they allowed and what they took back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from ipaddress import ip_address

from service.consenting.consent import AddressKey
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.planning.files import cells
from service.planning.files.cells import BadCell
from service.planning.files.headings import DETAIL, Field
from service.planning.files.places import country_code, language_code, zone_name
from service.planning.files.presets import Preset
from service.planning.files.sheet import DateOrder, Sheet
from service.store.queries.supporters_import import GivenConsent, ImportRow

_PLACES = {
    Field.LOCALE: (language_code, "is no language; write it like en or az"),
    Field.TIME_ZONE: (zone_name, "is no time zone; write it like Europe/London"),
    Field.COUNTRY: (country_code, "is no country; write it like GB or AZ"),
}
_LONGEST_WORDING = 10_000
_LONGEST_DETAIL = 1_000
_GRAVER = (
    *(Suppressed.ERASED, Suppressed.COMPLAINT, Suppressed.STOP, Suppressed.PROVIDER_OPT_OUT, Suppressed.HARD_BOUNCE),
    *(Suppressed.INVALID, Suppressed.LEFT),
)
_LEAVING = frozenset(
    {
        *(Field.LEFT, Field.LEFT_EMAIL, Field.LEFT_SMS, Field.BOUNCED, Field.STATUS, Field.EMAIL_STATUS),
        Field.SMS_STATUS,
    }
)
_CHANNELS = (Channel.EMAIL, Channel.SMS)
_NOT_LEFT: dict[Channel, Suppressed | None] = {Channel.EMAIL: None, Channel.SMS: None}
_OF_CHANNEL = {
    Channel.EMAIL: (Field.LEFT_EMAIL, Field.EMAIL_STATUS),
    Channel.SMS: (Field.LEFT_SMS, Field.SMS_STATUS),
}


@dataclass(frozen=True, slots=True)
class _ConsentColumns:
    """Which columns say what of the consent for one channel."""

    said: Field
    status: Field
    wording: Field
    at: Field
    source: Field
    ip: Field


_OWN = {
    Channel.EMAIL: _ConsentColumns(
        Field.CONSENT_EMAIL,
        Field.EMAIL_STATUS,
        Field.CONSENT_EMAIL_WORDING,
        Field.CONSENT_EMAIL_AT,
        Field.CONSENT_EMAIL_SOURCE,
        Field.CONSENT_EMAIL_IP,
    ),
    Channel.SMS: _ConsentColumns(
        Field.CONSENT_SMS,
        Field.SMS_STATUS,
        Field.CONSENT_SMS_WORDING,
        Field.CONSENT_SMS_AT,
        Field.CONSENT_SMS_SOURCE,
        Field.CONSENT_SMS_IP,
    ),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """How rows are read: whose keys, which tool's file, which order of dates, where people come from."""

    key: AddressKey
    source: str
    now: datetime
    preset: Preset | None = None
    dates: DateOrder | None = None
    headings: Mapping[str, str] = field(default_factory=dict)
    # Whether the file has columns of the kind; most have not, and most rows need not be asked.
    has_leaving: bool = True
    has_details: bool = True

    @classmethod
    def of(cls, sheet: Sheet, *, key: AddressKey, source: str, now: datetime) -> "Reading":
        """How the rows of this file are read."""
        headings = {column.target: column.name for column in sheet.columns.used}
        leaving = bool(_LEAVING & headings.keys()) or (
            sheet.preset is not None and sheet.preset.everybody_left is not None
        )
        details = any(target.startswith("details") for target in headings)
        return cls(key, source, now, sheet.preset, sheet.dates, headings, leaving, details)

    def heading(self, target: str) -> str:
        """What a field's column is called in the file."""
        return self.headings.get(target, target)


# A file says the same words and moments of thousands.
_paragraph = lru_cache(maxsize=256)(cells.paragraph)


@lru_cache(maxsize=4096)
def _read_moment(cell: str, dates: DateOrder | None, now: datetime) -> datetime:
    return cells.read_moment(cell, dates=dates, now=now)


class _Person:
    """One row while it is being read; what is left out of it is noted."""

    __slots__ = ("left_out", "reading", "typed")

    def __init__(self, typed: Mapping[str, str], reading: Reading) -> None:
        self.typed, self.reading = typed, reading
        self.left_out: list[str] = []

    def word(self, name: str, longest: int) -> str:
        """A short text; left out where it cannot be read."""
        cell = self.typed.get(name)
        if not cell:
            return ""
        try:
            return cells.clean(cell)[:longest]
        except BadCell as bad:
            self.left_out.append(f"{self.reading.heading(name)}: {bad}; left out")
            return ""

    def address(self, channel: Channel) -> str | None:
        """An address; raises BadCell."""
        name = Field.EMAIL if channel is Channel.EMAIL else Field.PHONE
        cell = self.typed.get(name)
        if not cell:
            return None
        try:
            return cells.read_email(cell) if channel is Channel.EMAIL else cells.read_phone(cell)
        except BadCell as bad:
            words = str(bad)
            raise BadCell(words if words.startswith(f"{name}:") else f"{name}: {words}") from None


def read_person(number: int, typed: Mapping[str, str], reading: Reading) -> tuple[ImportRow, list[str]]:
    """The person of a row, and what had to be left out of it. Raises BadCell where no person can be made of it."""
    person = _Person(typed, reading)
    email, phone = _addresses(person)
    left = {channel: _left(person, channel) for channel in _CHANNELS} if reading.has_leaving else _NOT_LEFT
    given = _given(person, {Channel.EMAIL: email, Channel.SMS: phone}, left)
    first_name, last_name = _names(person)
    hashed = reading.key.hash
    row = ImportRow(
        number=number,
        first_name=first_name,
        last_name=last_name,
        email=email,
        phone=phone,
        email_hash=hashed(Channel.EMAIL, email) if email else None,
        phone_hash=hashed(Channel.SMS, phone) if phone else None,
        locale=_place(person, Field.LOCALE),
        time_zone=_place(person, Field.TIME_ZONE),
        source=person.word(Field.SOURCE, 60) or reading.source,
        postcode=_postcode(person),
        country=_place(person, Field.COUNTRY),
        tags=_tags(person),
        external_id=person.word(Field.EXTERNAL_ID, 200) or None,
        details=_details(person) if reading.has_details else {},
        joined_at=_moment(person, Field.JOINED_AT),
        consents=given,
        left_email=left[Channel.EMAIL] if email else None,
        left_sms=left[Channel.SMS] if phone else None,
        left_at=_left_at(person) if reading.has_leaving else None,
    )
    return row, person.left_out


def _addresses(person: _Person) -> tuple[str | None, str | None]:
    found: dict[Channel, str | None] = {}
    wrong: list[str] = []
    for channel in _CHANNELS:
        try:
            found[channel] = person.address(channel)
        except BadCell as bad:
            wrong.append(str(bad))
    if not any(found.values()):
        raise BadCell("; ".join(wrong) or "neither an email address nor a mobile number")
    person.left_out += [f"{each}; left out" for each in wrong]
    return found.get(Channel.EMAIL), found.get(Channel.SMS)


def _names(person: _Person) -> tuple[str, str]:
    first, last = person.word(Field.FIRST_NAME, 80), person.word(Field.LAST_NAME, 80)
    whole = person.word(Field.FULL_NAME, 160)
    if first or not whole:
        return first, last
    if "," in whole:
        last_part, _, first_part = whole.partition(",")
        return first_part.strip()[:80], last or last_part.strip()[:80]
    first_part, _, last_part = whole.partition(" ")
    return first_part[:80], last or last_part[:80]


def _place(person: _Person, name: Field) -> str:
    """A language, country or time zone; left out where nobody knows it."""
    words = person.word(name, 80)
    if not words:
        return ""
    read, otherwise = _PLACES[name]
    found = read(words)
    if found is None:
        person.left_out.append(f"{name}: {words[:40]!r} {otherwise}; left out")
    return found or ""


def _postcode(person: _Person) -> str:
    words = person.word(Field.POSTCODE, 80)
    return cells.read_postcode(words) if words else ""


def _tags(person: _Person) -> tuple[str, ...]:
    cell = person.typed.get(Field.TAGS)
    try:
        return cells.read_tags(cell) if cell else ()
    except BadCell as bad:
        person.left_out.append(f"tags: {bad}; left out")
        return ()


def _details(person: _Person) -> dict[str, str]:
    details = {
        name.removeprefix(DETAIL): person.word(name, _LONGEST_DETAIL)
        for name in person.typed
        if name.startswith(DETAIL)
    }
    if packed := person.typed.get("details"):
        details |= _unpacked(person, packed)
    return {name: words for name, words in details.items() if words}


def _unpacked(person: _Person, packed: str) -> dict[str, str]:
    """Custom fields that stand in one column as a JSON object, as listmonk writes them."""
    try:
        found = json.loads(packed)
        pairs = found.items() if isinstance(found, dict) else ()
        return {cells.clean(str(name))[:60]: cells.clean(_said(value))[:_LONGEST_DETAIL] for name, value in pairs}
    except (ValueError, RecursionError, BadCell):
        person.left_out.append(f"{person.reading.heading('details')}: is no JSON object; left out")
        return {}


def _said(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _moment(person: _Person, name: Field) -> datetime | None:
    """A moment that matters little; left out where it cannot be read."""
    cell = person.typed.get(name)
    if not cell or not cell.strip():
        return None
    try:
        return cells.read_moment(cell, dates=person.reading.dates, now=person.reading.now)
    except BadCell as bad:
        person.left_out.append(f"{person.reading.heading(name)}: {bad}; left out")
        return None


def _left(person: _Person, channel: Channel) -> Suppressed | None:
    """Why this channel must be left alone, the graver reason where there are two."""
    typed, reasons = person.typed, set[Suppressed]()
    leaving, status = _OF_CHANNEL[channel]
    preset = person.reading.preset
    if preset and preset.everybody_left and channel is Channel.EMAIL:
        reasons.add(preset.everybody_left)
    for name in (leaving, Field.LEFT):
        if (cell := typed.get(name)) and cells.is_leaving(cell):
            reasons.add(cells.says_left(cell) or Suppressed.LEFT)
    for name in (status, Field.STATUS):
        if (cell := typed.get(name)) and (said := cells.says_left(cell)):
            reasons.add(said)
    if channel is Channel.EMAIL and (cell := typed.get(Field.BOUNCED)) and cells.is_leaving(cell):
        reasons.add(Suppressed.HARD_BOUNCE)
    if reasons and (cell := typed.get(Field.LEFT_REASON)) and (said := cells.says_left(cell)):
        reasons.add(said)
    return next((reason for reason in _GRAVER if reason in reasons), None)


def _left_at(person: _Person) -> datetime | None:
    for name in (Field.LEFT_AT, Field.LEFT_EMAIL, Field.BOUNCED, Field.LEFT_SMS, Field.LEFT):
        cell = person.typed.get(name, "")
        if any(sign.isdigit() for sign in cell) and len(cell.strip()) > 5:
            return _moment(person, name)
    return None


def _given(
    person: _Person, addresses: Mapping[Channel, str | None], left: Mapping[Channel, Suppressed | None]
) -> tuple[GivenConsent, ...]:
    given: list[GivenConsent] = []
    for channel, address in addresses.items():
        if not address or left[channel]:
            continue
        try:
            consent = _consent(person, channel)
        except BadCell as bad:
            # Their leaving by the other road must be kept, whatever is wrong here.
            if not any(left.values()):
                raise
            person.left_out.append(f"{bad}; left out")
            continue
        given += [consent] if consent else []
    return tuple(given)


def _consent(person: _Person, channel: Channel) -> GivenConsent | None:
    """Consent with its proof: a yes, when, and in which words, or the column of another tool that says so.

    Raises BadCell where a moment is given that cannot be read: consent at an unknown moment is not proven, and a row
    that says so is better mended than lost.
    """
    typed, own = person.typed, _OWN[channel]
    if channel is Channel.EMAIL and (opted := _opted_in(person)):
        return opted
    said, status = typed.get(own.said), typed.get(own.status)
    by_status = status is not None and cells.says_subscribed(status)
    if not by_status and (said is None or not cells.is_yes(said)):
        return None
    at_name = next((name for name in (own.at, Field.CONSENT_AT) if typed.get(name, "").strip()), "")
    wording = _wording(person, own.wording) or _wording(person, Field.CONSENT_WORDING)
    if by_status and at_name and not wording:
        wording = _column(person, at_name, f"{person.reading.heading(own.status)} “{(status or '').strip()}”")
    if not at_name or not wording:
        return None
    source = person.word(own.source, 200) or person.word(Field.CONSENT_SOURCE, 200)
    ip = _ip(person, own.ip) or _ip(person, Field.CONSENT_IP)
    return GivenConsent(channel, _consent_moment(person, at_name), wording, source, ip)


def _opted_in(person: _Person) -> GivenConsent | None:
    """Another tool's own record of when, and from which address, they confirmed or opted in."""
    for at, ip in ((Field.CONFIRMED_AT, Field.CONFIRMED_IP), (Field.OPTED_IN_AT, Field.OPTED_IN_IP)):
        if person.typed.get(at, "").strip():
            return GivenConsent(
                Channel.EMAIL, _consent_moment(person, at), _column(person, at, ""), "", _ip(person, ip)
            )
    return None


def _column(person: _Person, name: str, more: str) -> str:
    """What stands for the wording where a file has none: which column of whose file says so, and nothing beside."""
    tool = person.reading.preset.title if person.reading.preset else "the file"
    return f"[no wording in the file; column {person.reading.heading(name)} of {tool}{f', {more}' if more else ''}]"


def _wording(person: _Person, name: str) -> str:
    cell = person.typed.get(name)
    if not cell:
        return ""
    try:
        words = _paragraph(cell) if len(cell) < 1_000 else cells.paragraph(cell)
    except BadCell as bad:
        raise BadCell(f"{person.reading.heading(name)}: {bad}") from None
    if len(words) > _LONGEST_WORDING:
        raise BadCell(f"{person.reading.heading(name)}: is longer than {_LONGEST_WORDING:,} characters")
    return words


def _consent_moment(person: _Person, name: str) -> datetime:
    try:
        return _read_moment(person.typed[name], person.reading.dates, person.reading.now)
    except BadCell as bad:
        raise BadCell(f"{person.reading.heading(name)}: {bad}") from None


def _ip(person: _Person, name: str) -> str:
    if not person.typed.get(name):
        return ""
    words = person.word(name, 60)
    try:
        return str(ip_address(words)) if words else ""
    except ValueError:
        person.left_out.append(f"{person.reading.heading(name)}: {words[:40]!r} is no network address; left out")
        return ""
