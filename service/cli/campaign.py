"""`touchline campaign`: campaigns as files."""

import json
from pathlib import Path

import click

from service import clock
from service.cli.opening import open_house, plainly
from service.domain.errand import Errand
from service.planning.exporting import export_campaign
from service.planning.loading import load_campaign
from service.wording.campaign_reader import read_campaign
from service.wording.campaign_writer import write_campaign


@click.group()
def campaign() -> None:
    """Campaigns as files."""


@campaign.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def load(folder: Path, *, dry_run: bool, as_json: bool) -> None:
    """Load the campaign in FOLDER. Every mistake is named with its file and line, and then nothing is loaded."""
    files = read_campaign(folder)
    house = open_house()
    with house.transaction(keep=not dry_run) as session:
        done = load_campaign(session, files, now=clock.now())
    if not dry_run:
        house.nudge(Errand.OPEN_BLASTS)
    if as_json:
        changes = [{"what": each.what, "before": each.before, "after": each.after} for each in done.changes]
        click.echo(json.dumps({"dry_run": dry_run, "changes": changes, "kept": done.kept}))
        return
    for change in done.changes:
        click.echo(f"  {change}")
    for kept in done.kept:
        click.echo(f"  kept, {kept}")
    verb = "would change" if dry_run else "changed"
    click.echo(f"{files.slug}: {len(done.changes)} {verb}." if done.changes else f"{files.slug}: nothing to change.")


@campaign.command()
@click.argument("slug")
@click.argument("folder", type=click.Path(path_type=Path))
@plainly
def export(slug: str, folder: Path) -> None:
    """Write the campaign SLUG as files into FOLDER."""
    with open_house().transaction(keep=False) as session:
        files = export_campaign(session, slug)
    write_campaign(files, folder)
    click.echo(f"{slug}: written to {folder}.")
