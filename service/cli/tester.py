"""`touchline tester`: who gets tests of messages."""

import json

import click

from service import clock
from service.cli.fixture import ACTOR
from service.cli.opening import open_house, plainly, refuse
from service.consenting.countries import Countries
from service.domain.errand import Errand
from service.planning import testers
from service.planning.testers import Tester
from service.wording.links import link_keys


@click.group()
def tester() -> None:
    """Who gets tests of messages: people who have said yes, at the address itself."""


@tester.command()
@click.argument("address")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def add(address: str, *, as_json: bool) -> None:
    """Name ADDRESS, an email address or a mobile number, and ask there; once more where it has not answered."""
    house = open_house()
    with house.transaction() as session:
        countries = Countries.of(house.settings)
        named = testers.name_tester(session, address, countries=countries, actor=ACTOR, now=clock.now())
    house.nudge(Errand.SEND_NOTICES)
    if as_json:
        click.echo(json.dumps(_plain(named)))
    elif named.is_confirmed:
        click.echo(f"{named.address} is a tester already.")
    else:
        how = "the link in the email" if named.channel == "email" else "touchline tester confirm NUMBER CODE"
        click.echo(f"A message is on its way to {named.address}. Tests go there once it is confirmed by {how}.")


@tester.command()
@click.argument("address")
@click.argument("code")
@plainly
def confirm(address: str, code: str) -> None:
    """Confirm ADDRESS, a mobile number, by the CODE that was sent to it."""
    house = open_house()
    keys, now = link_keys(house.settings), clock.now()
    with house.transaction() as session:
        named = testers.tester_named(session, address)
        is_right = testers.confirm_by_code(session, named.id, code, keys=keys, actor=ACTOR, now=now)
    if not is_right:
        refuse("that is not the code that was sent; nothing was confirmed")
    click.echo(f"{named.address} is a tester.")


@tester.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def list_(*, as_json: bool) -> None:
    """Everybody who was named, and who has said yes."""
    with open_house().transaction(keep=False) as session:
        people = testers.list_testers(session)
    if as_json:
        click.echo(json.dumps([_plain(each) for each in people]))
        return
    for each in people:
        state = f"confirmed {each.confirmed_at:%Y-%m-%d}" if each.confirmed_at else f"asked {each.asked_at:%Y-%m-%d}"
        click.echo(f"{each.channel:<6} {each.address:<40} {state}, named by {each.added_by}")


@tester.command()
@click.argument("address")
@plainly
def remove(address: str) -> None:
    """Send ADDRESS no more tests."""
    with open_house().transaction() as session:
        gone = testers.remove_tester(session, testers.tester_named(session, address).id, actor=ACTOR, now=clock.now())
    click.echo(f"{gone.address} gets no more tests.")


def _plain(each: Tester) -> dict[str, str | None]:
    return {
        "channel": str(each.channel),
        "address": each.address,
        "named_by": each.added_by,
        "asked_at": each.asked_at.isoformat(),
        "confirmed_at": each.confirmed_at.isoformat() if each.confirmed_at else None,
    }
