"""How the rows of a file are read, and one row while it is being read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from service.consenting.consent import AddressKey
from service.consenting.countries import AT_HOME, Countries
from service.domain.channel import Channel
from service.planning.files import cells
from service.planning.files.cells import BadCell
from service.planning.files.columns import ANOTHER
from service.planning.files.headings import Field
from service.planning.files.presets import Preset
from service.planning.files.sheet import DateOrder, Sheet

_LEAVING = frozenset(
    {
        *(Field.LEFT, Field.LEFT_EMAIL, Field.LEFT_SMS, Field.BOUNCED, Field.STATUS, Field.EMAIL_STATUS),
        Field.SMS_STATUS,
    }
)
# Bound once: asked of the enum for each row, a member costs more than reading its cell does (Python 3.11).
_CONFIRMED_AT, _EMAIL, _OPTED_IN_AT = Field.CONFIRMED_AT, Field.EMAIL, Field.OPTED_IN_AT
_PHONE, _BOUNCED_ADDRESS = Field.PHONE, Field.BOUNCED_ADDRESS
_BY_EMAIL = Channel.EMAIL


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
    has_opt_in: bool = True
    # Where texts may go.
    countries: Countries = AT_HOME

    @classmethod
    def of(
        cls, sheet: Sheet, *, key: AddressKey, source: str, now: datetime, countries: Countries = AT_HOME
    ) -> "Reading":
        """How the rows of this file are read."""
        headings = {column.target: column.name for column in reversed(sheet.columns.used)}
        leaving = bool(_LEAVING & headings.keys()) or (
            sheet.preset is not None and sheet.preset.everybody_left is not None
        )
        details = any(target.startswith("details") for target in headings)
        opt_in = bool({_OPTED_IN_AT, _CONFIRMED_AT} & headings.keys())
        return cls(key, source, now, sheet.preset, sheet.dates, headings, leaving, details, opt_in, countries)

    def heading(self, target: str) -> str:
        """What a field's column is called in the file."""
        return self.headings.get(target, target)


class Person:
    """One row while it is being read; what is left out of it is noted."""

    __slots__ = ("left_out", "others", "reading", "typed")

    def __init__(self, typed: Mapping[str, str], reading: Reading) -> None:
        self.typed, self.reading = typed, reading
        self.left_out: list[str] = []
        # Their further addresses, which are not kept.
        self.others: tuple[tuple[Channel, str], ...] = ()

    def word(self, name: str, longest: int) -> str:
        """A short text; left out where it cannot be read."""
        cell = self.typed.get(name)
        if not cell:
            return ""
        try:
            return cells.clean(cell)[:longest].rstrip()
        except BadCell as bad:
            self.left_out.append(f"{self.reading.heading(name)}: {bad}; left out")
            return ""

    def address(self, channel: Channel) -> str | None:
        """An address; raises BadCell."""
        name = _EMAIL if channel is _BY_EMAIL else _PHONE
        cell = self.typed.get(name) or (self.typed.get(_BOUNCED_ADDRESS) if channel is _BY_EMAIL else None)
        if not cell:
            return None
        if ANOTHER in cell:
            return self._first_of(cell, channel)
        try:
            return cells.read_email(cell) if channel is _BY_EMAIL else cells.read_phone(cell)
        except BadCell as bad:
            words = str(bad)
            raise BadCell(words if words.startswith(f"{name}:") else f"{name}: {words}") from None

    def _first_of(self, cell: str, channel: Channel) -> str | None:
        """Of several addresses the first that can be read; raises BadCell where none can."""
        read = cells.read_email if channel is _BY_EMAIL else cells.read_phone
        name = _EMAIL if channel is _BY_EMAIL else _PHONE
        found: list[str] = []
        wrong: BadCell | None = None
        for part in cell.split(ANOTHER):
            try:
                found += [address] if (address := read(part)) else []
            except BadCell as bad:
                wrong = wrong or bad
        if not found and wrong:
            words = str(wrong)
            raise BadCell(words if words.startswith(f"{name}:") else f"{name}: {words}")
        others = tuple(dict.fromkeys(found))[1:]
        if others:
            self.left_out.append(f"{name}: the first of {len(others) + 1} is taken; the others left out")
            self.others += tuple((channel, address) for address in others)
        return found[0] if found else None
