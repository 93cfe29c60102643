"""How Touchline starts, stops, and says why it cannot."""

import io
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from service.cli.running.errors import CannotStart
from service.cli.running.house import Say, running_services
from service.cli.running.ports import free_port, is_taken
from service.cli.running.postgres import start_postgres
from service.cli.running.processes import Runner
from service.cli.running.redis import start_redis
from tests.running_house import until

ROOT = Path(__file__).parents[2]
PROCESS = [sys.executable, "-c", "import time; print('alive', flush=True); time.sleep(600)"]


def _touchline(*words: str, home: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "service.cli.main", *words],
        cwd=ROOT,
        env={**os.environ, "TOUCHLINE_HOME": str(home), **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


def _lives(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0]
    except OSError:
        return False


def test_postgres_keeps_its_data_and_its_promises_over_a_restart(tmp_path: Path) -> None:
    first = start_postgres(tmp_path)
    with psycopg.connect(first.url) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('still here')")
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
    first.stop()

    second = start_postgres(tmp_path)
    with psycopg.connect(second.url) as connection:
        found = connection.execute("SELECT word FROM kept").fetchone()
    second.stop()

    assert found == ("still here",)


def test_a_postgres_that_was_killed_comes_back(tmp_path: Path) -> None:
    first = start_postgres(tmp_path)
    os.killpg(first.process.pid, signal.SIGKILL)
    first.process.wait()

    second = start_postgres(tmp_path)
    with psycopg.connect(second.url) as connection:
        answer = connection.execute("SELECT 1").fetchone()
    second.stop()

    assert answer == (1,)


def test_a_half_finished_first_run_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "postgres.making").mkdir()
    (tmp_path / "postgres.making" / "PG_VERSION").write_text("18\n")

    server = start_postgres(tmp_path)
    server.stop()

    assert (tmp_path / "postgres" / "PG_VERSION").exists()


def test_a_folder_of_somebody_else_s_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "letters").write_text("mine")

    with pytest.raises(CannotStart, match="holds no database"):
        start_postgres(tmp_path)

    assert (tmp_path / "postgres" / "letters").read_text() == "mine"


def test_redis_starts_with_a_password_and_stops(tmp_path: Path) -> None:
    server = start_redis(tmp_path)
    server.stop()

    assert server.process.returncode is not None
    assert ":@" not in server.url


def test_two_runners_do_not_share_a_home(tmp_path: Path) -> None:
    set_outside = {"DATABASE_URL": "postgresql://x@127.0.0.1/x", "REDIS_URL": "redis://127.0.0.1/0"}
    say = Say(io.StringIO())

    with (
        running_services(tmp_path, set_outside, say=say),
        pytest.raises(CannotStart, match=str(os.getpid())),
        running_services(tmp_path, set_outside, say=say),
    ):
        pass
    # The lock is the kernel's: a file left behind is no lock.
    with running_services(tmp_path, set_outside, say=say) as services:
        assert len(services.environ["SECRET_KEY"]) == 64


def test_a_home_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")

    done = _touchline("up", "--port", str(free_port()), "--sandbox-port", str(free_port()), home=blocked)

    assert done.returncode == 1
    assert "set TOUCHLINE_HOME to another folder" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_in_use_is_named_with_the_way_out(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = _touchline("up", "--port", str(port), home=tmp_path)

    assert done.returncode == 1
    assert done.stderr.strip() == f"touchline: port {port} is in use by another program; choose another with --port"


def test_a_malformed_setting_ends_the_start_in_one_line(tmp_path: Path) -> None:
    done = _touchline("report", "x", home=tmp_path, DATABASE_URL="mysql://x", SECRET_KEY="x" * 40)

    assert done.returncode == 1
    assert done.stderr.strip().startswith("touchline: DATABASE_URL: must begin with postgresql://")
    assert len(done.stderr.splitlines()) == 1


def test_a_command_without_a_running_house_says_how_to_get_one(tmp_path: Path) -> None:
    done = _touchline("report", "x", home=tmp_path, SECRET_KEY="x" * 40)

    assert done.returncode == 1
    assert "start it with `make up`, or set DATABASE_URL" in done.stderr


def test_a_process_that_will_not_stop_is_killed_with_all_it_started(tmp_path: Path) -> None:
    stubborn = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
        "print(child.pid, flush=True); time.sleep(600)"
    )
    runner = Runner(os.environ, tmp_path, None, stop_seconds=0.5)
    runner.start("stubborn", [sys.executable, "-c", stubborn])
    log = tmp_path / "stubborn.log"
    until(lambda: log.exists() and log.read_text().strip())

    runner.stop()

    until(lambda: not _lives(int(log.read_text())))


def test_no_child_outlives_a_runner_that_is_killed_outright(tmp_path: Path) -> None:
    program = (
        "import os, sys, time; from pathlib import Path; from service.cli.running.processes import Runner;"
        f"runner = Runner(os.environ, Path({str(tmp_path)!r}), None);"
        "runner.start('child', [sys.executable, '-c', 'import time; time.sleep(600)']);"
        "print(runner.pid_of('child'), flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True) as runner:
        assert runner.stdout is not None
        child = int(runner.stdout.readline())

        runner.kill()
        runner.wait()

    until(lambda: not _lives(child))


def test_a_free_port_is_free(free_port: int) -> None:
    assert not is_taken(free_port)


def test_make_knows_the_commands_of_the_readme() -> None:
    makefile = (ROOT / "Makefile").read_text()

    for target in ("up", "demo", "test", "check", "bench", "lock"):
        assert f"\n{target}:" in makefile
    assert "make test" in (ROOT / ".ci" / "run").read_text()
