"""What every test may ask for: real Postgres and Redis, started once a run, and a database of its own per worker."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
import time_machine
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from service.cli.running.ports import free_port as find_free_port
from service.cli.running.postgres import CONFIGURATION, start_postgres
from service.cli.running.redis import start_redis
from service.settings import Settings, load_settings
from service.store.engine import make_engine, make_sessions
from service.store.migrate import migrate
from tests.emptying import empty_tables
from tests.moments import (
    MOMENTS,
    StoppedClock,
    environment_of,
    move_database,
    move_home,
    moved,
    seconds_until,
    stopped,
)
from tests.postgres_versions import binaries_of, said_where_missing
from tests.running_house import Up, start

# How long an example takes says how busy the machine is, not whether the code is right.
hypothesis.settings.register_profile("touchline", deadline=None)
hypothesis.settings.load_profile("touchline")

SECRET = "a secret of the tests, forty letters long or so"
# Tests kill processes, never the machine: what was written survives them without waiting for the disk.
_NO_POWER_CUTS = {**CONFIGURATION, "fsync": "off", "full_page_writes": "off"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest --at 2032-02-29T23:50+00:00` runs everything at that moment: this machine's clock and the database's."""
    parser.addoption("--at", type=datetime.fromisoformat, help="run the tests at this moment (with its offset)")
    parser.addoption(
        "--postgres", help="run on this version as Debian installs it, such as 15, not on the embedded one"
    )


def pytest_configure(config: pytest.Config) -> None:
    said_where_missing(config.getoption("--postgres"))
    if moment := config.getoption("--at"):
        time_machine.travel(moment, tick=True).start()
        # It goes on from the first time it is asked.
        datetime.now(UTC)


def pytest_report_header(config: pytest.Config) -> str:
    """Say where a Postgres that was asked for is not there."""
    return said_where_missing(config.getoption("--postgres"))


@pytest.fixture(scope="session", autouse=True)
def _moved_children(request: pytest.FixtureRequest) -> None:
    """Whatever the tests start as processes of their own goes by their clock."""
    if request.config.getoption("--at"):
        os.environ.update(environment_of(seconds_until(datetime.now(UTC))))


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A TOUCHLINE_HOME of this worker's own."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def database_url(home: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated database on an embedded Postgres."""
    binaries = binaries_of(request.config.getoption("--postgres"))
    server = start_postgres(home, configuration=_NO_POWER_CUTS, binaries=binaries)
    try:
        migrate(server.url)
        if request.config.getoption("--at"):
            move_database(server.url)
        yield server.url
    finally:
        server.stop()


@pytest.fixture(scope="session")
def redis_url(home: Path) -> Iterator[str]:
    """An embedded Redis."""
    server = start_redis(home)
    try:
        yield server.url
    finally:
        server.stop()


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    made = make_engine(database_url, pool_size=20)
    yield made
    made.dispose()


@pytest.fixture
def at_moment(request: pytest.FixtureRequest, engine: Engine) -> Iterator[datetime]:
    """Both clocks at one of the moments of tests/moments.py: what `at_any_hour` runs a test at."""
    _unless_moved(request)
    with moved(engine, request.param):
        yield request.param


@pytest.fixture(params=MOMENTS.values(), ids=MOMENTS)
def stopped_clock(request: pytest.FixtureRequest, engine: Engine) -> Iterator[StoppedClock]:
    """The database's clock, stopped at each of those moments in turn."""
    _unless_moved(request)
    with stopped(engine, request.param) as clock:
        yield clock


def _unless_moved(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--at"):
        pytest.skip("has moments of its own, and the clocks are moved already")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what is marked `at_any_hour` at every moment of tests/moments.py."""
    if metafunc.definition.get_closest_marker("at_any_hour"):
        metafunc.fixturenames.insert(0, "at_moment")
        metafunc.parametrize("at_moment", MOMENTS.values(), ids=list(MOMENTS), indirect=True)


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose transaction is rolled back: for rooms, which never commit."""
    with engine.connect() as connection:
        transaction = connection.begin()
        with Session(connection, expire_on_commit=False) as made:
            yield made
        transaction.rollback()


@pytest.fixture
def clean_database(engine: Engine) -> Iterator[None]:
    """Every table empty, and ids counting from 1, before and after a test that commits."""
    _empty(engine)
    yield
    _empty(engine)


def _empty(engine: Engine) -> None:
    with engine.begin() as connection:
        empty_tables(connection)


@pytest.fixture
def sessions(engine: Engine, clean_database: None) -> sessionmaker[Session]:
    """Sessions that commit; the tables are emptied afterwards."""
    return make_sessions(engine)


@pytest.fixture
def settings(database_url: str, home: Path) -> Settings:
    """Settings as a sandbox installation has them, without Redis."""
    return load_settings({"DATABASE_URL": database_url, "SECRET_KEY": SECRET, "TOUCHLINE_HOME": str(home)})


@pytest.fixture
def free_port() -> int:
    return find_free_port()


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test depends on the settings of whoever runs it."""
    for name in [name for name in os.environ if name.startswith(("TWILIO_", "SENDGRID_", "TOUCHLINE_HOME"))]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def up(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Up]:
    """One running house, all its processes, for every test that needs one."""
    home = tmp_path_factory.mktemp("up")
    moved_there = move_home(home, datetime.now(UTC)) if request.config.getoption("--at") else None
    environ, server = moved_there or {}, None
    if version := request.config.getoption("--postgres"):
        server = start_postgres(tmp_path_factory.mktemp("older"), binaries=binaries_of(version))
        environ = {**environ, "DATABASE_URL": server.url}
    running = start(home, find_free_port(), find_free_port(), environ=environ)
    running.forget_quiet_hours()
    yield running
    assert running.stop() == 0
    if server is not None:
        server.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of the one running house in one process, so that there is only one."""
    for item in items:
        if "up" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("up"))
