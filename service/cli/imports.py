"""`touchline supporters imports` and `undo-import`: files that were brought in, and taking one back."""

import json
from time import sleep

import click

from service import clock
from service.cli.numbers import NumberOf
from service.cli.opening import House, open_house, plainly, refuse
from service.cli.supporters import supporters
from service.consenting.consent import AddressKey
from service.consenting.countries import Countries
from service.planning.imports import ImportDesk, ImportRefused, begin_undo, undo_size
from service.store.queries import imports


@supporters.command("imports")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def list_imports(*, as_json: bool) -> None:
    """The files brought in last, by the console or here."""
    with open_house().transaction(keep=False) as session:
        found = imports.latest(session, limit=50)
    if as_json:
        told = [
            {"import": each.id, "file": each.name, "state": str(each.state), "rows": each.rows_done, **each.counts}
            for each in found
        ]
        click.echo(json.dumps(told))
        return
    for each in found:
        why = f": {each.why}" if each.why else ""
        click.echo(
            f"{each.id}  {each.created_at:%Y-%m-%d %H:%M}  {each.name}  {each.rows_done} rows, "
            f"{each.counts.get('new', 0)} new  {each.state}{why}"
        )


@supporters.command("undo-import")
@click.argument("number", type=NumberOf("import"))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def undo_import(number: int, *, yes: bool, as_json: bool) -> None:
    """Take back the consents that import NUMBER gave to people it added who have done nothing since.

    Nobody else is touched, and what was sent is sent.
    """
    house = open_house()
    with house.transaction(keep=False) as session:
        if imports.one(session, number) is None:
            refuse("nothing was undone: there is no such import")
        size = undo_size(session, number)
    if not yes:
        many = str(size.undoable) if size.is_whole else f"{size.undoable} or more"
        click.confirm(f"Withdraw the consents of {many} people it added who have done nothing since?", abort=True)
    try:
        with house.transaction() as session:
            begin_undo(session, number, actor="command line", now=clock.now())
    except ImportRefused as refused:
        refuse(f"nothing was undone: {refused}")
    undone = _work(house, number)
    if as_json:
        click.echo(json.dumps({"import": number, "undone": undone}))
        return
    people = "person" if undone == 1 else "people"
    click.echo(f"Undone: the consents of {undone} {people} are withdrawn, and nothing is sent to them.")


def _work(house: House, number: int) -> int:
    """Undo it here, workers or none; of how many people consents were taken back."""
    desk = ImportDesk(house.sessions, AddressKey.of(house.settings), Countries.of(house.settings))
    while True:
        with house.transaction(keep=False) as session:
            held = imports.one(session, number)
        if held is None or not held.is_at_work:
            return held.undone_count if held else 0
        if not desk.work(until=clock.monotonic() + 60):
            sleep(0.2)
