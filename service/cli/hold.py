"""`touchline hold`: what to do after the database was restored or taken over."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from service import clock
from service.cli.fixture import ACTOR
from service.cli.opening import open_house, plainly
from service.consenting.consent import AddressKey
from service.consenting.erase_again import erase_again
from service.consenting.erasure_list import FILE as ERASED
from service.consenting.erasure_list import lists_for
from service.planning.holding import HoldStatus, hold_house, hold_status, release_hold
from service.store.queries import holds


@click.group()
def hold() -> None:
    """Look at the hold after a restore, and end it."""


@hold.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def status(*, as_json: bool) -> None:
    """Whether the house is held, why, and what a release would skip."""
    with open_house().transaction(keep=False) as session:
        found = hold_status(session)
    if as_json:
        held_at = found.held_at.isoformat() if found.held_at else None
        click.echo(json.dumps({**asdict(found), "held_at": held_at}))
    elif found.held_at is None:
        click.echo(f"not held (epoch {found.epoch})")
    else:
        click.echo(f"held since {found.held_at:%Y-%m-%d %H:%M} UTC: {found.reason} (epoch {found.epoch})")
        _tell(found, fire_overdue=False)


@hold.command("set")
@click.argument("reason")
@click.option(
    "--no-restore", is_flag=True, help="Nothing was or will be restored: the release needs no list of who was erased."
)
@plainly
def set_hold(reason: str, *, no_restore: bool) -> None:
    """Hold the house by hand: after a restore into the same server, which no tick can notice."""
    with open_house().transaction() as session:
        epoch = hold_house(session, actor=ACTOR, reason=reason, is_restore=not no_restore, now=clock.now())
    click.echo(f"held (epoch {epoch}); nothing of a blast goes out until `touchline hold release`")


@hold.command()
@click.option("--fire-overdue", is_flag=True, help="Fire the stages and blasts that came due meanwhile.")
@click.option(
    "--erased",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A list of who was erased, kept outside of the database; repeat. That of TOUCHLINE_HOME is read by itself where it was kept before the hold.",
)
@click.option("--without-erasures", is_flag=True, help="There is no such list, and nobody was erased meanwhile.")
@plainly
def release(*, fire_overdue: bool, files: tuple[Path, ...], without_erasures: bool) -> None:
    """Let the house go on. First look in the providers' lists at what had gone out after the backup was made.

    Before that whoever was erased after the backup was made is erased again: nothing is sent to them.
    """
    house = open_house()
    with house.transaction(keep=False) as session:
        stands = holds.hold(session)
    lists = lists_for(stands, files, house.settings.home / ERASED)
    listed = [each for kept in lists for each in kept.erased]
    key = AddressKey.of(house.settings)
    missing, found_again = erase_again(house.transaction, listed, key=key, now=clock.now())
    with house.transaction() as session:
        found = release_hold(
            session,
            actor=ACTOR,
            fire_overdue=fire_overdue,
            now=clock.now(),
            erased=[each.ref for each in listed] if lists else None,
            without_list=without_erasures,
        )
    if missing:
        click.echo(f"erased again: {missing} on the list, of whom {found_again} were in this database")
    click.echo("released")
    _tell(found, fire_overdue=fire_overdue)


def _tell(found: HoldStatus, *, fire_overdue: bool) -> None:
    verb = "fired" if fire_overdue else "skipped"
    for title in (*found.overdue_stages, *found.overdue_blasts):
        click.echo(f"  {verb}: {title} (came due meanwhile)")
    for title in found.running_blasts:
        click.echo(f"  paused: {title} (resume it once you know what had gone)")
    if found.old_notices:
        click.echo(f"  not sent: {found.old_notices} one-off messages from before")
