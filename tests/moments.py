"""The hours at which software breaks, and clocks moved there: this machine's and the database's, both together."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import time_machine
from sqlalchemy import Engine, text

from service.cli.running.postgres import start_postgres

# All of them ahead of today, so that nothing made before lies in their future.
MOMENTS = {
    "at night": datetime(2029, 1, 16, 2, 15, tzinfo=UTC),
    "over midnight": datetime(2029, 1, 16, 23, 59, 59, tzinfo=UTC),
    "as clocks go forward": datetime(2029, 3, 25, 0, 59, 59, tzinfo=UTC),
    "as clocks go back": datetime(2029, 10, 28, 0, 59, 59, tzinfo=UTC),
    "on 29 February": datetime(2032, 2, 29, 20, 59, 59, tzinfo=UTC),
}

# The product asks `clock_timestamp()` and `now()`; a schema that is searched before pg_catalog answers in their place. It
# is one of its own, and how far ahead is in another that is not searched: what is found is the product's only.
MOVE = """
    CREATE SCHEMA moved;
    CREATE SCHEMA hours;
    CREATE TABLE hours.clock (ahead interval NOT NULL, stopped_at timestamptz);
    INSERT INTO hours.clock VALUES (interval '{seconds} seconds');
    CREATE FUNCTION moved.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS
        'SELECT coalesce(stopped_at, pg_catalog.clock_timestamp() + ahead) FROM hours.clock';
    CREATE FUNCTION moved.now() RETURNS timestamptz LANGUAGE sql STABLE AS
        'SELECT coalesce(stopped_at, pg_catalog.now() + ahead) FROM hours.clock';
    DO $$ BEGIN
        EXECUTE 'ALTER DATABASE ' || quote_ident(current_database()) || ' SET search_path = public, moved, pg_catalog';
    END $$;
"""
MOVE_BACK = """
    DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || quote_ident(current_database()) || ' RESET search_path'; END $$;
    DROP SCHEMA moved CASCADE;
    DROP SCHEMA hours CASCADE;
"""


@dataclass(frozen=True, slots=True)
class StoppedClock:
    """The database's clock, standing still until it is told to go on."""

    engine: Engine
    began_at: datetime

    def go_on(self, span: timedelta) -> None:
        with self.engine.begin() as connection:
            connection.execute(text("UPDATE hours.clock SET stopped_at = stopped_at + :span"), {"span": span})


@contextmanager
def moved(engine: Engine, moment: datetime) -> Iterator[None]:
    """Both clocks at this moment, going on from there, for as long as the block lasts."""
    ahead = seconds_until(moment)
    with _database_moved(engine, ahead), time_machine.travel(moment, tick=True):
        # It goes on from the first time it is asked.
        datetime.now(UTC)
        yield


@contextmanager
def stopped(engine: Engine, moment: datetime) -> Iterator[StoppedClock]:
    """Both clocks stopped at this moment."""
    # Stopped both: what a slow machine writes meanwhile would lie in the database's future.
    with _database_moved(engine, seconds_until(moment)), time_machine.travel(moment, tick=False):
        with engine.begin() as connection:
            connection.execute(text("UPDATE hours.clock SET stopped_at = :at"), {"at": moment})
        yield StoppedClock(engine, moment)


def move_home(home: Path, moment: datetime) -> dict[str, str]:
    """Prepare a home whose database's clock stands at this moment; the environment that moves its processes' there."""
    seconds = seconds_until(moment)
    home.mkdir(parents=True, exist_ok=True)
    server = start_postgres(home)
    try:
        _move(server.url, seconds)
    finally:
        server.stop()
    return environment_of(seconds)


def seconds_until(moment: datetime) -> float:
    """How far ahead of the real clock a moment is, wherever this Python's clock has been moved."""
    real = time_machine.escape_hatch.time if time_machine.escape_hatch.is_travelling() else time
    return moment.timestamp() - float(real.time())


def environment_of(seconds: float) -> dict[str, str]:
    """What moves the clock of every Python that is started with it."""
    return {"PYTHONPATH": str(Path(__file__).parent / "moved"), "MOVED_SECONDS": str(seconds)}


def move_database(url: str) -> None:
    """Move a database's clock to where this Python's is, for as long as the database lives."""
    _move(url, seconds_until(datetime.now(UTC)))


def _move(url: str, seconds: float) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(MOVE.format(seconds=seconds).encode())


def wait_in(database_url: str, span: timedelta) -> None:
    """Let the moved database's clock be so much later at once: what decides about sending asks no other."""
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE hours.clock SET ahead = ahead + %s", (span,))


@contextmanager
def _database_moved(engine: Engine, seconds: float) -> Iterator[None]:
    with engine.begin() as connection:
        connection.exec_driver_sql(MOVE.format(seconds=seconds))
    # Only what connects from now on looks at the moved clock.
    engine.dispose()
    try:
        yield
    finally:
        engine.dispose()
        with engine.begin() as connection:
            connection.exec_driver_sql(MOVE_BACK)
        engine.dispose()
