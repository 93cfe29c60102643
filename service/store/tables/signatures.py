"""Petitions' signatures, and how many stand."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from service.store.tables.base import Base


class Signature(Base):
    """Signed at most once by each supporter, the primary key is the promise, and at most once from each mailbox."""

    __tablename__ = "signatures"

    petition_id: Mapped[int] = mapped_column(ForeignKey("petitions.id"), primary_key=True)
    supporter_id: Mapped[int] = mapped_column(ForeignKey("supporters.id"), primary_key=True)
    # As it stands on the petition; '' once it was erased, or taken off, and until it is known.
    name: Mapped[str]
    # The country's code or the postcode, where the petition asks for it.
    place: Mapped[str] = mapped_column(server_default="")
    # What was signed, in so many words.
    wording: Mapped[str] = mapped_column(server_default="")
    # The keyed hash of the mailbox, or of the number where there is none: kept after erasing, so that nobody counts twice.
    mailbox: Mapped[bytes | None] = mapped_column(LargeBinary)
    source: Mapped[str]
    # No foreign key: each signature would lock the blast's row, which everybody shares.
    blast_id: Mapped[int | None]
    signed_at: Mapped[datetime]
    # Since when the name is off again, by the signer's own wish.
    withdrawn_at: Mapped[datetime | None]
    # Set by the database for a row that comes without a name: it does not count until it has one.
    awaits_name: Mapped[bool] = mapped_column(server_default=text("false"))

    __table_args__ = (
        Index("ix_signatures_blast_id", "blast_id"),
        Index("ix_signatures_supporter_id", "supporter_id"),
        Index(
            "uq_signatures_mailbox",
            *("petition_id", "mailbox"),
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL AND mailbox IS NOT NULL"),
        ),
        Index("ix_signatures_awaiting", "supporter_id", postgresql_where=text("awaits_name")),
    )


class SignatureCount(Base):
    """How many signatures stand, in slots that triggers keep: a page adds up 65 rows, not ten million."""

    __tablename__ = "signature_counts"

    petition_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    slot: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    count: Mapped[int]
