"""`touchline blast status|list`: how blasts stand, and why."""

import json
from dataclasses import asdict
from time import sleep

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from service.cli.blast import blast
from service.cli.numbers import HOW_MANY, NumberOf
from service.cli.opening import House, open_house, plainly, refuse
from service.domain.message import BlastState
from service.planning.desk import find_campaign, list_blasts
from service.reporting.live import Progress, progress_of, progress_of_each
from service.reporting.reasons import Reason

_UNDER_WAY = frozenset({BlastState.SCHEDULED, BlastState.OPENING, BlastState.RUNNING})


@blast.command()
@click.argument("blast_id", type=NumberOf("blast"))
@click.option("--watch", is_flag=True, help="Show a bar until nothing waits any more.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def status(blast_id: int, *, watch: bool, as_json: bool) -> None:
    """Where every message of a blast stands."""
    house = open_house()
    if watch and not as_json:
        _watch(house, blast_id)
    seen = _progress(house, blast_id)
    if as_json:
        click.echo(json.dumps(asdict(seen), default=lambda moment: moment.isoformat()))
        return
    click.echo(f"{seen.title}: {seen.state}{f' ({seen.reason})' if seen.reason else ''}, audience {seen.audience}")
    for state, count in sorted(seen.by_state.items()):
        click.echo(f"  {state:<10} {count}")
    for reason, count in sorted(seen.withheld_reasons.items()):
        click.echo(f"    withheld, {reason.replace('_', ' ')}: {count}")
    for each in seen.waits:
        click.echo(f"  {_why(each)}")
    if seen.nobody:
        click.echo(f"  {seen.nobody}")


@blast.command("list")
@click.argument("campaign")
@click.option("--most", default=25, type=HOW_MANY, show_default=True, help="How many, the newest first.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def list_(campaign: str, most: int, *, as_json: bool) -> None:
    """The blasts of CAMPAIGN, the newest first, and why each stands as it does."""
    with open_house().transaction(keep=False) as session:
        found = find_campaign(session, campaign)
        if found is None:
            refuse(f"there is no campaign {campaign!r}")
        rows = list_blasts(session, found.id, limit=most)
        seen = progress_of_each(session, [row.id for row in rows])
    if as_json:
        plain = [{"opens_at": row.opens_at, **asdict(seen[row.id])} for row in rows]
        click.echo(json.dumps(plain, default=lambda moment: moment.isoformat()))
        return
    for row in rows:
        one = seen[row.id]
        click.echo(f"{row.id}  {one.title}: {one.state}{f' ({one.reason})' if one.reason else ''}, {_how_far(one)}")
        for each in one.waits:
            click.echo(f"    {_why(each)}")


def _how_far(seen: Progress) -> str:
    return f"{seen.gone:,} gone, {seen.waiting:,} waiting"


def _why(reason: Reason) -> str:
    return reason.words + (f" The next go at {reason.next_at.isoformat(timespec='minutes')}." if reason.next_at else "")


def _watch(house: House, blast_id: int) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("sending", total=None)
        while (seen := _progress(house, blast_id)).state in _UNDER_WAY:
            words = f"{seen.state}, {seen.rate:.0f}/s"
            bar.update(task, total=seen.audience or None, completed=seen.audience - seen.waiting, description=words)
            if seen.state == BlastState.RUNNING and not seen.waiting:
                break
            sleep(1)


def _progress(house: House, blast_id: int) -> Progress:
    with house.transaction(keep=False) as session:
        return progress_of(session, blast_id)
