"""`touchline supporters`: people in from a file, and out to one."""

import json
import sys
from dataclasses import replace
from functools import partial
from itertools import islice

import click
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from service import clock
from service.cli.exports import campaign_id_of, export_to
from service.cli.files import STANDARD, choices, readable, reading_options, refuse_file, rejects_file
from service.cli.noting import begin_noted, noted
from service.cli.opening import House, open_house, plainly, refuse
from service.consenting.addresses import BadAddress, normalise
from service.consenting.consent import AddressKey
from service.consenting.countries import Countries
from service.consenting.erase import Erased, erase_address, erase_supporter
from service.domain.channel import Channel
from service.planning.exports import EVERYONE, EXPORTS
from service.planning.files.faults import UnreadableFile
from service.planning.files.reading import Reading
from service.planning.files.rejects import RejectsFile
from service.planning.files.sheet import Sheet, look
from service.planning.importing import Imported, Importing, import_file, seldom_collected
from service.planning.imports_here import ImportHere
from service.planning.previewing import PreviewRow, preview_rows
from service.reporting.roster import Listed, on_same_form
from service.store.queries.house import write_audit
from service.store.queries.supporters import by_address
from service.store.races import once_more

_SHOWN = 20


@click.group()
def supporters() -> None:
    """People in from a file, and out to one."""


@supporters.command("import")
@click.argument("file")
@click.option("--campaign", required=True, help="The campaign they consented to.")
@click.option("--source", default="import", show_default=True, help="Where they come from, unless the file says.")
@reading_options
@click.option("--keep-rest", is_flag=True, help="Keep columns that are nothing to us as fields of your own.")
@click.option("--dry-run", is_flag=True, help="Show how it would be read and what would come of it; write nothing.")
@click.option("--rejects", default="", help="Where to write the rows that could not be read, to be mended; - prints.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def bring_in(
    file: str,
    campaign: str,
    source: str,
    encoding: str,
    separator: str,
    preset: str,
    maps: tuple[str, ...],
    dates: str | None,
    rejects: str,
    *,
    keep_rest: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Bring supporters in from FILE (CSV or Excel's .xlsx; - reads standard input).

    Rows that cannot be read are named with their number; the rest comes in.
    """
    asked = choices(encoding=encoding, separator=separator, preset=preset, maps=maps, dates=dates, keep_rest=keep_rest)
    house = open_house()
    campaign_id = campaign_id_of(house, campaign)
    with readable(file) as path:
        try:
            sheet = look(path, asked)
            now = clock.now()
            reading = Reading.of(
                sheet,
                key=AddressKey.of(house.settings),
                source=source,
                now=now,
                countries=Countries.of(house.settings),
            )
            with rejects_file(rejects, sheet) as sink:
                shown = preview_rows(islice(sheet.rows(), 10), reading) if dry_run else []
                begun = None if dry_run else begin_noted(house, campaign_id, file, source, now=now)
                with noted(house, begun):
                    done = _run(house, sheet, reading, campaign_id, sink, begun=begun, quiet=as_json)
        except UnreadableFile as wrong:
            refuse_file(wrong)
    _tell(sheet, done, shown, as_json=as_json, begun=begun.id if begun else None, aside=rejects == STANDARD)
    if done.rows and done.rejected_count == done.rows:
        sys.exit(1)


def _run(
    house: House,
    sheet: Sheet,
    reading: Reading,
    campaign_id: int,
    sink: RejectsFile | None,
    *,
    begun: ImportHere | None,
    quiet: bool,
) -> Imported:
    importing = Importing(lambda: house.transaction(keep=begun is not None), campaign_id, reading, for_real=False)
    if begun is not None:
        importing = replace(importing, for_real=True, import_id=begun.id, count=begun.count)
    bars = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with seldom_collected(), Progress(*bars, disable=quiet or not sys.stderr.isatty()) as progress:
        task = progress.add_task("reading")

        def told(part: Imported, done: Imported) -> None:
            if sink is not None:
                for each in part.rejected:
                    sink.write(each)
            progress.update(task, description=f"{done.rows:,} rows read")

        return import_file(sheet, importing, told)


def _tell(
    sheet: Sheet, done: Imported, shown: list[PreviewRow], *, as_json: bool, begun: int | None, aside: bool
) -> None:
    if as_json:
        click.echo(json.dumps(_as_json(sheet, done, shown, begun=begun)), err=aside)
        return

    def say(words: str) -> None:
        click.echo(words, err=aside)

    say(f"{sheet.how}{f'; {sheet.preset.title}' if sheet.preset else ''}")
    for column in sheet.columns.unused:
        say(f"  not used: {column.name}{f' – did you mean {column.near}?' if column.near else ''}")
    for row in shown:
        say(f"  row {row.number}: {row.why or ' · '.join(f'{name} {words}' for name, words in row.fields)}")
    say(
        f"{done.rows} rows: {done.new} new supporters, {done.known} known; {done.permitted} permissions, "
        f"{done.without_consent} without proof of consent, {done.suppressed} left alone, {done.left} have left, "
        f"{done.rejected_count} rejected"
    )
    for each in done.rejected[:_SHOWN]:
        say(f"  row {each.row}: {each.why}")
    if done.rejected_count > _SHOWN:
        say(f"  and {done.rejected_count - _SHOWN} more; --rejects FILE writes them all, to be mended and loaded again")
    if done.left_out_count:
        say(f"{done.left_out_count} of what the rows hold was not taken, though the people were:")
    for what in done.left_out[:_SHOWN]:
        say(f"  row {what.row}: {what.what}")
    if done.left_out_count > _SHOWN:
        say(f"  and {done.left_out_count - _SHOWN} more")
    if begun is None:
        say("This was a dry run: nothing was written.")
    elif done.new:
        say(f"touchline supporters undo-import {begun} takes back what it gave to those who are new.")


def _as_json(sheet: Sheet, done: Imported, shown: list[PreviewRow], *, begun: int | None) -> dict[str, object]:
    return {
        **done.numbers(),
        "read_as": sheet.how,
        "preset": sheet.preset.slug if sheet.preset else None,
        "columns": {column.name: column.target for column in sheet.columns.used},
        "unused": [{"column": column.name, "did_you_mean": column.near} for column in sheet.columns.unused],
        "rejected": [{"row": each.row, "line": each.line, "why": each.why} for each in done.rejected],
        "left_out": [{"row": each.row, "what": each.what} for each in done.left_out],
        "dry_run": begun is None,
        **({} if begun is None else {"import": begun}),
        **(
            {"rows_as_read": [{"row": row.number, "why": row.why, **dict(row.fields)} for row in shown]}
            if shown
            else {}
        ),
    }


@supporters.command("export")
@click.argument("file")
@click.option("--campaign", required=True, help="Whose supporters.")
@click.option("--everyone", is_flag=True, help="All supporters, also those this campaign never asked.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def send_out(file: str, campaign: str, *, everyone: bool, as_json: bool) -> None:
    """Write a campaign's supporters to FILE (- prints), with the proof of what they allowed.

    Excel opens it, nothing in it runs as a formula, and `supporters import` reads it again.
    """
    export_to(EVERYONE if everyone else EXPORTS["supporters"], file, campaign, as_json=as_json)


@supporters.command("erase")
@click.argument("address")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--same-form", is_flag=True, help="Also forget the other address of a form that both confirmed.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def forget(address: str, *, yes: bool, same_form: bool, as_json: bool) -> None:
    """Forget whoever has this email address or mobile number: a supporter, or somebody whose sign-ups wait.

    Name, addresses, texts and everything else that names them is deleted; what they signed counts on without a name.
    The address is left alone from now on, and no import brings it back. This cannot be undone.
    """
    house = open_house()
    channel = Channel.EMAIL if "@" in address else Channel.SMS
    try:
        normal = normalise(channel, address)
    except BadAddress as bad:
        refuse(str(bad))
    if not yes:
        click.confirm(f"Forget whoever has {address}? This cannot be undone", abort=True)
    related = _on_same_form(house, channel, normal)
    others = [
        other.id
        for other in related
        if same_form
        or (not yes and click.confirm(f"{other.email or other.phone} signed up on the same form. Forget it too?"))
    ]

    def erase() -> Erased:
        with house.transaction() as session:
            done = erase_address(
                session,
                channel=channel,
                address=normal,
                key=AddressKey.of(house.settings),
                source="command line",
                now=clock.now(),
            )
            # Not even the audit names whom.
            details, deed = {"certificate": str(done.ref)}, "address erased"
            write_audit(session, at=clock.now(), actor="command line", deed=deed, subject=str(channel), details=details)
            return done

    done = once_more(erase)
    for other in others:
        once_more(partial(_forget_other, house, other))
    if as_json:
        told = {"same_form": len(related), "same_form_forgotten": len(others)} if related else {}
        click.echo(json.dumps({"was_known": done.was_known, "certificate": str(done.ref), **told}))
        return
    if len(others) < len(related):
        many = len(related) - len(others)
        is_are = "address that signed up on the same form is" if many == 1 else "addresses of the same form are"
        click.echo(f"{many} other {is_are} still here: --same-form forgets such with it.", err=True)
    click.echo(
        "Forgotten. The address is left alone from now on, whatever is imported later."
        if done.was_known
        else "Nobody here had this address. It is left alone from now on, whatever is imported later."
    )
    click.echo(f"Certificate {done.ref}: `touchline erasures show {done.ref}`", err=True)


def _on_same_form(house: House, channel: Channel, address: str) -> tuple[Listed, ...]:
    with house.transaction(keep=False) as session:
        known = by_address(session, channel, address)
        return on_same_form(session, known.id) if known else ()


def _forget_other(house: House, supporter_id: int) -> None:
    with house.transaction() as session:
        erase_supporter(session, supporter_id, source="command line", now=clock.now())
        write_audit(
            session,
            at=clock.now(),
            actor="command line",
            deed="supporter erased",
            subject=f"supporter {supporter_id}",
            details={},
        )
