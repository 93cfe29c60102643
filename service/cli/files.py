"""Files of a command: read from a path or standard input, written to a path or standard output, checked beforehand."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ParamSpec, TextIO

import click

from service.cli.opening import refuse
from service.cli.running.private import private_file
from service.planning.files.faults import EncodingUnclear, UnreadableFile
from service.planning.files.rejects import RejectsFile
from service.planning.files.sheet import Choices, DateOrder, Sheet

P = ParamSpec("P")
STANDARD = "-"


@contextmanager
def readable(path: str) -> Iterator[Path]:
    """The file to read; `-` is standard input, kept in a private file while it is read more than once."""
    if path != STANDARD:
        found = Path(path)
        if not found.is_file():
            refuse(f"there is no file {path!r}" if not found.exists() else f"{path!r} is no file")
        try:
            found.open("rb").close()
        except OSError as wrong:
            refuse(f"{path!r} cannot be read: {wrong.strerror}")
        yield found
        return
    with tempfile.NamedTemporaryFile(suffix=".csv") as kept:
        shutil.copyfileobj(sys.stdin.buffer, kept)
        kept.flush()
        yield Path(kept.name)


@contextmanager
def writable(path: str, *, reading: Path | None = None) -> Iterator[TextIO]:
    """The file to write, opened before the work begins; `-` is standard output."""
    if path == STANDARD:
        yield sys.stdout
        return
    if reading is not None and Path(path).exists() and Path(path).samefile(reading):
        refuse(f"{path!r} is the file that is being read; choose another")
    try:
        opened = private_file(Path(path)).open("w", encoding="utf-8", newline="")
    except OSError as wrong:
        refuse(f"{path!r} cannot be written: {wrong.strerror}")
    with opened as file:
        yield file


@contextmanager
def rejects_file(path: str, sheet: Sheet) -> Iterator[RejectsFile | None]:
    """Where rejected rows are written as they are found; none where no path is named."""
    if not path:
        yield None
        return
    with writable(path, reading=sheet.path) as file, _written():
        yield RejectsFile(file.buffer, sheet)
        file.buffer.flush()


def write_pieces(file: TextIO, pieces: Iterable[str]) -> None:
    """Write a table, a piece at a time."""
    with _written():
        for piece in pieces:
            file.write(piece)
        file.flush()


@contextmanager
def _written() -> Iterator[None]:
    """Say what stands in the way of writing; whoever closed the other end of a pipe has had enough."""
    try:
        yield
    except BrokenPipeError:
        sys.exit(0)
    except OSError as wrong:
        refuse(f"the table could not be written: {wrong.strerror}")


def reading_options(command: Callable[P, None]) -> Callable[P, None]:
    """The options by which a person says how a file is to be read."""
    options = (
        click.option("--encoding", default="", help="Its encoding, such as utf-8 or windows-1254; found if left out."),
        click.option("--separator", default="", help="comma, semicolon, tab or pipe; found if left out."),
        click.option("--preset", default="", help="The tool it comes from, such as mailchimp; found if left out."),
        click.option(
            "--map",
            "maps",
            multiple=True,
            metavar="COLUMN=FIELD",
            help='What a column is: "E-Mail 1=email", "T-shirt=details.size", "#3=phone", "Notes=-" for not used.',
        ),
        click.option(
            "--dates",
            type=click.Choice([str(each) for each in DateOrder], case_sensitive=False),
            help="How 01/09/2026 is read.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def choices(
    *, encoding: str, separator: str, preset: str, maps: tuple[str, ...], dates: str | None, keep_rest: bool = False
) -> Choices:
    """What the options say."""
    columns: dict[str, str] = {}
    for each in maps:
        column, sign, field = each.rpartition("=")
        if not sign:
            refuse(f'--map {each!r}: write it like --map "E-Mail 1=email"')
        columns[column] = field
    return Choices(encoding, separator, preset, columns, DateOrder(dates) if dates else None, keep_rest)


def refuse_file(wrong: UnreadableFile) -> None:
    """Say what is wrong with a file; where its letters are in doubt, how they would look."""
    if isinstance(wrong, EncodingUnclear):
        click.echo("touchline: this file is not UTF-8, and its letters can be read in more than one way:", err=True)
        for each in wrong.readings:
            click.echo(f"  --encoding {each.encoding:<16} {', '.join(each.words)}", err=True)
        refuse("nothing was written; choose the encoding in which the names look right")
    refuse(str(wrong))
