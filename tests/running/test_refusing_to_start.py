"""Every process refuses to start on a setting that is missing or malformed, and names it in one line."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from service.cli.running.ports import free_port
from service.cli.running.processes import command_of, read_procfile

ROOT = Path(__file__).parents[2]
PROCESSES = {**read_procfile((ROOT / "Procfile").read_text())}
PROCESSES |= {"cli": "python -m service.cli.main report fair-trials", "standing in": "python -m workers.polling bulk"}
WRONG: Mapping[str, Mapping[str, str]] = {
    "SECRET_KEY: at least 32 characters": {"SECRET_KEY": "short"},
    "DATABASE_URL: cannot be read as an address": {
        "DATABASE_URL": "postgresql://touchline:a#b@db.example.org/touchline"
    },
    "PUBLIC_URL: an address that begins with http": {"PUBLIC_URL": "act.example.org"},
    "LOG_LEVEL: one of": {"LOG_LEVEL": "VERBOSE"},
    "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN: needed with SMS_PROVIDER=twilio": {"SMS_PROVIDER": "twilio"},
    "SMS_PROVIDER: the sandbox is only for": {"PUBLIC_URL": "https://act.example.org", "SMS_PROVIDER": "sandbox"},
}
FIRST = next(iter(WRONG))


def _start(line: str, home: Path, wrong: Mapping[str, str]) -> subprocess.Popen[str]:
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "TOUCHLINE_HOME": str(home),
        "SECRET_KEY": "x" * 40,
        "DATABASE_URL": "postgresql://touchline@127.0.0.1:1/touchline",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "PORT": str(free_port()),
        **wrong,
    }
    command = command_of(line, environ)
    return subprocess.Popen(command, env=environ, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def _refused(running: subprocess.Popen[str]) -> str:
    """What it said, once it has ended by itself."""
    try:
        out, err = running.communicate(timeout=120)
    finally:
        running.kill()
    assert running.returncode not in {0, None}
    assert not out
    assert len(err.splitlines()) == 1, err
    return err


@pytest.mark.parametrize("name", sorted(PROCESSES))
def test_it_says_which_setting_is_wrong_and_ends(name: str, tmp_path: Path) -> None:
    """All read the same settings: the quickest to start is tried with each of them, the others with two."""
    tried = WRONG if name == "web" else {FIRST: WRONG[FIRST]}
    if name != "cli":
        tried = {**tried, "DATABASE_URL: not set": {"DATABASE_URL": ""}}
    if name.startswith("worker"):
        tried = {**tried, "REDIS_URL: not set": {"REDIS_URL": ""}}
    started = {said: _start(PROCESSES[name], tmp_path, wrong) for said, wrong in tried.items()}

    found = {said: _refused(running) for said, running in started.items()}

    assert {said: err for said, err in found.items() if not err.startswith(f"touchline: {said}")} == {}


def test_up_names_it_before_anything_is_started(tmp_path: Path) -> None:
    ports = f"--port {free_port()} --sandbox-port {free_port()}"

    said = _start(f"python -m service.cli.main up {ports}", tmp_path / "home", {"REDIS_URL": "http://127.0.0.1:1"})

    out, err = said.communicate(timeout=120)
    assert said.returncode == 1
    assert err.startswith("touchline: REDIS_URL: must begin with redis://")
    assert "Postgres" not in out
