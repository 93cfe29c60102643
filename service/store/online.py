"""Change tables while people go on reading and writing them: the steps that migrations of busy tables are made of.

Each step commits by itself and may be run again, so that a migration that was stopped anywhere is simply run once more.
No step waits for a lock longer than LOCK_WAIT, for everybody else would queue behind it; it gives way and tries again.
That is less than Postgres' deadlock_timeout, so where two wait for each other it is the migration that lets go.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import repeat
from time import sleep

from alembic import op
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError, PendingRollbackError

from service.store.races import RACES

LOCK_WAIT = "400ms"
# Of what waits outside of these steps: downgrades, and the migrations of the first versions.
PLAIN_WAIT = "4s"
# Rows filled in one transaction, and so locked at one time: for some milliseconds.
PAGE = 500
# About ten minutes: longer than an import's chunk or a report, shorter than a backup of ten million people.
_PAUSES = (*(0.02, 0.1, 0.3, 1.0), *repeat(2.0, 300))

log = logging.getLogger(__name__)


class TableBusy(Exception):
    """Something else has held a table or its rows for ten minutes: end it (see pg_stat_activity) and migrate again."""

    def __str__(self) -> str:
        return self.__doc__ or ""


@contextmanager
def online() -> Iterator[None]:
    """A stretch of a migration in which each step commits by itself, and waits for locks but shortly."""
    lost = None
    try:
        with op.get_context().autocommit_block():
            try:
                # What a step wrote is on the disk before the version is: commits reach it in their order.
                op.execute(f"SET lock_timeout = '{LOCK_WAIT}'; SET synchronous_commit = off")
                yield
                op.execute(f"SET lock_timeout = '{PLAIN_WAIT}'; RESET synchronous_commit")
            except OperationalError as error:
                lost = error
                raise
    except PendingRollbackError:
        # A connection that was lost cannot be tidied up, which is what is said in place of why it was lost.
        if lost is None:
            raise
        raise lost from None


def apply(*statements: str) -> None:
    """Run statements as one short transaction, again and again until it got its locks."""
    patiently(partial(_done, ";\n".join(statements)))


def apply_to(ends: Mapping[str, object], statement: str) -> None:
    """Run a statement on a range of a table, as one short transaction."""
    patiently(partial(_done, statement, ends))


def apply_and_look(looking: Connection, *statements: str) -> None:
    """Apply statements, the first of which keeps writers out, and let another connection see the moment of it.

    `looking` goes on seeing the database as it was then for as long as its transaction lasts, and keeps nobody waiting.
    """
    patiently(partial(_look, looking.execution_options(isolation_level="REPEATABLE READ"), ";\n".join(statements)))


def replace_check(table: str, name: str, condition: str) -> None:
    """Hold new rows to a condition at once, then look at the old ones while people go on writing."""
    added = f"ADD CONSTRAINT {name} CHECK ({condition}) NOT VALID"
    apply(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}, {added}")
    apply(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


_SOUND = text("""
    SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE c.relname = ANY(:names) AND i.indisvalid AND pg_table_is_visible(c.oid)
""")


def build_indexes(indexes: Mapping[str, str]) -> None:
    """Build the indexes that are not there yet beside the writers; a name that begins with uq_ is of a unique one.

    One that was interrupted stands there invalid and helps nobody; it is built anew.
    """
    sound = set(op.get_bind().scalars(_SOUND, {"names": list(indexes)}))
    # Whoever builds waits for transactions under way, and nobody waits for whoever builds.
    op.execute("SET lock_timeout = 0")
    for name, what in indexes.items():
        if name not in sound:
            patiently(partial(_build_index, name, what))
    op.execute(f"SET lock_timeout = '{LOCK_WAIT}'")


def drop_indexes(*names: str) -> None:
    """Drop indexes, where they are still there, beside whoever reads and writes."""
    op.execute("SET lock_timeout = 0")
    for name in names:
        patiently(partial(_done, f"DROP INDEX CONCURRENTLY IF EXISTS {name}"))
    op.execute(f"SET lock_timeout = '{LOCK_WAIT}'")


def pages(table: str, *, key: str, within: str = "true", size: int = PAGE) -> Iterator[dict[str, object]]:
    """The table in ranges of an indexed key, `first` to `last`, as far as it goes when asked.

    Rows that come later are a trigger's, which must be there before.
    """
    bind = op.get_bind()
    # A key may be of bytes, which only Postgres 18 has a max() of.
    last = f"SELECT {key} FROM {table} WHERE {within} ORDER BY {key} DESC LIMIT 1"  # noqa: S608 - a migration's own words
    end = bind.scalar(text(last))
    after = None
    while end is not None:
        beyond = "true" if after is None else f"{key} > :after"
        page = text(f"""
            WITH page AS (
                SELECT {key} AS key FROM {table} WHERE {within} AND {beyond} AND {key} <= :end
                ORDER BY {key} LIMIT {size})
            SELECT (SELECT key FROM page ORDER BY key LIMIT 1) AS first,
                (SELECT key FROM page ORDER BY key DESC LIMIT 1) AS last
        """)  # noqa: S608 - a migration's own words
        found = bind.execute(page, {"end": end} | ({} if after is None else {"after": after})).one()
        if found.last is None:
            return
        yield {"first": found.first, "last": found.last}
        after = found.last


def fill(table: str, sets: str, *, key: str, due: str, within: str = "true") -> None:
    """Update the rows that are due, a range of an indexed key at a time.

    A row that somebody holds is passed over and asked again: whoever waits for nobody is in nobody's deadlock.
    """
    page = f"{within} AND {key} BETWEEN :first AND :last AND ({due})"
    free = f"SELECT ctid FROM {table} WHERE {page} FOR NO KEY UPDATE SKIP LOCKED"  # noqa: S608 - as above
    some = f"UPDATE {table} SET {sets} WHERE ctid = ANY(ARRAY({free}))"  # noqa: S608 - as above
    left = f"SELECT EXISTS (SELECT FROM {table} WHERE {page})"  # noqa: S608 - as above
    for ends in pages(table, key=key, within=within):
        patiently(partial(_filled, some, left, ends))


def patiently(step: Callable[[], bool]) -> None:
    """Try a step until it says that it is done; losing a race for a lock is no failure. Raises TableBusy in the end."""
    if _won(step):
        return
    for pause in _PAUSES:
        sleep(pause)
        if _won(step):
            return
    raise TableBusy


def _won(step: Callable[[], bool]) -> bool:
    try:
        return step()
    except OperationalError as lost:
        if not isinstance(lost.orig, RACES):
            raise
        log.info("a step of the migration gave way to others and is tried again")
        return False


def _done(statement: str, ends: Mapping[str, object] | None = None) -> bool:
    op.get_bind().execute(text(statement), ends)
    return True


def _look(looking: Connection, statements: str) -> bool:
    looking.rollback()
    try:
        _done(f"BEGIN;\n{statements}")
        looking.execute(text("SELECT 1"))
    except BaseException:
        _done("ROLLBACK")
        raise
    return _done("COMMIT")


def _build_index(name: str, what: str) -> bool:
    unique = "UNIQUE " if name.startswith("uq_") else ""
    _done(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
    return _done(f"CREATE {unique}INDEX CONCURRENTLY {name} ON {what}")


def _filled(some: str, left: str, ends: Mapping[str, object]) -> bool:
    _done(some, ends)
    return not op.get_bind().scalar(text(left), ends)
