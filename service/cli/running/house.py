"""Everything Touchline needs to run on one machine: a lock, a secret, Postgres, Redis; what is set is not started."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from service.cli.running.errors import CannotStart
from service.cli.running.keeping import Kept
from service.cli.running.postgres import start_postgres
from service.cli.running.redis import start_redis
from service.cli.running.restarts import forget_restarts
from service.environment import Environment
from service.keys import make_keys, read_keys
from service.settings import load_settings

RUN_FILE = "run.json"


@dataclass(frozen=True, slots=True)
class Services:
    """Where the services are, and the environment that tells it to every process."""

    home: Path
    environ: Mapping[str, str]
    # Those of them that were started here, and are started again where they end by themselves.
    embedded: Sequence[Kept] = ()

    @property
    def database_url(self) -> str:
        return self.environ["DATABASE_URL"]


@contextmanager
def running_services(
    home: Path, environ: Mapping[str, str], *, say: "Say", extra: Mapping[str, str] | None = None
) -> Iterator[Services]:
    """Postgres and Redis for as long as the block lasts; embedded where no address is set.

    Raises CannotStart, or SettingsError before anything is started.
    """
    with ExitStack() as stack:
        _make_home(home)
        stack.enter_context(_locked(home))
        whole = {**environ, **(extra or {}), "TOUCHLINE_HOME": str(home)}
        if not whole.get("SECRET_KEY"):
            make_keys(home)
            whole |= read_keys(Environment(whole), home).environ()
        # Before anything is started: a setting that is missing or malformed is named.
        load_settings(whole)
        embedded: list[Kept] = []
        forget_restarts(home)
        stack.callback(forget_restarts, home)
        if not environ.get("DATABASE_URL"):
            say("starting Postgres" + ("" if (home / "postgres").exists() else ", making its data folder first"))
            postgres = start_postgres(home)
            embedded.append(postgres)
            stack.callback(postgres.stop)
            whole["DATABASE_URL"] = postgres.url
        if not environ.get("REDIS_URL"):
            say("starting Redis")
            redis = start_redis(home)
            embedded.append(redis)
            stack.callback(redis.stop)
            whole["REDIS_URL"] = redis.url
        _note_running(home, whole)
        stack.callback((home / RUN_FILE).unlink, missing_ok=True)
        yield Services(home, whole, embedded)


class Say:
    """Progress, one line at a time."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def __call__(self, line: str) -> None:
        self._out.write(f"  {line}\n")
        self._out.flush()


def _make_home(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe = home / ".probe"
        probe.write_bytes(b"0" * 4096)
        probe.unlink()
    except OSError as broken:
        raise CannotStart(
            f"cannot write to {home}: {broken.strerror}; free some room there, or set TOUCHLINE_HOME to another folder"
        ) from broken
    free = os.statvfs(home).f_bavail * os.statvfs(home).f_frsize
    if free < 300 * 1024 * 1024:
        raise CannotStart(
            f"only {free // 1024 // 1024} MB are free at {home}, and the database needs 300 MB to begin with; "
            "free some room, or set TOUCHLINE_HOME to a folder with more"
        )


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    """One runner at a time on one home. The lock is the kernel's: a runner that was killed leaves none behind."""
    path = home / "lock"
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "another process"
            raise CannotStart(
                f"Touchline is running already in {home} (pid {holder}); stop it first, or set TOUCHLINE_HOME"
            ) from None
        lock.seek(0)
        lock.truncate()
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _note_running(home: Path, environ: Mapping[str, str]) -> None:
    """Tell commands run beside this one where the services are."""
    path = home / RUN_FILE
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    names = ("DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "SANDBOX_URL")
    path.write_text(json.dumps({name: environ[name] for name in names if name in environ}))
