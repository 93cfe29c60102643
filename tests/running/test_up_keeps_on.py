"""`touchline up` while its processes die."""

import json
import os
import signal
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from service.cli.running.ports import free_port
from tests.running.conftest import until
from tests.running_house import Up, start


def _pid(up: Up, words: str) -> int | None:
    """The process that `touchline up` started with these words in its command."""
    asked = ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(up.process.pid)]
    lines = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.splitlines()
    found = [int(line.split()[0]) for line in lines if words in line]
    return found[0] if found else None


def _is_ready(up: Up) -> bool:
    try:
        with urllib.request.urlopen(f"{up.public_url}/readyz?all", timeout=10) as answer:
            return json.loads(answer.read())["reasons"] == []
    except (urllib.error.URLError, OSError):
        return False


@pytest.mark.journey
@pytest.mark.parametrize("words", ["--queues bulk", "--queues prompt", "workers.schedule", "granian"])
def test_a_process_that_is_killed_runs_again_and_the_rest_goes_on(up: Up, words: str) -> None:
    killed = _pid(up, words)
    assert killed is not None
    others = {each: _pid(up, each) for each in ("--queues bulk", "workers.schedule", "granian") if each != words}

    os.kill(killed, signal.SIGKILL)

    until(lambda: _pid(up, words) not in {None, killed}, "it is started again")
    until(lambda: _is_ready(up), "everything is at work again")
    assert {each: _pid(up, each) for each in others} == others
    until(lambda: "was killed (SIGKILL); it is started again" in "".join(up.lines), "it is said")
    assert "was started again" in up.command("doctor")


@pytest.mark.journey
def test_it_says_that_it_is_up_only_when_everybody_is_at_work(up: Up) -> None:
    told = up.said.index("Touchline is up.")

    assert _pid(up, "--queues prompt") is not None
    assert "cannot be" not in up.said[:told]


@pytest.mark.journey
def test_a_worker_that_cannot_start_is_named_and_the_rest_is_up(tmp_path: Path) -> None:
    up = start(tmp_path, free_port(), free_port(), environ={"BULK_WORKERS": "none"})
    try:
        assert "Touchline is up." not in up.said
        assert "worker-bulk cannot be started: it ended by itself with 2" in up.said
        assert "worker-bulk cannot be kept running: it ended by itself with 2 at once" in up.said
        with urllib.request.urlopen(f"{up.public_url}/readyz", timeout=10) as answer:
            told = json.loads(answer.read())
        assert told["status"] == "degraded"
        assert "nobody works on blasts: no worker-bulk process has been heard from" in told["reasons"]
    finally:
        assert up.stop() == 0
