"""How the first rows of a file would be read, before anything is written."""

from collections.abc import Iterable
from dataclasses import dataclass

from service.planning.files.cells import BadCell
from service.planning.files.people import read_person
from service.planning.files.reading import Reading
from service.planning.files.sheet import SheetRow
from service.store.queries.incoming import ImportRow


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One row as it would be read: its fields by name, or why it cannot be; and what would be left out of it."""

    number: int
    fields: tuple[tuple[str, str], ...]
    why: str = ""
    left_out: tuple[str, ...] = ()


def preview_rows(rows: Iterable[SheetRow], reading: Reading) -> list[PreviewRow]:
    """These rows as they would be read."""
    return [_preview(row, reading) for row in rows]


def _preview(row: SheetRow, reading: Reading) -> PreviewRow:
    if row.why:
        return PreviewRow(row.number, (), row.why)
    try:
        person, left_out, _ = read_person(row.number, row.typed, reading)
    except BadCell as bad:
        return PreviewRow(row.number, (), str(bad))
    return PreviewRow(row.number, tuple(_fields(person)), "", tuple(left_out))


def _fields(person: ImportRow) -> Iterable[tuple[str, str]]:
    plain = {
        "first name": person.first_name,
        "last name": person.last_name,
        "email": person.email or "",
        "phone": person.phone or "",
        "language": person.locale,
        "time zone": person.time_zone,
        "postcode": person.postcode,
        "country": person.country,
        "tags": ", ".join(person.tags),
        "external id": person.external_id or "",
        **person.details,
    }
    yield from ((name, words) for name, words in plain.items() if words)
    for consent in person.consents:
        yield f"consent ({consent.channel})", f"{consent.at:%Y-%m-%d %H:%M}: {consent.wording}"
    for channel, reason in (("email", person.left_email), ("sms", person.left_sms)):
        if reason:
            yield f"to be left alone ({channel})", str(reason)
