"""Whether a blast that was made or changed waits for a second person: counted before it is held, ruled on once it is."""

from datetime import datetime

from service.domain.message import BlastState
from service.sending.approvals import await_approval, count_for, launch_of_blast
from service.store import Session
from service.store.queries import blasts
from service.store.tables.blasts import Blast


def count_before(session: Session, blast_id: int) -> int | None:
    """To how many a blast goes, as far as an approval asks: for await_second_person, once it is held.

    None where that is not asked: it has opened, there is none of this number, or nobody's approval is asked for.
    """
    row = blasts.blast(session, blast_id)
    if row is None or row.opened_at is not None:
        return None
    return count_for(session, launch_of_blast(session, row))


def await_second_person(session: Session, row: Blast, *, people: int | None = None, now: datetime) -> None:
    """Let a blast that was made or changed wait for an approval, where it goes to so many.

    `people`: counted before it was held; a blast that is new is held from nobody, and counted here.
    """
    session.flush()
    session.refresh(row)
    if row.state == BlastState.SCHEDULED:
        await_approval(session, launch_of_blast(session, row), people=people, now=now)
    session.expire(row)
