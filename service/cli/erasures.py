"""`touchline erasures`: certificates of erasing, and the list that outlives a restore."""

import json
from pathlib import Path
from uuid import UUID

import click

from service.cli.files import STANDARD, writable
from service.cli.opening import open_house, plainly, refuse
from service.consenting.certificate import as_text, certificate_of, certificates
from service.consenting.erasure_list import heading, lines_of
from service.store.queries import erasures as asked
from service.store.queries import holds
from service.store.queries.house import database_now


@click.group()
def erasures() -> None:
    """Certificates of erasing, and the list of who was erased."""


@erasures.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def list_them(*, as_json: bool) -> None:
    """The newest hundred certificates."""
    with open_house().transaction(keep=False) as session:
        found = certificates(session)
    if as_json:
        told = [{"ref": str(each.ref), "at": each.at.isoformat(), "source": each.source} for each in found]
        click.echo(json.dumps(told))
        return
    for each in found:
        click.echo(f"{each.ref}  {each.at:%Y-%m-%d %H:%M} UTC  {each.source}")


@erasures.command()
@click.argument("ref", type=click.UUID)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def show(ref: UUID, *, as_json: bool) -> None:
    """Print the certificate of this number."""
    with open_house().transaction(keep=False) as session:
        told = certificate_of(session, ref)
    if told is None:
        refuse(f"there is no certificate {ref}; `touchline erasures list` shows which there are")
    if as_json:
        places = [{"name": each.name, "done": each.done, "rows": each.rows} for each in told.places]
        facts = {"ref": str(told.ref), "at": told.at.isoformat(), "source": told.source, "was_known": told.was_known}
        click.echo(json.dumps({**facts, "places": places}))
    else:
        click.echo(as_text(told), nl=False)


@erasures.command()
@click.argument("file")
@plainly
def export(file: str) -> None:
    """Write the list of who was erased, by keyed hash, to FILE (- prints it), for `touchline hold release --erased`.

    The ticker keeps the same in TOUCHLINE_HOME as `erased`, a second after each erasing; keep either apart from backups.
    """
    house, last, count = open_house(), 0, 0
    with house.transaction(keep=False) as session:
        stands = holds.hold(session)
    if stands.has_moved:
        refuse(
            "this database was restored or taken over: its list would lack whoever was erased after the backup was made; "
            "after `touchline hold release` it can be written"
        )
    with writable(file) as out, house.transaction(keep=False) as session:
        out.writelines(heading(database_now(session), stands))
        while rows := asked.after(session, last):
            out.writelines(lines_of(rows, epoch=stands.epoch))
            last, count = rows[-1].id, count + len(rows)
            session.expunge_all()
    click.echo(
        f"{count} erasures written to {'standard output' if file == STANDARD else Path(file)}.", err=file == STANDARD
    )
