"""An installation's own processes on the tests' database: workers, ticker and sandbox as the Procfile has them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.cli.running.ports import free_port
from service.cli.running.processes import Runner, command_of, read_procfile
from service.cli.running.redis import EmbeddedRedis, start_redis
from service.domain.channel import Channel
from service.store.tables.campaign import Campaign
from tests import make
from tests.conftest import SECRET

ROOT = Path(__file__).parents[2]
DEV = "+447700900123"
# However busy the machine is: what has not happened by then does not happen.
PATIENCE = 180.0


@dataclass
class Installation:
    """Processes, the broker they were told of, and the database they work on."""

    runner: Runner
    redis: EmbeddedRedis
    sessions: sessionmaker[Session]

    def start(self) -> None:
        """Start a worker of each kind and the ticker."""
        lines = read_procfile((ROOT / "Procfile").read_text())
        for name in ("worker-prompt", "worker-bulk", "ticker"):
            self.runner.start(name, command_of(lines[name], self.runner.environ))

    def schedule_blast(self) -> int:
        """A blast to everybody that is due now."""
        with self.sessions.begin() as session:
            return make.blast(session, session.get_one(Campaign, 1), channels=(Channel.EMAIL,)).id

    def ask(self, question: str, **values: object) -> object:
        """One value the database knows."""
        with self.sessions() as session:
            return session.scalar(text(question), values)

    def is_done(self, blast_id: int) -> bool:
        """Whether everybody's copy of the blast was taken by the provider."""
        states = "SELECT array_agg(DISTINCT state) FROM batches WHERE blast_id = :blast_id"
        return self.ask(states, blast_id=blast_id) == ["accepted"]

    def ended(self) -> list[str]:
        """Processes that have ended by themselves."""
        return [name for name in self.runner.names if self.runner.ended(name) is not None]

    def log(self, name: str) -> str:
        return (self.runner.logs / f"{name}.log").read_text()


def until(true: Callable[[], object], what: str) -> None:
    """Wait for something to come true."""
    give_up = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < give_up, f"did not come true: {what}"
        time.sleep(0.2)


def pollers_of(runner: Runner) -> list[str]:
    """The processes that stand in for workers of this runner."""
    parents = ",".join(str(runner.pid_of(name)) for name in runner.names)
    found = subprocess.run(["ps", "-ww", "-o", "args=", "--ppid", parents], capture_output=True, text=True, check=False)
    return [line for line in found.stdout.splitlines() if "workers.polling" in line]


@pytest.fixture
def installation(tmp_path: Path, database_url: str, sessions: sessionmaker[Session]) -> Iterator[Installation]:
    """The sandbox, a broker that answers, four supporters; nothing else is started yet."""
    with sessions.begin() as session:
        campaign = make.campaign(session)
        for name in ("Ana", "Bilal", "Cora"):
            make.supporter(session, name, campaign=campaign)
        make.supporter(session, "Dev", campaign=campaign, phone=DEV)
    redis, port = start_redis(tmp_path), free_port()
    environ = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": database_url,
        "REDIS_URL": redis.url,
        "SECRET_KEY": SECRET,
        "TOUCHLINE_HOME": str(tmp_path),
        "SANDBOX_URL": f"http://127.0.0.1:{port}",
        "PUBLIC_URL": "http://127.0.0.1:1",
        "LOG_LEVEL": "WARNING",
    }
    runner = Runner(environ, tmp_path / "logs", None, stop_seconds=60)
    sandbox = [sys.executable, "-m", "sandbox", "--port", str(port), "--home", str(tmp_path), "--quiet"]
    runner.start("sandbox", [*sandbox, "--public-url", environ["PUBLIC_URL"]])
    try:
        yield Installation(runner, redis, sessions)
    finally:
        redis.process.send_signal(signal.SIGCONT)
        runner.stop()
        redis.stop()
