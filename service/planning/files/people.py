"""One row of a file, made into a person with what they allowed and what they took back."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.domain.titles import is_no_name, without_titles
from service.planning.files import cells
from service.planning.files.cells import BadCell
from service.planning.files.headings import DETAIL, Field
from service.planning.files.places import country_code, language_code, zone_name
from service.planning.files.proofs import given_consents, left_at, why_left
from service.planning.files.reading import Person, Reading
from service.store.queries.incoming import ImportRow

_PLACES = {
    Field.LOCALE: (language_code, "is no language; write it like en or az"),
    Field.TIME_ZONE: (zone_name, "is no time zone; write it like Europe/London"),
    Field.COUNTRY: (country_code, "is no country; write it like GB or AZ"),
}
_LONGEST_DETAIL = 1_000
_CHANNELS = (Channel.EMAIL, Channel.SMS)
_NOT_LEFT: dict[Channel, Suppressed | None] = {Channel.EMAIL: None, Channel.SMS: None}
# Bound once: asked of the enum for each row, a member costs more than reading its cell does (Python 3.11).
_COUNTRY, _EXTERNAL_ID, _FIRST_NAME = Field.COUNTRY, Field.EXTERNAL_ID, Field.FIRST_NAME
_FULL_NAME, _JOINED_AT, _LAST_NAME = Field.FULL_NAME, Field.JOINED_AT, Field.LAST_NAME
_LOCALE, _POSTCODE, _SOURCE = Field.LOCALE, Field.POSTCODE, Field.SOURCE
_TAGS, _TIME_ZONE = Field.TAGS, Field.TIME_ZONE
_BY_EMAIL, _BY_SMS = Channel.EMAIL, Channel.SMS


class ReadPerson(NamedTuple):
    """The person of a row, what had to be left out of it, and further addresses of theirs that must be left alone."""

    row: ImportRow
    left_out: list[str]
    leaving_others: tuple[tuple[Channel, str, Suppressed], ...] = ()


def read_person(number: int, typed: Mapping[str, str], reading: Reading) -> ReadPerson:
    """The person of a row. Raises BadCell where no person can be made of it."""
    person = Person(typed, reading)
    email, phone = _addresses(person)
    left = {channel: why_left(person, channel, email) for channel in _CHANNELS} if reading.has_leaving else _NOT_LEFT
    given = given_consents(person, ((_BY_EMAIL, email), (_BY_SMS, phone)), left)
    first_name, last_name = _names(person)
    hashed = reading.key.hash
    row = ImportRow(
        number=number,
        first_name=first_name,
        last_name=last_name,
        email=email,
        phone=phone,
        email_hash=hashed(_BY_EMAIL, email) if email else None,
        phone_hash=hashed(_BY_SMS, phone) if phone else None,
        locale=_place(person, _LOCALE) if _LOCALE in typed else "",
        time_zone=_place(person, _TIME_ZONE) if _TIME_ZONE in typed else "",
        source=(_SOURCE in typed and person.word(_SOURCE, 60)) or reading.source,
        postcode=_postcode(person) if _POSTCODE in typed else "",
        country=_place(person, _COUNTRY) if _COUNTRY in typed else "",
        tags=_tags(person) if _TAGS in typed else (),
        external_id=(_EXTERNAL_ID in typed and person.word(_EXTERNAL_ID, 200)) or None,
        details=_details(person) if reading.has_details else {},
        joined_at=_moment(person, _JOINED_AT) if _JOINED_AT in typed else None,
        consents=given,
        left_email=left[_BY_EMAIL] if email else None,
        left_sms=left[_BY_SMS] if phone else None,
        left_email_at=left_at(person, _BY_EMAIL) if email and left[_BY_EMAIL] else None,
        left_sms_at=left_at(person, _BY_SMS) if phone and left[_BY_SMS] else None,
    )
    others = tuple((channel, address, why) for channel, address in person.others if (why := left[channel]))
    return ReadPerson(row, person.left_out, others)


def _addresses(person: Person) -> tuple[str | None, str | None]:
    email = phone = None
    wrong: list[str] = []
    try:
        email = person.address(_BY_EMAIL)
    except BadCell as bad:
        wrong.append(str(bad))
    try:
        phone = person.address(_BY_SMS)
    except BadCell as bad:
        wrong.append(str(bad))
    if not email and not phone:
        raise BadCell("; ".join(wrong) or "neither an email address nor a mobile number")
    if wrong:
        person.left_out += [f"{each}; left out" for each in wrong]
    return email, phone


def _names(person: Person) -> tuple[str, str]:
    first = without_titles(_name(person, _FIRST_NAME, 80))
    last = _name(person, _LAST_NAME, 80) if _LAST_NAME in person.typed else ""
    if first or _FULL_NAME not in person.typed:
        return first, last
    whole = _name(person, _FULL_NAME, 160)
    if "," in whole:
        last_part, first_part = whole.split(",")[:2]
        return without_titles(first_part.strip())[:80], last or last_part.strip()[:80]
    untitled = without_titles(whole)
    if untitled != whole and " " not in untitled and not last:
        # "Mr Li": whoever is called by a title is called so by the last name.
        return "", untitled[:80]
    first_part, _, last_part = untitled.partition(" ")
    return first_part[:80], last or last_part[:80]


def _name(person: Person, field: Field, longest: int) -> str:
    """A name; what programs write where there is none is none."""
    name = person.word(field, longest)
    return "" if is_no_name(name) else name


def _place(person: Person, name: Field) -> str:
    """A language, country or time zone; left out where nobody knows it."""
    words = person.word(name, 80)
    if not words:
        return ""
    read, otherwise = _PLACES[name]
    found = read(words)
    if found is None:
        person.left_out.append(f"{name}: {words[:40]!r} {otherwise}; left out")
    return found or ""


def _postcode(person: Person) -> str:
    words = person.word(_POSTCODE, 80)
    return cells.read_postcode(words) if words else ""


def _tags(person: Person) -> tuple[str, ...]:
    cell = person.typed.get(_TAGS)
    try:
        return cells.read_tags(cell) if cell else ()
    except BadCell as bad:
        person.left_out.append(f"tags: {bad}; left out")
        return ()


def _details(person: Person) -> dict[str, str]:
    details = {
        name.removeprefix(DETAIL): person.word(name, _LONGEST_DETAIL)
        for name in person.typed
        if name.startswith(DETAIL)
    }
    if packed := person.typed.get("details"):
        details |= _unpacked(person, packed)
    return {name: words for name, words in details.items() if name and words}


def _unpacked(person: Person, packed: str) -> dict[str, str]:
    """Custom fields that stand in one column as a JSON object, as listmonk writes them."""
    try:
        found = json.loads(packed)
        pairs = found.items() if isinstance(found, dict) else ()
        return {
            cells.clean(str(name))[:60].rstrip(): cells.clean(_said(value))[:_LONGEST_DETAIL].rstrip()
            for name, value in pairs
        }
    except (ValueError, RecursionError, BadCell):
        person.left_out.append(f"{person.reading.heading('details')}: is no JSON object; left out")
        return {}


def _said(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _moment(person: Person, name: Field) -> datetime | None:
    """A moment that matters little; left out where it cannot be read."""
    cell = person.typed.get(name)
    if not cell or not cell.strip():
        return None
    try:
        return cells.read_moment(cell, dates=person.reading.dates, now=person.reading.now)
    except BadCell as bad:
        person.left_out.append(f"{person.reading.heading(name)}: {bad}; left out")
        return None
