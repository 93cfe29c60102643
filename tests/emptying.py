"""Empty the database between tests, touching only the tables that hold something: there are many, and many tests."""

from sqlalchemy import Connection, text

from service.store.tables import Base

# More rows than this are faster gone with the whole file than one by one.
_MANY = 2_000
_NAMES = [table.name for table in Base.metadata.sorted_tables]
_HELD = text(
    " UNION ALL ".join(
        f"SELECT '{name}' AS name, count(*) AS rows FROM (SELECT FROM {name} LIMIT {_MANY + 1}) AS part"
        for name in _NAMES
    )
)
_RESTART = text("""
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) FROM pg_sequences
    WHERE schemaname = 'public' AND last_value IS NOT NULL
""")


def empty_tables(connection: Connection) -> None:
    """Every table empty but for the rows of the installation itself and of where its audit ends, and ids counting from 1."""
    held = {name: rows for name, rows in connection.execute(_HELD).all() if rows}
    # Keys and triggers would be asked row by row; nothing is left for them to look at. The audit's refuse it all.
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    if many := [name for name, rows in held.items() if rows > _MANY]:
        connection.execute(text(f"TRUNCATE {', '.join(many)} CASCADE"))
    for name in held:
        connection.execute(text(f"DELETE FROM {name}"))
    connection.execute(text("SET LOCAL session_replication_role = origin"))
    connection.execute(_RESTART)
    connection.execute(text("INSERT INTO house (id) VALUES (1)"))
    connection.execute(text("INSERT INTO audit_heads (id) VALUES (1)"))
