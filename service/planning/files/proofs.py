"""What a row says of consent, with its proof, and of leaving."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from ipaddress import ip_address

from service.domain.channel import Channel
from service.domain.consent import GRAVITY, Suppressed
from service.planning.files import cells
from service.planning.files.cells import BadCell
from service.planning.files.columns import ANOTHER
from service.planning.files.headings import Field
from service.planning.files.reading import Person
from service.planning.files.sheet import DateOrder
from service.store.queries.incoming import GivenConsent

_LONGEST_WORDING = 10_000
_OF_CHANNEL = {
    Channel.EMAIL: (Field.LEFT_EMAIL, Field.EMAIL_STATUS),
    Channel.SMS: (Field.LEFT_SMS, Field.SMS_STATUS),
}

# Columns that say since when, the surest first; some tools put the moment where others put a yes.
_ONLY_MOMENTS = frozenset({Field.LEFT_EMAIL_AT, Field.LEFT_SMS_AT, Field.LEFT_AT})
_SINCE = (Field.LEFT_AT, Field.LEFT_EMAIL, Field.BOUNCED, Field.LEFT_SMS, Field.LEFT)
_LEFT_AT = {Channel.EMAIL: (Field.LEFT_EMAIL_AT, *_SINCE), Channel.SMS: (Field.LEFT_SMS_AT, *_SINCE)}

# A file says the same words and moments of thousands.
_paragraph = lru_cache(maxsize=256)(cells.paragraph)


@lru_cache(maxsize=4096)
def _read_moment(cell: str, dates: DateOrder | None, now: datetime) -> datetime:
    return cells.read_moment(cell, dates=dates, now=now)


@lru_cache(maxsize=1024)
def _given(channel: Channel, at: datetime, wording: str, source: str, ip: str) -> GivenConsent:
    return GivenConsent(channel, at, wording, source, ip)


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
# Bound once: asked of the enum for each row, a member costs more than reading its cell does (Python 3.11).
_BOUNCED, _CONFIRMED_AT, _CONFIRMED_IP = Field.BOUNCED, Field.CONFIRMED_AT, Field.CONFIRMED_IP
_BOUNCED_ADDRESS, _EMAIL = Field.BOUNCED_ADDRESS, Field.EMAIL
_CONSENT_AT, _CONSENT_IP, _CONSENT_SOURCE = Field.CONSENT_AT, Field.CONSENT_IP, Field.CONSENT_SOURCE
_CONSENT_WORDING, _LEFT, _LEFT_REASON = Field.CONSENT_WORDING, Field.LEFT, Field.LEFT_REASON
_OPTED_IN_AT, _OPTED_IN_IP, _STATUS = Field.OPTED_IN_AT, Field.OPTED_IN_IP, Field.STATUS
_BY_EMAIL = Channel.EMAIL


def why_left(person: Person, channel: Channel, email: str | None) -> Suppressed | None:
    """Why this channel must be left alone, the graver reason where there are two. `email`: the one that is kept."""
    typed, reasons = person.typed, set[Suppressed]()
    leaving, status = _OF_CHANNEL[channel]
    preset = person.reading.preset
    if preset and preset.everybody_left and channel is _BY_EMAIL:
        reasons.add(preset.everybody_left)
    for name in (leaving, _LEFT):
        if (cell := typed.get(name)) and cells.is_leaving(cell):
            reasons.add(cells.says_left(cell) or Suppressed.LEFT)
    for name in (status, _STATUS):
        if (cell := typed.get(name)) and (said := cells.says_left(cell)):
            reasons.add(said)
        elif cell and preset and cell.strip().casefold() in preset.status_left:
            reasons.add(Suppressed.LEFT)
    if channel is _BY_EMAIL and (cell := typed.get(_BOUNCED)) and cells.is_leaving(cell) and _is_about(typed, email):
        reasons.add(cells.says_left(cell) or Suppressed.HARD_BOUNCE)
    if reasons and (cell := typed.get(_LEFT_REASON)) and (said := cells.says_left(cell)):
        reasons.add(said)
    return max(reasons, key=GRAVITY.__getitem__, default=None)


def _is_about(typed: Mapping[str, str], email: str | None) -> bool:
    """Whether a bounce the file tells of is one of the address that is kept."""
    about = typed.get(_BOUNCED_ADDRESS)
    if not about or not typed.get(_EMAIL):
        return True
    for part in about.split(ANOTHER):
        try:
            if cells.read_email(part) == email:
                return True
        except BadCell:
            continue
    return False


def left_at(person: Person, channel: Channel) -> datetime | None:
    """Since when they have left by this channel, where a column about leaving says so."""
    for name in _LEFT_AT[channel]:
        for line in person.typed.get(name, "").splitlines():
            try:
                return cells.read_moment(line, dates=person.reading.dates, now=person.reading.now)
            except BadCell as bad:
                if name in _ONLY_MOMENTS:
                    person.left_out.append(f"{person.reading.heading(name)}: {bad}; left out")
    return None


def given_consents(
    person: Person, addresses: Iterable[tuple[Channel, str | None]], left: Mapping[Channel, Suppressed | None]
) -> tuple[GivenConsent, ...]:
    given: list[GivenConsent] = []
    for channel, address in addresses:
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
        if consent:
            given.append(consent)
    return tuple(given)


def _consent(person: Person, channel: Channel) -> GivenConsent | None:
    """Consent with its proof: a yes, when, and in which words, or the column of another tool that says so.

    Raises BadCell where a moment is given that cannot be read: consent at an unknown moment is not proven, and a row
    that says so is better mended than lost.
    """
    typed, own = person.typed, _OWN[channel]
    if channel is _BY_EMAIL and person.reading.has_opt_in and (opted := _opted_in(person)):
        return opted
    said, status = typed.get(own.said), typed.get(own.status)
    by_status = status is not None and cells.says_subscribed(status)
    if not by_status and (said is None or not cells.is_yes(said)):
        return None
    at_name = own.at if own.at in typed and typed[own.at].strip() else _CONSENT_AT
    if at_name not in typed or not typed[at_name].strip():
        return None
    worded = own.wording in typed and typed[own.wording].strip()
    wording = _wording(person, own.wording if worded else _CONSENT_WORDING)
    if by_status and not wording:
        wording = _column(person, at_name, f"{person.reading.heading(own.status)} “{(status or '').strip()}”")
    if not wording:
        return None
    source_name = own.source if own.source in typed else _CONSENT_SOURCE
    source = person.word(source_name, 200) if source_name in typed else ""
    ip = _ip(person, own.ip if own.ip in typed else _CONSENT_IP)
    return _given(channel, _consent_moment(person, at_name), wording, source, ip)


def _opted_in(person: Person) -> GivenConsent | None:
    """Another tool's own record of when, and from which address, they confirmed or opted in."""
    for at, ip in ((_CONFIRMED_AT, _CONFIRMED_IP), (_OPTED_IN_AT, _OPTED_IN_IP)):
        if person.typed.get(at, "").strip():
            return GivenConsent(_BY_EMAIL, _consent_moment(person, at), _column(person, at, ""), "", _ip(person, ip))
    return None


def _column(person: Person, name: str, more: str) -> str:
    """What stands for the wording where a file has none: which column of whose file says so, and nothing beside."""
    tool = person.reading.preset.title if person.reading.preset else "the file"
    return f"[no wording in the file; column {person.reading.heading(name)} of {tool}{f', {more}' if more else ''}]"


def _wording(person: Person, name: str) -> str:
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


def _consent_moment(person: Person, name: str) -> datetime:
    try:
        return _read_moment(person.typed[name], person.reading.dates, person.reading.now)
    except BadCell as bad:
        raise BadCell(f"{person.reading.heading(name)}: {bad}") from None


def _ip(person: Person, name: str) -> str:
    if not person.typed.get(name):
        return ""
    words = person.word(name, 60)
    try:
        return str(ip_address(words)) if words else ""
    except ValueError:
        person.left_out.append(f"{person.reading.heading(name)}: {words[:40]!r} is no network address; left out")
        return ""
