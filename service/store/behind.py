"""A database that is older than the program, or has no tables yet: said in one line wherever it is met."""

from logging import Logger

from psycopg.errors import UndefinedColumn, UndefinedFunction, UndefinedTable
from sqlalchemy.exc import OperationalError, ProgrammingError, SQLAlchemyError

NOT_MIGRATED = "the database is not migrated: run `touchline migrate`"


def is_behind(broken: BaseException) -> bool:
    """Whether a question failed for something that a migration brings."""
    is_missing = (UndefinedTable, UndefinedColumn, UndefinedFunction)
    return isinstance(broken, ProgrammingError) and isinstance(broken.orig, is_missing)


def log_trouble(log: Logger, what: str, broken: SQLAlchemyError) -> None:
    """Tell of a question that failed: in one line where a migration is missing, or the database is away."""
    if is_behind(broken):
        log.error(NOT_MIGRATED)
    elif isinstance(broken, OperationalError):
        log.warning(what, extra={"why": str(broken.orig).strip().partition("\n")[0]})
    else:
        log.warning(what, exc_info=broken)
