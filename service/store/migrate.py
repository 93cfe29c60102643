"""Bring the database to the shape this version expects."""

from functools import cache
from pathlib import Path
from time import sleep

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, text

from service.store.engine import sqlalchemy_url

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 7_714_209
_WAIT_SECONDS = 0.2


def alembic_config(url: str) -> Config:
    """Alembic's settings without a file: where the migrations are and which database they are for."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = sqlalchemy_url(url)
    return config


def migrate(url: str) -> None:
    """Upgrade to the newest migration; two that start together wait for one another."""
    engine = create_engine(sqlalchemy_url(url), connect_args={"connect_timeout": 5})
    try:
        with engine.connect() as connection:
            # Asked for again and again: whoever waits within a statement keeps an index from being built beside it.
            while not connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _LOCK}):
                connection.commit()
                sleep(_WAIT_SECONDS)
            connection.commit()
            config = alembic_config(url)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
            connection.commit()
    finally:
        engine.dispose()


@cache
def newest_migration() -> str | None:
    """The newest migration this version knows."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


@cache
def known_migrations() -> frozenset[str]:
    """Every migration this version knows."""
    return frozenset(step.revision for step in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def is_fit(migration: str | None) -> bool:
    """Whether this version can work on a database at this migration: its newest, or one that came after it was made.

    What a version needs is never taken away by the next one, so an older program goes on beside a newer.
    """
    return migration is not None and (migration == newest_migration() or migration not in known_migrations())


def is_migrated(engine: Engine) -> bool:
    """Whether the database stands at the newest migration this version knows."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest_migration()
