"""`touchline audit`: whether the memory of who did what is as it was written."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict

import click

from service.cli.opening import open_house, plainly
from service.domain.alert import AlertKind
from service.domain.errand import Errand
from service.planning.audit import ChainReport, verify_audit
from service.store.queries.alerts import raise_alert
from service.store.rights import grants_for


@click.group()
def audit() -> None:
    """The memory of who did what."""


@audit.command()
@click.option("--kept", multiple=True, metavar="ENTRY:DIGEST", help="An entry as AUDIT_MAIL_TO was told of it; repeat.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def verify(kept: tuple[str, ...], *, as_json: bool) -> None:
    """Reckon every digest anew. Leaves with 1 where an entry was changed, removed or moved, or the end was cut off."""
    house = open_house()
    with house.transaction() as session:
        report = verify_audit(session, [each.strip().lower() for each in kept])
        if not report.is_whole:
            entry = str(report.first_broken or report.last_id)
            raise_alert(session, AlertKind.AUDIT_BROKEN, entry, {"entry": entry})
    if not report.is_whole:
        house.nudge(Errand.TELL_ALERTS)
    if as_json:
        click.echo(json.dumps(asdict(report) | {"is_whole": report.is_whole}))
    elif report.is_whole:
        click.echo(f"{report.entries} entries in one chain; newest digest {report.head or 'none'}")
    for fault in () if as_json else _faults(report):
        click.echo(fault, err=True)
    if not report.is_whole:
        sys.exit(1)


def _faults(report: ChainReport) -> Iterator[str]:
    if report.first_broken is not None:
        yield f"entry {report.first_broken} is not as it was written, or one before it is gone"
        return
    if report.missing:
        yield f"the end is cut off: {report.missing} entries that were written are gone"
    elif not report.is_end_known:
        yield f"the audit ends with entry {report.last_id}, and it was not the last that was written"
    for each in report.unlike:
        yield f"entry {each.partition(':')[0]} is not here as it was told of: the audit was cut or written anew"


@audit.command()
@click.argument("role")
@plainly
def grants(role: str) -> None:
    """Print the SQL that gives the database role ROLE what the processes need, and no way to change the audit.

    For an installation whose processes do not own the database: pipe it into psql as the owner, after each migration.
    """
    click.echo(grants_for(role))
