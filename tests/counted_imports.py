"""What the database is made to do in the moment in which a chunk of an import is counted."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker


@contextmanager
def when_counted(sessions: sessionmaker[Session], condition: str, deed: str) -> Iterator[None]:
    """The database does this as soon as a chunk is counted for which the condition holds."""
    with sessions.begin() as session:
        session.execute(
            text(f"CREATE FUNCTION on_count() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {deed} RETURN NEW; END $$")
        )
        session.execute(
            text(f"""CREATE TRIGGER on_count BEFORE UPDATE ON imports FOR EACH ROW WHEN ({condition})
                     EXECUTE FUNCTION on_count()""")
        )
    try:
        yield
    finally:
        with sessions.begin() as session:
            session.execute(text("DROP TRIGGER on_count ON imports"))
            session.execute(text("DROP FUNCTION on_count()"))
