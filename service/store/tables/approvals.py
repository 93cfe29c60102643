"""What a second person said of something that goes to many."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.approval import Verdict
from service.store.tables.base import Base, Id, one_of


class Approval(Base):
    """One answer to one blast or planned message, bound to what was seen; the newest counts."""

    __tablename__ = "approvals"

    id: Mapped[Id]
    blast_id: Mapped[int | None] = mapped_column(ForeignKey("blasts.id"))
    stage_id: Mapped[int | None] = mapped_column(ForeignKey("stages.id"))
    verdict: Mapped[str]
    # Of words, audience rules, channels, time, limits, sender and prices as they were seen.
    digest: Mapped[str]
    # To how many it was to go, and the most it may cost, in ten-thousandths of the campaign's currency.
    people: Mapped[int] = mapped_column(BigInteger)
    cost_ceiling: Mapped[int] = mapped_column(BigInteger)
    said_by: Mapped[str]
    said_at: Mapped[datetime]
    # Why it was sent back, or is void.
    reason: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        one_of("verdict", Verdict),
        CheckConstraint("(blast_id IS NULL) <> (stage_id IS NULL)", name="of_one_thing"),
        Index("ix_approvals_blast_id", "blast_id", "id", postgresql_where=sql("blast_id IS NOT NULL")),
        Index("ix_approvals_stage_id", "stage_id", "id", postgresql_where=sql("stage_id IS NOT NULL")),
    )
