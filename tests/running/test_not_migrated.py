"""A program on a database without its tables: every process says what to do, in one line, and goes on when it is done."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from service.cli.running.processes import Runner, command_of, read_procfile
from service.store.migrate import migrate
from tests.conftest import SECRET
from tests.running.conftest import ROOT, until

_TOLD = "the database is not migrated: run `touchline migrate`"


@pytest.fixture
def environ(database_url: str, redis_url: str, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Settings with a database that holds nothing."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE bare")
    yield {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": database_url.rpartition("/")[0] + "/bare",
        "REDIS_URL": redis_url,
        "SECRET_KEY": SECRET,
        "TOUCHLINE_HOME": str(tmp_path),
    }
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE bare WITH (FORCE)")


def test_the_doctor_says_to_migrate_and_looks_at_the_rest(environ: dict[str, str]) -> None:
    asked = [sys.executable, "-m", "service.cli.main", "doctor"]

    done = subprocess.run(asked, env=environ, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "BAD database: it is not migrated -> run `touchline migrate`" in done.stdout
    assert "Redis: answers" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_another_command_says_so_too(environ: dict[str, str]) -> None:
    asked = [sys.executable, "-m", "service.cli.main", "report", "nowhere"]

    done = subprocess.run(asked, env=environ, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr.strip()) == (1, f"touchline: {_TOLD}")


@pytest.mark.journey
@pytest.mark.parametrize("name", ["ticker", "worker-bulk"])
def test_workers_and_ticker_say_so_without_a_traceback_and_begin_when_it_is_done(
    environ: dict[str, str], tmp_path: Path, name: str
) -> None:
    runner = Runner(environ, tmp_path / "logs", None)
    log = tmp_path / "logs" / f"{name}.log"
    try:
        runner.start(name, command_of(read_procfile((ROOT / "Procfile").read_text())[name], environ))
        until(lambda: log.exists() and _TOLD in log.read_text(), "it says what to do")
        assert "Traceback" not in log.read_text()

        migrate(environ["DATABASE_URL"])

        until(lambda: _beats(environ["DATABASE_URL"], name.removeprefix("worker-")), "it is at work")
        assert runner.ended(name) is None
    finally:
        runner.stop()


def _beats(url: str, kind: str) -> bool:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT 1 FROM heartbeats WHERE kind = %s", [kind]).fetchone() is not None
