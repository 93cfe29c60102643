"""How Alembic reaches the database: the connection it is handed, or the address."""

from alembic import context
from sqlalchemy import Connection, create_engine, pool

from service.store.online import PLAIN_WAIT
from service.store.tables import Base


def run(connection: Connection) -> None:
    """Run what is asked for on an open connection, with short waits for locks and all the time for the rest."""
    connection.exec_driver_sql(f"SET lock_timeout = '{PLAIN_WAIT}'; SET statement_timeout = 0")
    # Several statements that go in one message cannot be prepared, and some are said again and again.
    if driver := connection.connection.driver_connection:
        driver.prepare_threshold = None
    # From here each migration has its transaction to itself, and may leave it to change tables beside the writers.
    connection.commit()
    context.configure(
        connection=connection, target_metadata=Base.metadata, compare_type=True, transaction_per_migration=True
    )
    with context.begin_transaction():
        context.run_migrations()


handed: Connection | None = context.config.attributes.get("connection")
if handed is not None:
    run(handed)
else:
    engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
    with engine.connect() as opened:
        run(opened)
        opened.commit()
