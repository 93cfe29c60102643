"""Numbers on the command line: of one thing, and of how many lines are shown."""

import click

from service.cli.opening import refuse
from service.domain.row_ids import LARGEST

# How many lines a list shows.
HOW_MANY = click.IntRange(1, 1_000)


class NumberOf(click.ParamType[int]):
    """The number of a blast, an import …; one that none can have is said plainly and ends the command."""

    name = "integer"

    def __init__(self, what: str) -> None:
        self.what = what

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            number = int(str(value))
        except ValueError:
            self.fail(f"{str(value)[:30]!r} is not a whole number", param, ctx)
        if not 1 <= number <= LARGEST:
            refuse(f"there is no {self.what} {number}")
        return number
