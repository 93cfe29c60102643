"""`touchline supporters file`: everything held about one person, for whoever asks what that is."""

import json
from pathlib import Path

import click

from service import clock
from service.cli.files import STANDARD
from service.cli.opening import open_house, plainly, refuse
from service.cli.running.private import private_file
from service.cli.supporters import supporters
from service.consenting.addresses import BadAddress, normalise
from service.consenting.consent import AddressKey
from service.domain.channel import Channel
from service.joining.person_file import FileTakenOften, take_file
from service.wording.person_file import as_json, as_zip


@supporters.command("file")
@click.argument("address")
@click.argument("file")
@click.option("--json", "as_json_", is_flag=True, help="Print JSON.")
@plainly
def person_file(address: str, file: str, *, as_json_: bool) -> None:
    """Write everything held about whoever has ADDRESS into FILE, a ZIP with a page and JSON; - prints the JSON.

    Make sure that it is they who ask before you hand it on. The audit says that it was taken.
    """
    house = open_house()
    channel = Channel.EMAIL if "@" in address else Channel.SMS
    try:
        normal = normalise(channel, address)
        with house.transaction() as session:
            key = AddressKey.of(house.settings)
            found = take_file(session, key=key, actor="command line", now=clock.now(), channel=channel, address=normal)
    except (BadAddress, FileTakenOften) as wrong:
        refuse(str(wrong))
    if file == STANDARD:
        click.echo(as_json(found.held, made_at=found.made_at))
        return
    try:
        private_file(Path(file)).write_bytes(as_zip(found.held, made_at=found.made_at))
    except OSError as wrong:
        refuse(f"{file!r} cannot be written: {wrong.strerror}")
    rows = sum(len(each.rows) for each in found.held)
    click.echo(
        json.dumps({"rows": rows}) if as_json_ else f"{rows} rows of {len(found.held)} tables written to {file}."
    )
