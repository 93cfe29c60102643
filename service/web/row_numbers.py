"""Numbers in addresses and forms: no row has one that the database cannot hold, and none is read that is too long."""

from werkzeug.routing import IntegerConverter, ValidationError

from service.domain.row_ids import LARGEST


def row_number(text: str) -> int:
    """The number of a row. Raises ValueError where no row can have it."""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST))):
        raise ValueError(f"no number of a row: {text[:30]!r}")
    number = int(text)
    if number > LARGEST:
        raise ValueError(f"no row has a number as large as {text}")
    return number


def whole_number(text: str, *, least: int, most: int) -> int | None:
    """A whole number between these; None for anything else, however long."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        return None
    number = int(text)
    return number if least <= number <= most else None


class RowNumber(IntegerConverter):
    """A number in an address: where no row can have it, the address leads nowhere."""

    def to_python(self, value: str) -> int:
        try:
            return row_number(value)
        except ValueError as wrong:
            raise ValidationError from wrong
