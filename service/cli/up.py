"""`touchline up`: everything on one machine, embedded where no address is set."""

import json
import os
import signal
import socket
import sys
import threading
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import TextIO
from urllib.error import HTTPError

import click

from service import clock
from service.cli.opening import plainly
from service.cli.running.errors import CannotStart
from service.cli.running.house import Say, Services, running_services
from service.cli.running.keeping import Keeper, Kept, KeptProcess
from service.cli.running.ports import is_taken
from service.cli.running.processes import Runner, command_of, read_procfile
from service.domain.manager import Role
from service.planning.loading import load_campaign
from service.planning.managers import list_managers, make_sign_in_link
from service.reporting.house import forget_who_was_here
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
_HEALTHY_SECONDS = 90.0
_LOOK_SECONDS = 0.3


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
        with running_house(services, settings, say, sandbox_port=sandbox_port, out=sys.stdout) as running:
            missing = wait_until_ready(running, settings)
            if not running.stop.is_set():
                click.echo(_where(settings, first_link(settings), missing))
            running.keep_on()
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
    _forget_who_was_here(settings)
    if sample:
        _load_sample(settings, say)
    return settings


def _forget_who_was_here(settings: Settings) -> None:
    """A run that was killed left heartbeats behind: they must not pass for those of this one."""
    engine = make_engine(settings.database_url or "")
    with make_sessions(engine).begin() as session:
        forget_who_was_here(session, host=socket.gethostname())
    engine.dispose()


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


@dataclass(frozen=True, slots=True)
class Running:
    """What runs, whoever keeps it running, and whether somebody has asked for the end."""

    runner: Runner
    keeper: Keeper
    stop: threading.Event

    def keep_on(self) -> None:
        """Keep everything running until told to stop."""
        while not self.stop.wait(_LOOK_SECONDS):
            self.keeper.look()


class running_house:  # noqa: N801 - used like the context managers beside it
    """The processes of the Procfile, and the sandbox where it is used, for as long as the block lasts."""

    def __init__(
        self, services: Services, settings: Settings, say: Say, *, sandbox_port: int, out: TextIO | None
    ) -> None:
        self._runner = Runner(services.environ, services.home / "logs", out)
        self._services, self._settings, self._say, self._sandbox_port = services, settings, say, sandbox_port
        self._stop = threading.Event()

    def __enter__(self) -> Running:
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
            # The web process reads the key that the sandbox signs with.
            wait_for_page(f"{self._settings.sandbox_url}/healthz", self._running())
        for name, line in read_procfile((ROOT / "Procfile").read_text()).items():
            if name != "release":
                self._runner.start(name, command_of(line, self._services.environ))
        return self._running()

    def __exit__(self, *_: object) -> None:
        self._runner.stop()

    def _running(self) -> Running:
        kept: list[Kept] = [*self._services.embedded]
        kept += [KeptProcess(name, self._runner) for name in self._runner.names]
        return Running(self._runner, Keeper(kept, self._services.home, self._say, clock.now), self._stop)

    def _asked(self, *_: int | FrameType | None) -> None:
        if self._stop.is_set():
            os._exit(130)
        self._stop.set()


def wait_until_ready(running: Running, settings: Settings) -> Sequence[str]:
    """Wait until all are at work; what is missing where some cannot be started. Raises CannotStart where no page shows."""
    root = f"http://127.0.0.1:{running.runner.environ['PORT']}"
    wait_for_page(f"{root}/readyz", running)
    missing: Sequence[str] = []
    give_up = time.monotonic() + _HEALTHY_SECONDS
    while time.monotonic() < give_up and not running.stop.wait(_LOOK_SECONDS):
        running.keeper.look()
        missing = [f"{name} cannot be started: it {running.keeper.why(name)}" for name in running.keeper.failing()]
        if missing:
            return missing
        missing = [f"{name} {running.keeper.why(name)}" for name in running.keeper.ended()] + _reasons(
            f"{root}/readyz?all"
        )
        if not missing:
            return []
    return missing


def _reasons(address: str) -> list[str]:
    """What does not work yet."""
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - our own loopback
            answer.read()
            return []
    except HTTPError as degraded:
        return list(json.loads(degraded.read())["reasons"])
    except OSError as broken:
        return [f"the web process does not answer: {broken}"]


def wait_for_page(address: str, running: Running) -> None:
    """Wait until an address answers with 200. Raises CannotStart when what serves it cannot be started or time runs out."""
    give_up = time.monotonic() + _HEALTHY_SECONDS
    while time.monotonic() < give_up and not running.stop.is_set():
        running.keeper.look()
        for name in {"web", "sandbox", "postgres"} & set(running.keeper.failing()):
            log = running.runner.logs / f"{name}.log"
            raise CannotStart(f"{name} {running.keeper.why(name)} at once, again and again; see {log}")
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 - our own loopback
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.15)
    if not running.stop.is_set():
        logs = running.runner.logs
        raise CannotStart(f"{address} did not answer within {_HEALTHY_SECONDS:.0f} s; see the logs in {logs}")


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


def _where(settings: Settings, link: str | None, missing: Sequence[str]) -> str:
    state = ["Touchline is up."]
    if missing:
        state = ["Touchline runs, but not all of it is up:", *(f"  {each}" for each in missing)]
        state += ["What cannot be started is tried again every minute; `touchline doctor` tells more."]
    lines = [
        "",
        *state,
        f"  Landing page  {settings.public_url}/",
        f"  Console       {settings.public_url}/console/",
    ]
    if link is not None:
        lines.append(f"  First sign-in {link}  (works once, as {FIRST_MANAGER})")
    lines += [f"  Note          {each}" for each in settings.unsent]
    if settings.uses_sandbox:
        lines.append(f"  Sandbox       {settings.sandbox_url}/  (every email and text lands here)")
    return "\n".join([*lines, "  Ctrl-C stops everything; the data is kept.", ""])
