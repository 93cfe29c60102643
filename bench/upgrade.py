"""The upgrade of a full database while 0.2.0 goes on writing: how long anybody has to wait because of it."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from alembic import command
from sqlalchemy import Engine, text

from bench.before import ACTS, REVISION, Act, add_people, keep_on
from bench.table import Line
from service.cli.running.postgres import start_postgres
from service.store.engine import make_engine
from service.store.migrate import alembic_config

_QUIET_SECONDS = 5.0
# In a process of its own, as at a release: within this one it would take turns with everybody.
_MIGRATE = "import sys; from service.store.migrate import migrate; migrate(sys.argv[1])"
# People come one after the other, and leave the machine something to upgrade with.
_PAUSE_SECONDS = 0.01


class _Person(Thread):
    """Does one thing again and again; remembers the longest it took."""

    def __init__(self, engine: Engine, act: Act, done: Event) -> None:
        super().__init__()
        self._engine, self._act, self._done_with = engine, act, done
        self._began = 0.0
        self.longest = 0.0
        self.count = 0

    def run(self) -> None:
        with self._engine.connect() as connection:
            self._began = time.perf_counter()
            keep_on(self._act, connection, until=self._done_with.is_set, note=self._note)

    def _note(self, number: int) -> None:
        self.count = number
        self.longest = max(self.longest, time.perf_counter() - self._began)
        time.sleep(_PAUSE_SECONDS)
        self._began = time.perf_counter()


_BLOCKED = text("""
    SELECT coalesce(extract(epoch FROM max(clock_timestamp() - l.waitstart)), 0) FROM pg_locks l
    WHERE NOT l.granted AND l.waitstart IS NOT NULL AND EXISTS (
        SELECT FROM pg_stat_activity a WHERE a.pid = ANY(pg_blocking_pids(l.pid)) AND a.application_name = '')
""")


class _Watcher(Thread):
    """Looks who waits for a lock of the upgrade, which is whoever has not named itself; remembers the longest."""

    def __init__(self, engine: Engine, done: Event) -> None:
        super().__init__()
        self._engine, self._done_with = engine, done
        self.longest = 0.0

    def run(self) -> None:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while not self._done_with.is_set():
                self.longest = max(self.longest, float(connection.scalar(_BLOCKED)))
                time.sleep(_PAUSE_SECONDS)


@contextmanager
def _people(engine: Engine) -> Iterator[Mapping[str, _Person]]:
    """Everybody at once, for as long as the block lasts."""
    done = Event()
    people = {name: _Person(engine, act, done) for name, act in ACTS.items()}
    for person in people.values():
        person.start()
    try:
        yield people
    finally:
        done.set()
        for person in people.values():
            person.join()


def measure(home: Path, *, people: int) -> Sequence[Line]:
    """So many supporters in a database of 0.2.0: everybody at work for some seconds, and then during the upgrade."""
    home.mkdir(parents=True, exist_ok=True)
    server = start_postgres(home)
    engine = make_engine(server.url, pool_size=20, statement_timeout_ms=900_000)
    try:
        command.upgrade(alembic_config(server.url), REVISION)
        with engine.begin() as connection:
            add_people(connection, people)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
            connection.execute(text("CHECKPOINT"))
        upgrade, blocked, busy, quiet = _upgrade(server.url, engine)
    finally:
        engine.dispose()
        server.stop()
    waits = [
        Line(
            f"the same: longest it took to {name}",
            busy[name].longest,
            "s",
            1.0,
            0.2,
            less_is_better=True,
            limit=quiet[name],
            limit_is="the same without the upgrade",
            notes=(f"{busy[name].count:,} times",),
        )
        for name in ACTS
    ]
    return [
        Line(f"upgrade of {people:,} people from 0.2.0, all of it", upgrade, "s"),
        Line("the same: longest anybody waited for a lock of the upgrade", blocked, "s", 1.0, 0.5, less_is_better=True),
        *waits,
    ]


def _upgrade(url: str, engine: Engine) -> tuple[float, float, Mapping[str, _Person], Mapping[str, float]]:
    done = Event()
    watcher = _Watcher(engine, done)
    with _people(engine) as busy:
        time.sleep(_QUIET_SECONDS)
        quiet = {name: person.longest for name, person in busy.items()}
        for person in busy.values():
            person.longest = 0.0
        watcher.start()
        began = time.perf_counter()
        try:
            subprocess.run([sys.executable, "-c", _MIGRATE, url], check=True)
        finally:
            done.set()
            watcher.join()
        took = time.perf_counter() - began
    return took, watcher.longest, busy, quiet
