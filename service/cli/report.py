"""`touchline report`: what a campaign achieved."""

import json
from dataclasses import asdict, fields

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from service.cli.opening import open_house, plainly
from service.reporting.funnel import CampaignReport, StageLine, campaign_report
from service.wording.spreadsheet import csv_text

_COLUMNS = ("audience", "sent", "delivered", "bounced", "opened", "clicked", "signed", "left")


@click.command()
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, a line for each message.")
@plainly
def report(slug: str, *, as_json: bool, as_csv: bool) -> None:
    """What the campaign SLUG achieved, stage by stage: every message is counted, however long that takes."""
    with open_house().transaction(keep=False) as session:
        found = campaign_report(session, slug)
    if as_json:
        click.echo(json.dumps(asdict(found)))
    elif as_csv:
        click.echo(_csv(found), nl=False)
    else:
        show_report(found)


def _csv(found: CampaignReport) -> str:
    names = [each.name for each in fields(StageLine) if each.name != "cost"]
    lines = ([*(getattr(line, name) for name in names), f"{line.cost / 10_000:.2f}"] for line in found.lines)
    return csv_text([*names, f"cost_{found.currency}"], lines, line_end="\n")


def show_report(found: CampaignReport) -> None:
    """The report as a table."""
    table = Table(title=escape(found.title))
    table.add_column("Stage")
    for column in _COLUMNS:
        table.add_column(column, justify="right")
    table.add_column("cost", justify="right")
    for line in found.lines:
        numbers = [str(getattr(line, column)) for column in _COLUMNS]
        table.add_row(escape(line.title), *numbers, f"{line.cost / 10_000:.2f} {found.currency}")
    console = Console(width=max(120, Console().width))
    console.print(table)
    sums = found.totals
    console.print(
        f"Sign-ups {sums.sign_ups}, confirmed {sums.confirmed}; by email {sums.by_email}, by text {sums.by_sms}; "
        f"signatures {sums.signatures}, shares {sums.shares} "
        f"({sums.brought} joined through {sums.sharers} sharers), replies {sums.replies} ({sums.waiting} waiting), "
        f"left {sums.left}; cost {found.cost / 10_000:.2f} {found.currency}"
    )
    for skipped in found.skipped:
        console.print(f"  {skipped}", markup=False)
