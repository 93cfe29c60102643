"""`touchline keys`: change what sessions and links are signed with, and break nothing that was signed before."""

import hashlib
import os
from pathlib import Path

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

from service.cli.opening import open_house, plainly
from service.cli.running.errors import CannotStart
from service.environment import Environment, SettingsError
from service.keys import Keys, check_in_files, is_kept, keep_keys, read_keys, retired, rotated
from service.planning.sealing import Sealer
from service.planning.second_step import apps_by_older_keys

_RESTART = "Start the web processes again, then workers and ticker: until then each goes by the keys it started with."


@click.group()
def keys() -> None:
    """Look at the keys of this installation, and change them."""


@keys.command()
@plainly
def status() -> None:
    """Where the keys are kept, and by what each is known; never a key itself."""
    read, home = _here()
    found = read_keys(read, home)
    click.echo(f"kept in {home}" if is_kept(read, home) else "kept in the environment")
    for what, some in (("sessions", found.sessions), ("links", found.links), ("who left", (found.suppressions,))):
        behind = f", and {len(some) - 1} before it still read" if len(some) > 1 else ""
        click.echo(f"{what}: {_known_by(some[0])}{behind}")


@keys.command()
@plainly
def rotate() -> None:
    """Sign sessions and links with new keys; what the present ones signed is read still. Who left stays known."""
    read, home = _here()
    _change(read, home, rotated(read_keys(read, home)))
    click.echo(
        "Links in letters and texts that went out still work. When they are old enough, or if a key is known to "
        "strangers: touchline keys retire"
    )


@keys.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@plainly
def retire(*, yes: bool) -> None:
    """Read what the first keys signed and nothing else: older links, those to leave by too, stop working.

    So do the authenticator apps of managers who used no code since the keys were changed; it says whose first.
    """
    read, home = _here()
    present = read_keys(read, home)
    older = len(present.links) + len(present.sessions) - 2
    if not older:
        click.echo("There are no older keys: every link and session is signed with the present ones.")
        return
    click.echo("Links signed with the older keys stop working, the ones to leave by too.")
    click.echo(_apps_that_stop(present))
    if not yes:
        click.confirm("Go on?", abort=True)
    _change(read, home, retired(present))


_APPS = (
    "The authenticator apps of managers who used no code since the keys were changed stop working: they sign in with a "
    "recovery code, or an admin takes their second step away, and they set the app up anew."
)
_NAMED_AT_MOST = 20


def _apps_that_stop(keys: Keys) -> str:
    """Whose apps can be read with an older key only; in general words where no database can be asked."""
    try:
        with open_house().transaction(keep=False) as session:
            found = apps_by_older_keys(session, Sealer(keys.sessions))
    except (CannotStart, SettingsError, OperationalError, ProgrammingError):
        return f"{_APPS} Who they are could not be looked up: no database of this installation answers here."
    if not found:
        return "No manager's authenticator app needs an older key."
    named = ", ".join(str(each) for each in found[:_NAMED_AT_MOST])
    more = f" and {len(found) - _NAMED_AT_MOST} more" if len(found) > _NAMED_AT_MOST else ""
    whose = "1 manager" if len(found) == 1 else f"{len(found)} managers"
    return f"{_APPS} That is {whose}, by number: {named}{more}."


def _here() -> tuple[Environment, Path]:
    read = Environment(os.environ)
    return read, Path(read.text("TOUCHLINE_HOME", ".touchline")).absolute()


def _change(read: Environment, home: Path, changed: Keys) -> None:
    """Keep them where they are kept; what is in the environment only its host can change, so say what to set."""
    if is_kept(read, home):
        check_in_files(read)
        keep_keys(home, changed)
        click.echo(f"The keys in {home} are changed.")
    else:
        click.echo("Set these where this installation keeps its settings; they are shown this once:")
        for name, value in changed.environ().items():
            click.echo(f"{name}={value}")
    click.echo(_RESTART)


def _known_by(key: str) -> str:
    """The beginning of a key's digest: enough to tell two keys apart, and of no use for anything else."""
    return hashlib.sha256(b"known by " + key.encode()).hexdigest()[:8]
