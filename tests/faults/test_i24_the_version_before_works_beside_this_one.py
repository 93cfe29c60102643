"""I24: this version and the one before it run together: on one schema, and with one another's nudges."""

from itertools import pairwise

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from service.domain.errand import Errand
from service.store.engine import sqlalchemy_url
from service.store.migrate import MIGRATIONS, alembic_config

_COLUMNS = text("""
    SELECT table_name, column_name, is_nullable = 'YES' OR column_default IS NOT NULL AS may_be_left_out
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'
""")
# Never renamed and never taken away: the version before still asks for them.
_KNOWN_ERRANDS = {
    "sending.open_blasts",
    "sending.deliver_email",
    "sending.deliver_sms",
    "sending.deliver_prompt",
    "sending.send_notices",
    "sending.settle_doubts",
    "listening.catch_up_inbound",
}
_STEPS = [step.revision for step in ScriptDirectory(str(MIGRATIONS)).walk_revisions()][::-1]


def _columns_at(url: str, revision: str) -> dict[tuple[str, str], bool]:
    engine = create_engine(sqlalchemy_url(url))
    config = alembic_config(url)
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()
        found = connection.execute(_COLUMNS).all()
    engine.dispose()
    return {(row.table_name, row.column_name): row.may_be_left_out for row in found}


@pytest.mark.parametrize(("before", "after"), list(pairwise(_STEPS)))
def test_i24_what_the_version_before_writes_fits_the_new_tables(database_url: str, before: str, after: str) -> None:
    name = f"before_{after}"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = database_url.rpartition("/")[0] + f"/{name}"

    old, new = _columns_at(url, before), _columns_at(url, after)

    assert set(old) <= set(new), "a column the version before uses is gone"
    added = {column for column in set(new) - set(old) if column[0] in {table for table, _ in old}}
    assert {column for column in added if not new[column]} == set(), "the version before cannot fill this"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name}")


def test_i24_the_nudges_of_the_version_before_are_still_understood() -> None:
    assert {str(errand) for errand in Errand} >= _KNOWN_ERRANDS
