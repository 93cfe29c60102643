"""What went wrong with whole batches of a blast."""

from datetime import datetime

from sqlalchemy import SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from service.store.tables.base import Base


class BlastTrouble(Base):
    """Batches of a blast that raised, or were refused alike, one after the other without one that was taken."""

    __tablename__ = "blast_troubles"

    blast_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    channel: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(SmallInteger)
    last_at: Mapped[datetime]
