"""Keys under which something was made once, though it was asked for twice."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from service.store.tables.base import Base


class IdempotencyKey(Base):
    """One key, taken in the transaction that made something under it."""

    __tablename__ = "idempotency_keys"

    key: Mapped[str] = mapped_column(primary_key=True)
    # What kind of thing: "blast", "resend".
    kind: Mapped[str]
    # SHA-256 of what was asked for under it: another wish under the same key is refused, never taken for the first.
    asked: Mapped[bytes] = mapped_column(LargeBinary)
    # The id of what was made.
    made: Mapped[int]
    created_at: Mapped[datetime]

    __table_args__ = (Index("ix_idempotency_keys_created_at", "created_at"),)
