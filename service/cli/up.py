"""`touchline up`: everything on one machine, embedded where no address is set."""

import os
import signal
import sys
import threading
import time
import urllib.request
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType
from urllib.error import URLError

import click

from service import clock
from service.cli.opening import plainly
from service.cli.running.errors import CannotStart
from service.cli.running.house import Say, Services, running_services
from service.cli.running.ports import is_taken
from service.cli.running.processes import Runner, command_of, read_procfile
from service.domain.manager import Role
from service.planning.loading import load_campaign
from service.planning.managers import list_managers, make_sign_in_link
from service.settings import Settings, load_settings
from service.store.engine import make_engine, make_sessions
from service.store.migrate import migrate
from service.store.queries import campaigns
from service.wording.campaign_reader import read_campaign
from service.wording.links import link_keys
from service.wording.shelf import TEMPLATES

ROOT = Path(__file__).parents[2]
SAMPLE = TEMPLATES / "campaigns" / "azerbaijan-england"
FIRST_MANAGER = "manager@example.org"
_HEALTHY_SECONDS = 60.0


@click.command()
@click.option("--port", default=8000, show_default=True, help="Where the web pages answer.")
@click.option("--sandbox-port", default=8026, show_default=True, help="Where the sandbox answers.")
@click.option("--sample/--no-sample", default=True, help="Load the sample campaign where there is none.")
@plainly
def up(port: int, sandbox_port: int, *, sample: bool) -> None:
    """Start everything on this machine and print where it is. Ctrl-C stops it; the data stays."""
    home = Path(os.environ.get("TOUCHLINE_HOME") or ".touchline").absolute()
    check_ports({"--port": port, "--sandbox-port": sandbox_port})
    say = Say(sys.stdout)
    click.echo(f"Touchline, in {home}")
    with running_services(home, os.environ, say=say, extra=addresses(port, sandbox_port)) as services:
        settings = prepare(services, say, sample=sample)
        with running_house(services, settings, sandbox_port=sandbox_port, out=sys.stdout) as (runner, stop):
            wait_until_healthy(runner, settings)
            click.echo(_where(settings, first_link(settings)))
            ended = runner.wait(stop)
        if ended is not None and not stop.is_set():
            log = home / "logs" / f"{ended[0]}.log"
            raise CannotStart(f"{ended[0]} ended by itself with {ended[1]}; what it said is in {log}")
    click.echo("Stopped. Start again with `make up`; your data is kept.")


def addresses(port: int, sandbox_port: int) -> dict[str, str]:
    """The addresses every process is told, unless they are set already."""
    given = {"PORT": str(port), "SANDBOX_URL": f"http://127.0.0.1:{sandbox_port}"}
    given["PUBLIC_URL"] = os.environ.get("PUBLIC_URL") or f"http://127.0.0.1:{port}"
    return given


def check_ports(ports: Mapping[str, int]) -> None:
    """Raise CannotStart for the first port that somebody else has."""
    for option, port in ports.items():
        if is_taken(port):
            raise CannotStart(f"port {port} is in use by another program; choose another with {option}")


def prepare(services: Services, say: Say, *, sample: bool) -> Settings:
    """Migrate, and put the sample campaign there where there is no campaign at all."""
    say("migrating the database")
    try:
        migrate(services.database_url)
    except OSError as broken:
        raise CannotStart(f"the database could not be migrated: {broken}") from broken
    settings = load_settings(services.environ)
    if sample:
        _load_sample(settings, say)
    return settings


def _load_sample(settings: Settings, say: Say) -> None:
    engine = make_engine(settings.database_url or "")
    with make_sessions(engine).begin() as session:
        if not campaigns.every(session):
            say("loading the sample campaign, its kick-off five days from now")
            now = clock.now()
            load_campaign(session, read_campaign(SAMPLE), now=now, kick_off_at=sample_kick_off(now))
    engine.dispose()


def sample_kick_off(now: datetime) -> datetime:
    """Five days ahead at the hour the match was played, 17:00 UTC, whenever somebody tries Touchline out."""
    return (now + timedelta(days=5)).replace(hour=17, minute=0, second=0, microsecond=0)


class running_house:  # noqa: N801 - used like the context managers beside it
    """The processes of the Procfile, and the sandbox where it is used, for as long as the block lasts."""

    def __init__(self, services: Services, settings: Settings, *, sandbox_port: int, out: object) -> None:
        lines = out if hasattr(out, "write") else None
        self._runner = Runner(services.environ, services.home / "logs", lines)  # type: ignore[arg-type]  # a stream
        self._services, self._settings, self._sandbox_port = services, settings, sandbox_port
        self._stop = threading.Event()

    def __enter__(self) -> tuple[Runner, threading.Event]:
        """Start them; a signal asks for the end, a second one insists."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._asked)
        if self._settings.uses_sandbox:
            self._runner.start(
                "sandbox",
                [
                    *(sys.executable, "-m", "sandbox", "--port", str(self._sandbox_port)),
                    *("--public-url", self._settings.public_url, "--home", str(self._services.home), "--quiet"),
                ],
            )
            wait_for(f"{self._settings.sandbox_url}/healthz", self._runner)
        for name, line in read_procfile((ROOT / "Procfile").read_text()).items():
            if name != "release":
                self._runner.start(name, command_of(line, self._services.environ))
        return self._runner, self._stop

    def __exit__(self, *_: object) -> None:
        self._runner.stop()

    def _asked(self, *_: int | FrameType | None) -> None:
        if self._stop.is_set():
            os._exit(130)
        self._stop.set()


def wait_until_healthy(runner: Runner, settings: Settings) -> None:
    """Wait for the web pages to answer and the ticker to tick. Raises CannotStart."""
    port = runner.environ["PORT"]
    wait_for(f"http://127.0.0.1:{port}/healthz", runner)
    wait_for(f"http://127.0.0.1:{port}/readyz", runner)


def wait_for(address: str, runner: Runner) -> None:
    """Wait until an address answers with 200. Raises CannotStart when a process ends or time runs out."""
    give_up = time.monotonic() + _HEALTHY_SECONDS
    while time.monotonic() < give_up:
        if (ended := runner.dead()) is not None:
            raise CannotStart(f"{ended[0]} ended at once with {ended[1]}; see {runner.logs / ended[0]}.log")
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 - our own loopback
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.15)
    raise CannotStart(f"{address} did not answer within {_HEALTHY_SECONDS:.0f} s; see the logs in {runner.logs}")


def first_link(settings: Settings) -> str | None:
    """A one-time sign-in link for the first manager, until somebody has set a password."""
    engine = make_engine(settings.database_url or "")
    try:
        with make_sessions(engine).begin() as session:
            known = list_managers(session)
            if any(manager.has_password for manager in known):
                return None
            key = link_keys(settings)[0]
            return make_sign_in_link(
                session, FIRST_MANAGER, Role.ADMIN, public_url=settings.public_url, key=key, now=clock.now()
            )
    finally:
        engine.dispose()


def _where(settings: Settings, link: str | None) -> str:
    lines = [
        "",
        "Touchline is up.",
        f"  Landing page  {settings.public_url}/",
        f"  Console       {settings.public_url}/console/",
    ]
    if link is not None:
        lines.append(f"  First sign-in {link}  (works once, as {FIRST_MANAGER})")
    if settings.uses_sandbox:
        lines.append(f"  Sandbox       {settings.sandbox_url}/  (every email and text lands here)")
    return "\n".join([*lines, "  Ctrl-C stops everything; the data is kept.", ""])
