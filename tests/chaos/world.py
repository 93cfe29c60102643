"""A whole installation as processes, with a campaign in it and all its people, that chaos is let loose on."""

import json
import secrets
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from service.cli.running.ports import free_port
from service.cli.running.postgres import start_postgres
from service.cli.running.processes import command_of, read_procfile
from service.cli.running.redis import start_redis
from service.consenting.consent import AddressKey
from service.domain.channel import Channel
from service.settings import Settings, load_settings
from service.store.engine import make_engine, make_sessions
from service.store.migrate import migrate
from tests import make
from tests.chaos.processes import Process, Server

ROOT = Path(__file__).parents[2]
_DOMAIN = "example.org"
_Found = TypeVar("_Found")


@dataclass
class World:
    """Every process by its name, and how to speak to the installation from outside."""

    home: Path
    settings: Settings
    environ: Mapping[str, str]
    postgres: Server
    redis: Server
    processes: dict[str, Process]
    sessions: sessionmaker[Session]

    def called(self, kind: str) -> list[Process]:
        """Processes of a kind: bulk, ticker."""
        return [process for name, process in self.processes.items() if name.startswith(kind)]

    def in_transaction(self, deed: Callable[[Session], _Found], *, patience: float = 60.0) -> _Found:
        """Do it, again and again while the database is away."""
        give_up = time.monotonic() + patience
        while True:
            try:
                with self.sessions.begin() as session:
                    return deed(session)
            except DBAPIError:
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.2)

    def ask_sandbox(self, method: str, path: str, content: object = None) -> dict[str, object]:
        asked = urllib.request.Request(
            self.settings.sandbox_url + path,
            data=None if content is None else json.dumps(content).encode(),
            method=method,
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return dict(json.loads(answer.read()))

    def start_ticker(self, name: str) -> Process:
        process = Process(name, command_of("python -m workers.schedule", self.environ), self.environ, self._log(name))
        process.start()
        self.processes[name] = process
        return process

    def _log(self, name: str) -> Path:
        return self.home / f"{name}.log"


@contextmanager
def running_world(home: Path, *, people: int, seconds: float) -> Iterator[World]:
    """Start everything, put the campaign and its people there, and end it all afterwards."""
    postgres, redis = start_postgres(home), start_redis(home)
    environ = _environ(home, postgres.url, redis.url)
    servers = (
        Server("postgres", postgres.process, home / "postgres.log"),
        Server("redis", redis.process, home / "redis.log"),
    )
    settings = load_settings(environ)
    migrate(postgres.url)
    sessions = make_sessions(make_engine(postgres.url, pool_size=4))
    world = World(home, settings, environ, *servers, {}, sessions)
    try:
        _settle(world, people=people, seconds=seconds)
        _start_processes(world, people)
        yield world
    finally:
        for process in world.processes.values():
            process.stop()
        sessions.kw["bind"].dispose()
        for server in servers:
            server.stop()


def _environ(home: Path, database_url: str, redis_url: str) -> dict[str, str]:
    port, sandbox_port = free_port(), free_port()
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SECRET_KEY": secrets.token_hex(24),
        "TOUCHLINE_HOME": str(home),
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "SANDBOX_URL": f"http://127.0.0.1:{sandbox_port}",
        "SANDBOX_PORT": str(sandbox_port),
        "LOG_LEVEL": "WARNING",
    }


def _start_processes(world: World, people: int) -> None:
    environ = world.environ
    sandbox = [sys.executable, "-m", "sandbox", "--quiet", "--keep", str(people * 4), "--pace", "0.2"]
    commands = {"sandbox": sandbox}
    lines = read_procfile((ROOT / "Procfile").read_text())
    for kind, count in (("web", 1), ("worker-prompt", 1), ("worker-bulk", 2), ("ticker", 2)):
        for number in range(1, count + 1):
            line = lines[kind].replace("@%h", f"{number}@%h")
            commands[f"{kind.removeprefix('worker-')}-{number}"] = command_of(line, environ)
    for name, command in commands.items():
        world.processes[name] = Process(name, command, environ, world.home / f"{name}.log")
        world.processes[name].start()
        if name == "sandbox":
            wait_for(f"{world.settings.sandbox_url}/healthz")
    wait_for(f"{world.settings.public_url}/healthz")


def wait_for(address: str, *, seconds: float = 60.0) -> None:
    """Wait until something answers there."""
    give_up = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.1)


def phone_of(supporter_id: int) -> str:
    """The number of the supporter with this id, from those that are nobody's."""
    return f"+447700900{supporter_id:06}"


_PEOPLE = text("""
    INSERT INTO supporters (first_name, email, email_hash, phone, phone_hash, created_at, time_zone)
    SELECT 'Ana', email, email_hash, phone, phone_hash, now(), 'Europe/London'
    FROM unnest(CAST(:emails AS text[]), CAST(:email_hashes AS bytea[]), CAST(:phones AS text[]),
                CAST(:phone_hashes AS bytea[])) AS given(email, email_hash, phone, phone_hash)
""")
_CONSENTS = text("""
    WITH given AS (
        INSERT INTO consents (campaign_id, channel, act, supporter_id, address_hash, wording, source, at)
        SELECT 1, channel, 'given', id, CASE channel WHEN 'email' THEN email_hash ELSE phone_hash END, 'I agree.',
            'chaos', now()
        FROM supporters, unnest(ARRAY['email', 'sms']) AS channel WHERE channel = 'email' OR phone IS NOT NULL
        RETURNING id, channel, supporter_id, address_hash
    )
    INSERT INTO permissions (campaign_id, channel, supporter_id, consent_id, address_hash, given_at)
    SELECT 1, channel, supporter_id, id, address_hash, now() FROM given
""")
_PACE = text("INSERT INTO senders (channel, name, per_second) VALUES (:channel, :name, :rate)")


def _settle(world: World, *, people: int, seconds: float) -> None:
    """A campaign whose first blast is due at once, and a stage an hour before a kick-off that comes half-way."""
    key = AddressKey.of(world.settings)
    numbers = range(1, people + 1)
    emails = [f"ana{number}@{_DOMAIN}" for number in numbers]
    # Every second person has a mobile too: the web process hears twice of each text, and can take some 200 a second.
    phones = [phone_of(number) if number % 2 else None for number in numbers]
    now = datetime.now(UTC)
    half_way = now + timedelta(seconds=seconds / 2)
    with world.sessions.begin() as session:
        campaign = make.campaign(session, match=make.fixture(session, kick_off_at=half_way + timedelta(hours=1)))
        session.execute(
            _PEOPLE,
            {
                "emails": emails,
                "email_hashes": [key.hash(Channel.EMAIL, each) for each in emails],
                "phones": phones,
                "phone_hashes": [each and key.hash(Channel.SMS, each) for each in phones],
            },
        )
        session.execute(_CONSENTS)
        make.blast(session, campaign)
        make.stage(
            session,
            campaign,
            slug="hour-before",
            offset=timedelta(hours=-1),
            channels=(Channel.EMAIL,),
            due_at=half_way,
        )
        # So slowly that it is under way for as long as things break.
        for channel, name in ((Channel.EMAIL, _DOMAIN), (Channel.SMS, world.settings.pool[0])):
            session.execute(
                _PACE,
                {
                    "channel": channel,
                    "name": name,
                    "rate": max(5.0, people / seconds * (1.5 if channel is Channel.EMAIL else 0.75)),
                },
            )
