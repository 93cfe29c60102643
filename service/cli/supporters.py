"""`touchline supporters`: people in from a file, and out to one."""

import csv
import json
import sys
from pathlib import Path

import click
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from service import clock
from service.cli.opening import House, open_house, plainly, refuse
from service.consenting.consent import AddressKey
from service.consenting.countries import Countries
from service.planning.csv_rows import NumberedRow, UnreadableFile
from service.planning.importing import Imported, escape_formula, import_chunk, import_file, rejects_csv
from service.store.queries import campaigns, supporters_import
from service.store.queries.house import write_audit


@click.group()
def supporters() -> None:
    """People in from a file, and out to one."""


@supporters.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--campaign", required=True, help="The campaign they consented to.")
@click.option("--source", default="import", show_default=True, help="Where they come from, unless the file says.")
@click.option("--rejects", type=click.Path(path_type=Path), help="Where to write the rows that could not be read.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def bring_in(file: Path, campaign: str, source: str, rejects: Path | None, *, as_json: bool) -> None:
    """Bring supporters in from a CSV file. Rows that cannot be read are named with their number; the rest comes in."""
    house = open_house()
    campaign_id = _campaign(house, campaign)
    key, countries = AddressKey.of(house.settings), Countries.of(house.settings)

    def one_chunk(chunk: list[NumberedRow], part: Imported) -> None:
        with house.transaction() as session:
            import_chunk(
                session,
                chunk,
                part,
                campaign_id=campaign_id,
                key=key,
                source=source,
                now=clock.now(),
                countries=countries,
            )

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, disable=as_json or not sys.stderr.isatty()) as progress:
        task = progress.add_task("reading")
        try:
            done = import_file(
                file,
                one_chunk,
                lambda so_far: progress.update(task, description=f"{so_far.rows} rows read"),
            )
        except UnreadableFile as wrong:
            refuse(str(wrong))
    with house.transaction() as session:
        details = {"rows": str(done.rows), "new": str(done.new)}
        subject = f"campaign {campaign_id}"
        write_audit(
            session, at=clock.now(), actor="command line", deed="supporters imported", subject=subject, details=details
        )
    if rejects and done.rejected:
        rejects.write_text(rejects_csv(done.rejected), "utf-8")
    _tell(done, as_json=as_json)


def _tell(done: Imported, *, as_json: bool) -> None:
    if as_json:
        rejected = [{"row": each.row, "why": each.why} for each in done.rejected]
        numbers = {
            name: getattr(done, name) for name in ("rows", "new", "known", "permitted", "without_consent", "suppressed")
        }
        click.echo(json.dumps({**numbers, "rejected": rejected}))
        return
    click.echo(
        f"{done.rows} rows: {done.new} new supporters, {done.known} known; {done.permitted} permissions, "
        f"{done.without_consent} without proof of consent, {done.suppressed} left alone, {len(done.rejected)} rejected"
    )
    for each in done.rejected[:20]:
        click.echo(f"  row {each.row}: {each.why}")
    if len(done.rejected) > 20:
        click.echo(f"  and {len(done.rejected) - 20} more; --rejects FILE writes them all")


@supporters.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--campaign", required=True, help="Whose supporters.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def send_out(file: Path, campaign: str, *, as_json: bool) -> None:
    """Write a campaign's supporters to a CSV file; nothing in it runs as a formula."""
    house = open_house()
    campaign_id = _campaign(house, campaign)
    names = (
        "first_name",
        "email",
        "phone",
        "locale",
        "time_zone",
        "source",
        "created_at",
        "consent_email",
        "consent_sms",
    )
    after, count = 0, 0
    with file.open("w", encoding="utf-8", newline="") as out, house.transaction() as session:
        writer = csv.writer(out)
        writer.writerow(names)
        while page := supporters_import.export_page(session, campaign_id=campaign_id, after=after):
            writer.writerows([escape_formula(str(getattr(row, name) or "")) for name in names] for row in page)
            after, count = page[-1].id, count + len(page)
        write_audit(
            session,
            at=clock.now(),
            actor="command line",
            deed="supporters exported",
            subject=f"campaign {campaign_id}",
            details={"count": str(count)},
        )
    click.echo(json.dumps({"supporters": count}) if as_json else f"{count} supporters written to {file}.")


def _campaign(house: House, slug: str) -> int:
    with house.transaction(keep=False) as session:
        view = campaigns.by_slug(session, slug)
    if view is None:
        refuse(f"there is no campaign {slug!r}")
    return view.id
