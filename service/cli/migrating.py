"""`touchline migrate`: what a Procfile host runs at each release."""

import click

from service.cli.opening import plainly
from service.settings import load_settings
from service.store.migrate import migrate


@click.command()
@plainly
def migrate_command() -> None:
    """Bring the database at DATABASE_URL to the newest migration."""
    migrate(load_settings().needed_database_url)
    click.echo("The database is up to date.")
