"""I24: the upgrade from 0.2.0 runs while 0.2.0 goes on writing: nothing is lost, nobody is kept waiting, and it may be stopped."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import sleep

import psycopg
import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError

from bench.before import ACTS, REVISION, Act, add_people, keep_on
from service.store.engine import sqlalchemy_url
from service.store.migrate import alembic_config, is_migrated, migrate

_AT_LEAST = 15
# What must hold however the acts of people and the steps of the upgrade fell together: each counts what is wrong.
_WRONG = {
    "signatures miscounted": """SELECT (SELECT coalesce(sum(count), 0) FROM signature_counts) -
        (SELECT count(*) FROM signatures WHERE withdrawn_at IS NULL AND NOT awaits_name)""",
    "signatures without a name count": """SELECT count(*) FROM signatures g JOIN supporters s ON s.id = g.supporter_id
        WHERE s.erased_at IS NULL AND awaits_name <> (name = '')""",
    "mailboxes not known": """SELECT (SELECT count(*) FROM supporters
            WHERE email_canonical IS DISTINCT FROM canonical_email(email)) +
        (SELECT count(*) FROM sign_ups WHERE email_canonical IS DISTINCT FROM canonical_email(email))""",
    "permissions without their address": """SELECT count(*) FROM permissions p JOIN supporters s ON s.id = p.supporter_id
        WHERE s.erased_at IS NULL AND p.address_hash IS DISTINCT FROM
            CASE p.channel WHEN 'email' THEN s.email_hash ELSE s.phone_hash END""",
    "consents without their address": """SELECT count(*) FROM consents c JOIN supporters s ON s.id = c.supporter_id
        WHERE s.erased_at IS NULL AND c.address_hash IS DISTINCT FROM
            CASE c.channel WHEN 'email' THEN s.email_hash ELSE s.phone_hash END""",
    "conversations not as the texts are": """SELECT count(*) FROM (
        SELECT phone, (array_agg(id ORDER BY received_at DESC, id DESC))[1] AS newest,
            count(*) FILTER (WHERE needs_answer AND handled_at IS NULL) AS waiting
        FROM replies WHERE phone IS NOT NULL GROUP BY phone) told
        FULL JOIN conversations kept ON kept.phone = told.phone
        WHERE kept.newest_reply_id IS DISTINCT FROM told.newest OR kept.waiting_count IS DISTINCT FROM told.waiting""",
    "the word erased for an address": """SELECT (SELECT count(*) FROM sign_ups WHERE email = 'erased') +
        (SELECT count(*) FROM replies WHERE phone = 'erased') +
        (SELECT count(*) FROM notices WHERE to_address = 'erased')""",
    "forgotten without saying when": """SELECT count(*) FROM suppressions
        WHERE reason = 'erased' AND forgotten_at IS NULL""",
    "indexes that serve nobody": "SELECT count(*) FROM pg_index WHERE NOT indisvalid",
    "conditions that were not looked at": "SELECT count(*) FROM pg_constraint WHERE NOT convalidated",
}
_DONE = {
    "join": "SELECT count(*) FROM supporters s JOIN permissions p ON p.supporter_id = s.id WHERE s.email LIKE 'new%'",
    "stop": "SELECT count(*) FROM suppressions WHERE reason = 'stop'",
    "reply": "SELECT count(*) FROM replies WHERE provider_ref LIKE 'new%'",
    "answer": "SELECT count(*) FROM replies WHERE handled_by = 'Dev'",
    "forget": "SELECT count(*) FROM supporters WHERE erased_at IS NOT NULL",
    "click": "SELECT count(*) FROM actions WHERE detail LIKE 'new%'",
}


@pytest.fixture
def before(database_url: str, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A database as 0.2.0 has it, with people in it."""
    name = "upgraded"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    engine = create_engine(sqlalchemy_url(database_url.rpartition("/")[0] + f"/{name}"), pool_size=20)
    _upgrade(engine, REVISION)
    with engine.begin() as connection:
        add_people(connection, getattr(request, "param", 60))
    yield engine
    engine.dispose()
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _url(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def _upgrade(engine: Engine, revision: str = "head") -> None:
    config = alembic_config(_url(engine))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()


def _number(engine: Engine, question: str) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text(question)) or 0)


def _wrong(engine: Engine) -> dict[str, int]:
    return {what: found for what, question in _WRONG.items() if (found := _number(engine, question))}


class _Somebody(Thread):
    """Does one thing over and over, as 0.2.0 does it, until told to stop; remembers how often, and what went wrong."""

    def __init__(self, engine: Engine, act: Act, done: Event) -> None:
        super().__init__()
        self._engine, self._act, self._done_with = engine, act, done
        self.numbers: list[int] = []
        self.trouble: DBAPIError | None = None

    def _may_stop(self) -> bool:
        return self._done_with.is_set() and len(self.numbers) >= _AT_LEAST

    def run(self) -> None:
        try:
            with self._engine.connect() as connection:
                keep_on(self._act, connection, until=self._may_stop, note=self.numbers.append)
        except DBAPIError as trouble:
            self.trouble = trouble


@pytest.mark.parametrize("before", [4_500], indirect=True)
def test_i24_nothing_is_lost_that_the_version_before_writes_during_the_upgrade(before: Engine) -> None:
    done = Event()
    people = {name: _Somebody(before, act, done) for name, act in ACTS.items()}
    for one in people.values():
        one.start()

    try:
        migrate(_url(before))
    finally:
        done.set()
        for one in people.values():
            one.join()

    assert {name: one.trouble for name, one in people.items() if one.trouble} == {}
    assert _wrong(before) == {}
    assert is_migrated(before)
    for name, question in _DONE.items():
        there = _number(before, question)
        # Numbers above those of the people in the database had nothing to do.
        assert there == len(people[name].numbers) or len(people[name].numbers) > 1_400, name


def test_i24_an_upgrade_stopped_anywhere_goes_on_when_run_again(before: Engine) -> None:
    stops = 0
    while not is_migrated(before):
        stops += 1
        with _stopped_after(before, 3 * stops):
            try:
                _upgrade(before)
            except DBAPIError as stopped:
                assert stopped.connection_invalidated  # noqa: PT017 - one of many runs
        for number, act in enumerate((ACTS["join"], ACTS["sign"], ACTS["reply"], ACTS["answer"]), start=stops):
            with before.connect() as connection:
                act.do(connection, number)

    assert stops > 10
    assert _wrong(before) == {}
    command.check(alembic_config(_url(before)))


@contextmanager
def _stopped_after(engine: Engine, statements: int) -> Iterator[None]:
    """The connection that upgrades is ended by the server before its so-manieth statement."""
    said = []

    def count(connection, cursor, statement, *rest) -> None:  # type: ignore[no-untyped-def] - SQLAlchemy's own shape
        said.append(statement)
        if len(said) == statements:
            pid = cursor.connection.info.backend_pid
            with psycopg.connect(_url(engine).replace("+psycopg", ""), autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s, 10000)", (pid,))

    event.listen(engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", count)


def test_i24_an_index_whose_building_was_stopped_is_built_anew(before: Engine) -> None:
    building = (
        "SELECT pid FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%' AND wait_event_type = 'Lock'"
    )
    upgrade = Thread(target=_upgrade_until_stopped, args=(before,))
    with before.connect() as reader:
        reader.execution_options(isolation_level="REPEATABLE READ")
        reader.execute(text("SELECT 1"))
        upgrade.start()
        pid = _wait_for(before, building, upgrade)

        with before.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": pid})
        upgrade.join()
        assert "indexes that serve nobody" in _only_invalid(before)

    migrate(_url(before))
    assert _wrong(before) == {}


def _upgrade_until_stopped(engine: Engine) -> None:
    with pytest.raises(DBAPIError):
        migrate(_url(engine))


def _only_invalid(engine: Engine) -> dict[str, int]:
    name = "indexes that serve nobody"
    return {name: found} if (found := _number(engine, _WRONG[name])) else {}


def _wait_for(engine: Engine, question: str, upgrade: Thread) -> int:
    while not (found := _number(engine, question)):
        assert upgrade.is_alive(), "the upgrade is over without having waited"
        sleep(0.01)
    return found


def test_i24_people_go_on_while_the_upgrade_waits_for_somebody_who_takes_long(before: Engine) -> None:
    upgrade = Thread(target=migrate, args=(_url(before),))
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'"
    with before.connect() as somebody:
        somebody.execute(text("SELECT count(*) FROM permissions, consents, supporters WHERE false"))
        upgrade.start()
        _wait_for(before, waiting, upgrade)

        with before.connect() as connection:
            for number in range(1, 6):
                ACTS["stop"].do(connection, number)
                ACTS["join"].do(connection, number)

        assert not is_migrated(before)
        somebody.rollback()
    upgrade.join()
    assert is_migrated(before)
    assert _wrong(before) == {}


_TABLE = r"(?:ONLY )?(\w+)"


def test_i24_no_step_of_the_upgrade_holds_a_busy_table_for_longer_than_a_moment(before: Engine) -> None:
    tables = _files(before)
    said: list[str] = []
    event.listen(before, "before_cursor_execute", lambda a, b, statement, *rest: said.append(statement))

    _upgrade(before)

    messages = [
        re.sub(r"\$\$.*?\$\$", "", message, flags=re.DOTALL) for message in said if "alembic_version" not in message
    ]
    steps = [step.strip() for message in messages for step in message.split(";\n")]
    assert {table: file for table, file in _files(before).items() if tables.get(table, file) != file} == {}, (
        "written anew"
    )
    for step in steps:
        if found := re.match(r"CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY).* ON " + _TABLE, step):
            assert found[1] not in tables, step
        if found := re.match(r"(?:UPDATE|DELETE FROM) " + _TABLE, step):
            assert found[1] not in tables or re.search(r"BETWEEN %\(first\)s|email = 'erased'", step), step
        if "ADD CONSTRAINT" in step:
            assert "NOT VALID" in step, step
    for message in messages:
        changed = set(re.findall(r"(?:ALTER TABLE|LOCK TABLE|TRIGGER [^$]*? ON) " + _TABLE, message)) & set(tables)
        assert len(changed) <= 1, message


def _files(engine: Engine) -> dict[str, int]:
    """The file each table is kept in: another one where it was written anew."""
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT relname, relfilenode FROM pg_class WHERE relkind = 'r' AND oid >= 16384")
        )
        return {row.relname: row.relfilenode for row in rows}
