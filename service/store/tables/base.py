"""What all tables share: naming of constraints, aware times, words checked by the database."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Identity, MetaData, Text
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Id = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {str: Text, datetime: DateTime(timezone=True), int: BigInteger}  # noqa: RUF012 - SQLAlchemy's own way


def one_of(column: str, kind: type[StrEnum], *, nullable: bool = False) -> CheckConstraint:
    """The database refuses a word the domain does not know."""
    words = ", ".join(f"'{word}'" for word in kind)
    clause = f"{column} IN ({words})"
    return CheckConstraint(f"{column} IS NULL OR {clause}" if nullable else clause, name=f"{column}_known")
