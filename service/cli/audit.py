"""`touchline audit`: whether the memory of who did what is as it was written."""

import json
import sys
from dataclasses import asdict

import click

from service.cli.opening import open_house, plainly
from service.domain.alert import AlertKind
from service.domain.errand import Errand
from service.planning.audit import verify_audit
from service.store.queries.alerts import raise_alert


@click.group()
def audit() -> None:
    """The memory of who did what."""


@audit.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def verify(*, as_json: bool) -> None:
    """Reckon every digest anew. Leaves with 1, and names the first entry, where one was changed, removed or moved."""
    house = open_house()
    with house.transaction() as session:
        report = verify_audit(session)
        if report.first_broken is not None:
            raise_alert(session, AlertKind.AUDIT_BROKEN, f"{report.first_broken}", {"entry": str(report.first_broken)})
    if report.first_broken is not None:
        house.nudge(Errand.TELL_ALERTS)
    if as_json:
        click.echo(json.dumps(asdict(report)))
    elif report.first_broken is not None:
        click.echo(f"entry {report.first_broken} is not as it was written, or one before it is gone", err=True)
    else:
        click.echo(f"{report.entries} entries in one chain; newest digest {report.head or 'none'}")
    if report.first_broken is not None:
        sys.exit(1)
