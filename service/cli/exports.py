"""`touchline consents`, `messages`, `replies`, `suppressions`: tables out, and suppressions in."""

import json
import sys
from collections.abc import Iterable, Iterator

import click

from service import clock
from service.cli.files import (
    STANDARD,
    choices,
    readable,
    reading_options,
    refuse_file,
    rejects_file,
    writable,
    write_pieces,
)
from service.cli.opening import House, open_house, plainly, refuse
from service.consenting.consent import AddressKey
from service.domain.consent import Suppressed
from service.planning.exports import EXPORTS, Export
from service.planning.files.faults import UnreadableFile
from service.planning.files.rejects import Rejected
from service.planning.files.sheet import Sheet
from service.planning.suppressing import SuppressedFile, look_at_list, suppress_rows
from service.store.queries import campaigns
from service.store.queries.house import write_audit
from service.wording.spreadsheet import csv_pieces

_SHOWN = 20


def campaign_id_of(house: House, slug: str) -> int:
    """The campaign's id; a plain sentence where there is none."""
    with house.transaction(keep=False) as session:
        view = campaigns.by_slug(session, slug)
    if view is None:
        refuse(f"there is no campaign {slug!r}")
    return view.id


def export_to(export: Export, file: str, campaign: str | None, *, as_json: bool) -> None:
    """Write a table to a file or to standard output, and remember that it went out."""
    house = open_house()
    campaign_id = campaign_id_of(house, campaign) if campaign else 0
    count = 0

    def counted(lines: Iterable[object]) -> Iterator[object]:
        nonlocal count
        for line in lines:
            count += 1
            yield line

    lines = export.lines(lambda: house.transaction(keep=False), campaign_id)
    with writable(file) as out:
        write_pieces(out, csv_pieces(export.head, counted(lines)))  # type: ignore[arg-type]  # lines as they come
    with house.transaction() as session:
        subject = f"campaign {campaign_id}" if campaign else "installation"
        details, deed = {"count": str(count)}, f"{export.name} exported"
        write_audit(session, at=clock.now(), actor="command line", deed=deed, subject=subject, details=details)
    words = f"{count} {export.name} written to {'standard output' if file == STANDARD else file}."
    click.echo(json.dumps({export.name: count}) if as_json else words, err=file == STANDARD)


def _group(name: str, says: str) -> click.Group:
    @click.group(name, help=says)
    def group() -> None: ...

    @group.command("export", help=f"Write {EXPORTS[name].says} to FILE as CSV; - prints it.")
    @click.argument("file")
    @click.option("--campaign", required=True, help="Which campaign's.")
    @click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    @plainly
    def send_out(file: str, campaign: str, *, as_json: bool) -> None:
        export_to(EXPORTS[name], file, campaign, as_json=as_json)

    return group


consents = _group("consents", "The ledger of what was asked, given and withdrawn.")
messages = _group("messages", "Each message and what became of it.")
replies = _group("replies", "The texts that came.")


@click.group()
def suppressions() -> None:
    """Addresses that must be left alone, in and out."""


@suppressions.command("export")
@click.argument("file")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def suppressions_out(file: str, *, as_json: bool) -> None:
    """Write every suppression to FILE (- prints it): channel, reason, when, and the keyed hash of the address.

    The addresses themselves are not kept, so they cannot be written; with the same SUPPRESSION_KEY the list can be
    loaded again.
    """
    export_to(EXPORTS["suppressions"], file, None, as_json=as_json)


@suppressions.command("import")
@click.argument("file")
@click.option(
    "--reason",
    type=click.Choice([str(each) for each in Suppressed if each is not Suppressed.ERASED], case_sensitive=False),
    default=str(Suppressed.LEFT),
    show_default=True,
    help="Why, where the file does not say.",
)
@reading_options
@click.option("--rejects", default="", help="Where to write the rows that could not be read.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def suppressions_in(
    file: str,
    reason: str,
    encoding: str,
    separator: str,
    preset: str,
    maps: tuple[str, ...],
    dates: str | None,
    rejects: str,
    *,
    as_json: bool,
) -> None:
    """Leave the addresses of FILE alone: columns email or phone, or channel and address_hash; reason and at."""
    asked = choices(encoding=encoding, separator=separator, preset=preset, maps=maps, dates=dates)
    house, done = open_house(), SuppressedFile()
    with readable(file) as path:
        try:
            sheet = look_at_list(path, asked)
            with rejects_file(rejects, sheet) as sink:
                for each in _suppress(house, sheet, Suppressed(reason), done):
                    if sink is not None:
                        sink.write(each)
        except UnreadableFile as wrong:
            refuse_file(wrong)
    with house.transaction() as session:
        details = {"rows": str(done.rows), "suppressed": str(done.suppressed)}
        actor, deed = "command line", "suppressions imported"
        write_audit(session, at=clock.now(), actor=actor, deed=deed, subject="installation", details=details)
    _tell(done, as_json=as_json, aside=rejects == STANDARD)
    if done.rows and done.rejected_count == done.rows:
        sys.exit(1)


def _suppress(house: House, sheet: Sheet, reason: Suppressed, done: SuppressedFile) -> Iterator[Rejected]:
    key = AddressKey.of(house.settings)
    for chunk in sheet.chunks():
        now = clock.now()
        yield from suppress_rows(house.transaction, chunk, done, key=key, reason=reason, dates=sheet.dates, now=now)


def _tell(done: SuppressedFile, *, as_json: bool, aside: bool) -> None:
    rejected = [{"row": each.row, "line": each.line, "why": each.why} for each in done.rejected]
    if as_json:
        found = {"rows": done.rows, "suppressed": done.suppressed, "rejected_count": done.rejected_count}
        click.echo(json.dumps({**found, "rejected": rejected}), err=aside)
        return
    click.echo(f"{done.rows} rows: {done.suppressed} addresses left alone, {done.rejected_count} rejected", err=aside)
    for each in done.rejected[:_SHOWN]:
        click.echo(f"  row {each.row}: {each.why}", err=aside)
