"""`touchline petition`: the names, and handing them over."""

import json
from dataclasses import asdict

import click

from service import clock
from service.cli.opening import open_house, plainly, refuse
from service.petitioning.deliver import Delivery, NoPetition, deliver, names_for_addressee
from service.store import Session
from service.store.queries import campaigns
from service.store.queries.house import write_audit


@click.group()
def petition() -> None:
    """A campaign's petition and who signed it."""


@petition.command("export")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def export_names(slug: str, *, as_json: bool) -> None:
    """Print the names that have signed so far, as CSV. Nothing changes but the audit, which says that they went out."""
    with open_house().transaction() as session:
        delivery = _hand_over(session, slug, closing=False)
        _write_down(session, "signatures exported", slug, delivery)
    _print(delivery, as_json=as_json)


@petition.command("deliver")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.confirmation_option(prompt="This closes the petition: nobody can sign any more. Go on?")
@plainly
def deliver_names(slug: str, *, as_json: bool) -> None:
    """Close the petition and print its names as CSV, for its addressee."""
    with open_house().transaction() as session:
        delivery = _hand_over(session, slug, closing=True)
        _write_down(session, "petition delivered", slug, delivery)
    _print(delivery, as_json=as_json)


def _write_down(session: Session, deed: str, slug: str, delivery: Delivery) -> None:
    found = campaigns.by_slug(session, slug)
    subject, details = f"campaign {found.id}" if found else slug, {"signatures": str(delivery.count)}
    write_audit(session, at=clock.now(), actor="command line", deed=deed, subject=subject, details=details)


def _hand_over(session: Session, slug: str, *, closing: bool) -> Delivery:
    found = campaigns.by_slug(session, slug)
    if found is None:
        refuse(f"there is no campaign {slug!r}")
    try:
        if closing:
            return deliver(session, found.id, language=found.language, now=clock.now())
        return names_for_addressee(session, found.id, language=found.language)
    except NoPetition:
        refuse(f"campaign {slug!r} has no petition")


def _print(delivery: Delivery, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(asdict(delivery)))
        return
    click.echo(delivery.names, nl=False)
    click.echo(f"{delivery.count} signatures to {delivery.addressee}: {delivery.title}", err=True)
