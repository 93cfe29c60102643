"""Questions about the hold: a database that was restored or taken over sends nothing until a person has looked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from service.store import Session

# The cluster and its timeline: both change when a backup is restored elsewhere or a standby takes over. Any role may
# ask for them.
CLUSTER = """(SELECT system_identifier::text FROM pg_control_system()) || ':'
    || (SELECT timeline_id::text FROM pg_control_checkpoint())"""

# For a WHERE clause: nothing holds the house, and it is where it was. Asked once a statement.
IS_FREE = f"EXISTS (SELECT FROM house WHERE id = 1 AND held_at IS NULL AND cluster IN ('', {CLUSTER}))"


@dataclass(frozen=True, slots=True)
class Hold:
    """Whether the house is held, since when and why; how often it has been restored; and where.

    `cluster`: where it was when it was last free, '' where it never was. `has_moved`: it is somewhere else.
    """

    held_at: datetime | None
    reason: str
    epoch: int
    cluster: str
    has_moved: bool

    @property
    def is_free(self) -> bool:
        """Whether nothing holds it, and it is where it was."""
        return self.held_at is None and not self.has_moved


_HELD = text(f"""
    SELECT held_at, held_reason, epoch, cluster, cluster NOT IN ('', {CLUSTER}) AS has_moved FROM house WHERE id = 1
""")  # noqa: S608 - our own words


def hold(session: Session) -> Hold:
    """How it stands."""
    row = session.execute(_HELD).one()
    return Hold(row.held_at, row.held_reason, row.epoch, row.cluster, row.has_moved)


_SETTLE_IN = text(f"UPDATE house SET cluster = {CLUSTER} WHERE id = 1 AND cluster = '' AND held_at IS NULL")  # noqa: S608 - our own words
_MOVED = text(f"""
    SELECT cluster AS was, {CLUSTER} AS is_now FROM house
    WHERE id = 1 AND held_at IS NULL AND cluster NOT IN ('', {CLUSTER}) FOR UPDATE
""")  # noqa: S608 - our own words


def settle_in(session: Session) -> None:
    """Remember where this database lives, the first time."""
    session.execute(_SETTLE_IN)


def moved(session: Session) -> tuple[str, str] | None:
    """Where it was and where it is now, held; None where it is where it was, or is held already."""
    row = session.execute(_MOVED).one_or_none()
    return None if row is None else (row.was, row.is_now)


_HOLD = text("""
    UPDATE house SET held_at = clock_timestamp(), held_reason = :reason, epoch = epoch + 1 WHERE id = 1 RETURNING epoch
""")
# What was under way when the backup was made has its evidence elsewhere: silence about it means nothing.
_NEVER_AGAIN = text("UPDATE batches SET resend_count = 1000 WHERE state IN ('claimed', 'sending', 'in_doubt')")


def begin_hold(session: Session, *, reason: str) -> int:
    """Hold the house, in a new epoch; the epoch."""
    session.execute(_NEVER_AGAIN)
    return int(session.scalars(_HOLD, {"reason": reason}).one())


@dataclass(frozen=True, slots=True)
class Overdue:
    """What came due while the house was held, and what was under way."""

    stages: Sequence[str]
    blasts: Sequence[str]
    running: Sequence[str]
    notices: int


_STAGES = "fired_at IS NULL AND removed_at IS NULL AND due_at <= clock_timestamp()"
_BLASTS = "state = 'scheduled' AND opens_at <= clock_timestamp()"
_RUNNING = "state IN ('opening', 'running')"
_NOTICES = "state = 'queued' AND created_at < (SELECT held_at FROM house WHERE id = 1)"


def overdue(session: Session) -> Overdue:
    """What a release would skip, and what it would leave paused."""

    def titles(table: str, which: str) -> Sequence[str]:
        return session.scalars(text(f"SELECT title FROM {table} WHERE {which} ORDER BY id")).all()  # noqa: S608 - ours

    waiting = session.scalar(text(f"SELECT count(*) FROM notices WHERE {_NOTICES}"))  # noqa: S608 - our own words
    return Overdue(titles("stages", _STAGES), titles("blasts", _BLASTS), titles("blasts", _RUNNING), waiting or 0)


_SKIP = (
    f"""
    WITH skipped AS (UPDATE stages SET fired_at = clock_timestamp() WHERE {_STAGES} RETURNING id, due_at)
    INSERT INTO stage_firings (stage_id, outcome, due_at, fired_at)
    SELECT id, 'skipped_late', due_at, clock_timestamp() FROM skipped ON CONFLICT DO NOTHING
    """,  # noqa: S608 - our own words
    f"""
    UPDATE blasts SET state = 'cancelled', finished_at = clock_timestamp(),
        paused_reason = 'its hour passed while the house was held' WHERE {_BLASTS}
    """,  # noqa: S608 - our own words
)
_PAUSE = f"""
    UPDATE blasts SET state = 'paused',
        paused_reason = 'the database was restored: see what had gone, then resume' WHERE {_RUNNING}
"""  # noqa: S608 - our own words
_END_NOTICES = f"UPDATE notices SET state = 'expired', reason = 'restored' WHERE {_NOTICES}"  # noqa: S608 - our own words
_RELEASE = text(f"UPDATE house SET held_at = NULL, held_reason = '', cluster = {CLUSTER} WHERE id = 1")  # noqa: S608


def release(session: Session, *, fire_overdue: bool) -> None:
    """Let the house go on: what was under way is left paused; what came due is skipped unless it is to be fired."""
    for deed in () if fire_overdue else _SKIP:
        session.execute(text(deed))
    session.execute(text(_PAUSE))
    session.execute(text(_END_NOTICES))
    session.execute(_RELEASE)
