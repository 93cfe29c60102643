"""`touchline manager`: accounts of the console."""

import json

import click

from service import clock
from service.cli.opening import open_house, plainly, refuse
from service.consenting.addresses import BadAddress
from service.domain.errand import Errand
from service.domain.manager import Role
from service.planning.manager_sessions import end_others, list_sessions
from service.planning.managers import Manager, find_manager, list_managers, make_sign_in_link
from service.planning.second_step import reset_second_factor


@click.group()
def manager() -> None:
    """Accounts of the console."""


@manager.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def list_all(*, as_json: bool) -> None:
    """Everybody who has an account: address, role, and whether a second step is asked for."""
    house = open_house()
    with house.transaction(keep=False) as session:
        people = list_managers(session)
    if as_json:
        click.echo(json.dumps([_as_json(person) for person in people]))
        return
    for person in people:
        second = "second step" if person.has_second_factor else "no second step"
        click.echo(f"{person.email}  {person.role}  {second}")


@manager.command("reset-second-factor")
@click.argument("email")
@plainly
def reset(email: str) -> None:
    """Take somebody's second step and recovery codes away, sign them out everywhere and tell them by email."""
    house = open_house()
    with house.transaction() as session:
        person = find_manager(session, email)
        reset_second_factor(session, person.id, actor="command line", now=clock.now())
    house.nudge(Errand.SEND_NOTICES)
    click.echo(f"{person.email} signs in without a second step until it is set up anew")


@manager.command()
@click.argument("email")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def sessions(email: str, *, as_json: bool) -> None:
    """Where somebody is signed in: the browser, its network without the last part, since when and last seen."""
    house = open_house()
    with house.transaction(keep=False) as session:
        found = list_sessions(session, find_manager(session, email).id, now=clock.now())
    lines = [
        {
            "browser": each.agent,
            "network": each.place,
            "signed_in_at": each.signed_in_at.isoformat(timespec="seconds"),
            "seen_at": each.seen_at.isoformat(timespec="seconds"),
        }
        for each in found
    ]
    if as_json:
        click.echo(json.dumps(lines))
        return
    for line in lines:
        click.echo("  ".join(line.values()))


@manager.command("sign-out")
@click.argument("email")
@plainly
def sign_out_everywhere(email: str) -> None:
    """Sign somebody out at every browser, at once."""
    house = open_house()
    with house.transaction() as session:
        person = find_manager(session, email)
        count = end_others(session, person.id, actor="command line", now=clock.now())
    click.echo(f"{person.email} is signed out; browsers that were signed in: {count}")


@manager.command()
@click.argument("email")
@click.option(
    "--role",
    type=click.Choice([str(role) for role in Role], case_sensitive=False),
    default=str(Role.VIEWER),
    show_default=True,
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def add(email: str, role: str, *, as_json: bool) -> None:
    """Make an account, or a new sign-in link for one, and print the link. It works once, for 24 hours."""
    house = open_house()
    try:
        with house.transaction() as session:
            link = make_sign_in_link(
                session,
                email,
                Role(role),
                public_url=house.settings.public_url,
                key=house.link_key,
                now=clock.now(),
            )
    except BadAddress as bad:
        refuse(str(bad))
    click.echo(json.dumps({"email": email, "role": role, "link": link}) if as_json else link)


def _as_json(person: Manager) -> dict[str, object]:
    signed_in_at = person.signed_in_at.isoformat() if person.signed_in_at else None
    return {
        "email": person.email,
        "role": str(person.role),
        "second_factor": person.has_second_factor,
        "signed_in_at": signed_in_at,
    }
