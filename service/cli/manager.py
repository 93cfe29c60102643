"""`touchline manager`: accounts of the console."""

import json

import click

from service import clock
from service.cli.opening import open_house, plainly, refuse
from service.consenting.addresses import BadAddress
from service.domain.manager import Role
from service.planning.managers import make_sign_in_link


@click.group()
def manager() -> None:
    """Accounts of the console."""


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
