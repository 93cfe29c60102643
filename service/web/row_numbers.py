"""Numbers of rows in addresses and forms: none that the database cannot hold."""

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


class RowNumber(IntegerConverter):
    """A number in an address: where no row can have it, the address leads nowhere."""

    def to_python(self, value: str) -> int:
        try:
            return row_number(value)
        except ValueError as wrong:
            raise ValidationError from wrong
