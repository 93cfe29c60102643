"""The rows of a chunk, read: the people, who has left, and the rows of which nobody can be made."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from service.consenting.consent import AddressKey
from service.consenting.countries import why_not
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.planning.files.cells import BadCell
from service.planning.files.people import read_person
from service.planning.files.reading import Reading
from service.planning.files.rejects import Rejected
from service.planning.files.sheet import SheetRow
from service.store.queries.incoming import ImportRow
from service.store.queries.leaving import Leaving

# Bound once: asked of the enum for each row, a member costs more than reading its cell does (Python 3.11).
_BY_EMAIL, _BY_SMS = Channel.EMAIL, Channel.SMS


@dataclass(slots=True)
class ReadRows:
    """What was read of a chunk. `left_out`: the number of a row, and what of it was not taken."""

    rows: list[ImportRow] = field(default_factory=list)
    leaving: list[Leaving] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    left_out: list[tuple[int, str]] = field(default_factory=list)

    def reject(self, row: SheetRow, why: str) -> None:
        """Nobody can be made of this row."""
        self.rejected.append(Rejected(row.number, why, row.line, row.cells))


def read_rows(chunk: Iterable[SheetRow], reading: Reading, home: Collection[str]) -> ReadRows:
    """The people of a chunk. Two with one email are one row and a reject; two with one mobile are two people."""
    read = ReadRows()
    emails: dict[str, int] = {}
    phones: dict[str, int] = {}
    for each in chunk:
        if each.why:
            read.reject(each, each.why)
            continue
        try:
            row, left_out, others = read_person(each.number, each.typed, reading)
        except BadCell as bad:
            read.reject(each, str(bad))
            continue
        read.leaving += _leaving(row, others, reading.key)
        if row.email and row.email in emails:
            read.reject(each, f"the same address stands in an earlier row ({emails[row.email]})")
            continue
        if row.phone and row.phone in phones:
            if not row.email:
                read.reject(each, f"the same address stands in an earlier row ({phones[row.phone]})")
                continue
            left_out.append(
                f"phone: this mobile stands in an earlier row ({phones[row.phone]}), and stays theirs; left out"
            )
            row = _without_phone(row)
        if row.phone and _wants_texts(row) and (why := why_not(row.phone, home)):
            left_out.append(f"consent_sms: {why}; kept, and not texted")
            row = _without_texts(row)
        if row.email:
            emails[row.email] = each.number
        if row.phone:
            phones[row.phone] = each.number
        read.rows.append(row)
        read.left_out += [(each.number, what) for what in left_out]
    return read


def _leaving(row: ImportRow, others: Sequence[tuple[Channel, str, Suppressed]], key: AddressKey) -> list[Leaving]:
    """The addresses of a row that must be left alone, every one it has, even where the row itself is not taken."""
    if not (row.left_email or row.left_sms):
        return []
    sides = (
        (_BY_EMAIL, row.email, row.email_hash, row.left_email),
        (_BY_SMS, row.phone, row.phone_hash, row.left_sms),
        *((channel, address, key.hash(channel, address), reason) for channel, address, reason in others),
    )
    since = {_BY_EMAIL: row.left_email_at, _BY_SMS: row.left_sms_at}
    return [
        Leaving(channel, address, hashed, reason, f"import: {row.source}", since[channel])
        for channel, address, hashed, reason in sides
        if address and hashed and reason
    ]


def _wants_texts(row: ImportRow) -> bool:
    return any(consent.channel is _BY_SMS for consent in row.consents)


def _without_texts(row: ImportRow) -> ImportRow:
    """The row of somebody in a country that nobody may be promised texts to."""
    return row._replace(consents=tuple(each for each in row.consents if each.channel is not _BY_SMS))


def _without_phone(row: ImportRow) -> ImportRow:
    """The row of somebody whose mobile is not theirs alone."""
    return row._replace(phone=None, phone_hash=None, left_sms=None)
