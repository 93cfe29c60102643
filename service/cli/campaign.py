"""`touchline campaign`: campaigns as files."""

import json
import sys
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from service import clock
from service.cli.opening import House, open_house, plainly, refuse
from service.cli.whistles import costs
from service.domain.errand import Errand
from service.planning.exporting import export_campaign
from service.planning.load_effects import reckon_loaded
from service.planning.loading import LoadReport, load_campaign
from service.planning.rehearsing import Rehearsal, RehearsedStage
from service.planning.rehearsing import rehearse as rehearse_campaign
from service.planning.stages import StageRefused
from service.store.queries import campaigns
from service.wording.campaign_files import CampaignFiles
from service.wording.campaign_reader import read_campaign
from service.wording.campaign_writer import write_campaign


@click.group()
def campaign() -> None:
    """Campaigns as files."""


@campaign.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option(
    "--yes", is_flag=True, help="It is meant, though messages go out, are left out, or lose a page they link to."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON; nothing is asked.")
@plainly
def load(folder: Path, *, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Load the campaign in FOLDER. Every mistake is named with its file and line, and then nothing is loaded.

    Where it sends a message or leaves one out at once, that is said first, to how many and at what cost; and where it
    takes away a briefing or a keyword that a planned message names. On a terminal it is asked about; a script must say
    --yes.
    """
    files = read_campaign(folder)
    house = open_house()
    with house.transaction(keep=False) as session:
        done = load_campaign(session, files, now=clock.now())
    if done.is_asked_about:
        _ask(house, files, done, yes=yes or dry_run, as_json=as_json)
    if not dry_run:
        with house.transaction() as session:
            done = load_campaign(session, files, now=clock.now(), seen=done.seen)
        house.nudge(Errand.OPEN_BLASTS)
    if as_json:
        changes = [{"what": each.what, "before": each.before, "after": each.after} for each in done.changes]
        news = {each.slug: str(each.lot.effect) for each in done.at_once}
        told = {"dry_run": dry_run, "changes": changes, "kept": done.kept, "warnings": done.warnings, "at_once": news}
        click.echo(json.dumps({**told, "taken_away": done.taken.planned}))
        return
    for change in done.changes:
        click.echo(f"  {change}")
    for kept in done.kept:
        click.echo(f"  kept, {kept}")
    for warning in done.warnings:
        click.echo(f"  warning, {warning}")
    verb = "would change" if dry_run else "changed"
    click.echo(f"{files.slug}: {len(done.changes)} {verb}." if done.changes else f"{files.slug}: nothing to change.")


def _ask(house: House, files: CampaignFiles, look: LoadReport, *, yes: bool, as_json: bool) -> None:
    """Say what goes out, is left out or loses what it names, and ask. Raises StageRefused where nobody can be asked."""
    with house.transaction(keep=False) as session:
        known = campaigns.by_slug(session, files.slug)
        url, key = house.settings.public_url, house.link_key
        going = reckon_loaded(session, known.id, files, look.at_once, key=key, public_url=url) if known else ()
    cost = {one.stage_id: costs(one) for one in going}
    told = [f"{each.slug}: {each.lot.effect} {cost.get(each.lot.stage_id, '')}".rstrip() for each in look.at_once]
    if not as_json:
        for line in told:
            click.echo(f"  at once, {line}")
        for line in look.taken.planned:
            click.echo(f"  taken away, {line}")
    told += look.taken.planned
    if yes:
        return
    if as_json or not sys.stdin.isatty():
        raise StageRefused(f"{'; '.join(told)}; nothing was changed. Add --yes if it is meant")
    click.confirm("Load it?", abort=True)


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


@campaign.command()
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def rehearse(slug: str, *, as_json: bool) -> None:
    """Walk through the stages to come of SLUG: when, for how many, at what price, what looks wrong. Sends nothing."""
    house = open_house()
    with house.transaction(keep=False) as session:
        view = campaigns.by_slug(session, slug)
        if view is None:
            refuse(f"there is no campaign {slug!r}")
        key, public_url = house.link_key, house.settings.public_url
        found = rehearse_campaign(session, view.id, key=key, public_url=public_url, now=clock.now())
    if as_json:
        click.echo(json.dumps(asdict(found), default=_plain))
    else:
        _show(found)


def _plain(value: object) -> str | float:
    """Moments as ISO 8601, spans in seconds."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(f"no JSON for {type(value).__name__}")


def _show(found: Rehearsal) -> None:
    table = Table(title=f"{escape(found.title)}: what is to come")
    for column in ("Stage", f"When ({found.time_zone})", "Reaches"):
        table.add_column(column)
    table.add_column("cost", justify="right")
    for stage in found.stages:
        reaches = ", ".join(f"{leg.people} by {leg.channel}" for leg in stage.legs)
        table.add_row(escape(stage.title), _when(stage, found.time_zone), reaches, _money(stage.price, found.currency))
    console = Console(width=max(120, Console().width))
    console.print(table)
    for stage in found.stages:
        for warning in stage.warnings:
            console.print(f"  {stage.title}: {warning}", markup=False, highlight=False)
    many = "1 warning" if found.warning_count == 1 else f"{found.warning_count} warnings"
    console.print(f"In all {_money(found.price, found.currency)}; {many}. Nothing was sent.")


def _when(stage: RehearsedStage, time_zone: str) -> str:
    if stage.due_at is None:
        return f"at {stage.anchor.replace('_', ' ')}"
    return f"{stage.due_at.astimezone(ZoneInfo(time_zone)):%a %d %b %H:%M}"


def _money(price: int, currency: str) -> str:
    return f"{price / 10_000:.2f} {currency}"
