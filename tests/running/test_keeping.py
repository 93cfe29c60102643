"""What ends by itself is started again, sooner or later, and it is said."""

import io
import os
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from redis import Redis
from redis.exceptions import RedisError

from service.cli.running.keeping import Keeper, KeptProcess, spell_end
from service.cli.running.postgres import start_postgres
from service.cli.running.processes import Runner
from service.cli.running.redis import start_redis
from service.cli.running.restarts import read_restarts
from tests.running.conftest import until

_LASTING = [sys.executable, "-c", "import time; time.sleep(600)"]


@dataclass
class Machine:
    """A process that lives or has ended as it is told, and what was done to it, by a clock of its own."""

    name: str = "worker-bulk"
    code: int | None = None
    seconds: float = 0.0
    starts: list[float] = field(default_factory=list)
    dies_at_once: bool = False

    def ended(self) -> int | None:
        return self.code

    def start_again(self) -> None:
        self.starts.append(self.seconds)
        self.code = 1 if self.dies_at_once else None


@dataclass
class Watched:
    """A machine, its keeper and what the keeper said."""

    machine: Machine
    keeper: Keeper
    said: list[str]

    def for_seconds(self, seconds: float) -> None:
        """Let so much time pass, looking four times a second."""
        ends = self.machine.seconds + seconds
        while self.machine.seconds < ends:
            self.machine.seconds += 0.25
            self.keeper.look()


def _watched(home: Path) -> Watched:
    machine, said = Machine(), list[str]()
    keeper = Keeper(
        [machine], home, said.append, lambda: datetime(2026, 11, 14, 17, tzinfo=UTC), lambda: machine.seconds
    )
    return Watched(machine, keeper, said)


def test_one_that_is_killed_is_started_again_after_a_second_and_it_is_said(tmp_path: Path) -> None:
    watched = _watched(tmp_path)
    watched.for_seconds(100)

    watched.machine.code = -9
    watched.for_seconds(30)

    assert watched.machine.starts == [101.25]
    assert watched.said == [
        "worker-bulk was killed (SIGKILL); it is started again in 1 s, the rest goes on",
        "worker-bulk runs again",
    ]


def test_one_that_dies_at_once_is_tried_again_ever_more_slowly_and_that_is_said_plainly(tmp_path: Path) -> None:
    watched = _watched(tmp_path)
    watched.machine.dies_at_once, watched.machine.code = True, 3

    watched.for_seconds(300)

    waits = [
        round(after - before) for before, after in zip(watched.machine.starts, watched.machine.starts[1:], strict=False)
    ]
    assert waits[:5] == [2, 5, 15, 60, 60]
    assert watched.keeper.failing() == ["worker-bulk"]
    told = f"cannot be kept running: it ended by itself with 1 at once, 3 times in a row; see {tmp_path}/logs/worker-bulk.log"
    assert any(told in line for line in watched.said)


def test_one_that_runs_well_again_is_forgiven(tmp_path: Path) -> None:
    watched = _watched(tmp_path)
    watched.machine.dies_at_once, watched.machine.code = True, 1
    watched.for_seconds(60)
    watched.machine.dies_at_once = False
    watched.for_seconds(120)

    watched.machine.code = -9
    before = watched.machine.seconds
    watched.for_seconds(10)

    assert watched.keeper.failing() == []
    assert watched.machine.starts[-1] - before < 2


def test_what_was_started_again_can_be_read_by_the_doctor_beside_it(tmp_path: Path) -> None:
    watched = _watched(tmp_path)
    assert read_restarts(tmp_path) == []

    watched.machine.code = -9
    watched.for_seconds(3)

    (known,) = read_restarts(tmp_path)
    assert (known.name, known.why, known.at, known.is_running) == (
        "worker-bulk",
        "was killed (SIGKILL)",
        "17:00:00 UTC",
        True,
    )


def test_a_real_process_that_is_killed_runs_again_beside_one_that_goes_on(tmp_path: Path) -> None:
    out = io.StringIO()
    runner = Runner(os.environ, tmp_path / "logs", out)
    for name in ("dying", "lasting"):
        runner.start(name, _LASTING)
    keeper = Keeper(
        [KeptProcess(name, runner) for name in runner.names], tmp_path, lambda _: None, lambda: datetime.now(UTC)
    )
    first, lasting = runner.pid_of("dying"), runner.pid_of("lasting")

    os.kill(first, 9)
    until(lambda: keeper.look() or runner.pid_of("dying") != first, "it is started again")

    assert runner.ended("dying") is None
    assert runner.pid_of("lasting") == lasting
    runner.stop()


def test_a_postgres_that_is_killed_comes_back_where_it_was_with_what_it_held(tmp_path: Path) -> None:
    server = start_postgres(tmp_path)
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'still here' AS word")
    keeper = Keeper([server], tmp_path, lambda _: None, lambda: datetime.now(UTC))

    os.killpg(server.process.pid, 9)

    def word() -> object:
        keeper.look()
        try:
            with psycopg.connect(server.url, connect_timeout=2) as connection:
                return connection.execute("SELECT word FROM kept").fetchone()
        except psycopg.OperationalError:
            return None

    server.process.wait()
    until(word, "it answers again")
    server.stop()


def test_a_redis_that_is_killed_comes_back_where_it_was(tmp_path: Path) -> None:
    server = start_redis(tmp_path)
    keeper = Keeper([server], tmp_path, lambda _: None, lambda: datetime.now(UTC))

    server.process.kill()
    server.process.wait()

    def answers() -> bool:
        keeper.look()
        try:
            with Redis.from_url(server.url) as client:
                return bool(client.ping())
        except RedisError:
            time.sleep(0.1)
            return False

    until(answers, "it answers again")
    server.stop()


def test_how_a_process_ended_is_said_in_words() -> None:
    assert spell_end(1) == "ended by itself with 1"
    assert spell_end(-15) == "was killed (SIGTERM)"
    assert spell_end(-64) == "was killed (signal 64)" or "SIG" in spell_end(-64)
