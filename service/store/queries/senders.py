"""Questions about senders: what each may do, and what it has done; one row each, held for the length of an intent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import TextClause, text

from service.domain.channel import Channel
from service.domain.sender import Allowance
from service.store import Session


@dataclass(frozen=True, slots=True)
class SenderRow:
    """A sender with limits, and where it stands. `day` and `day_count`: what it sent on the last day it sent."""

    channel: Channel
    name: str
    allowance: Allowance
    free_at: datetime
    held_until: datetime | None
    day: date | None
    day_count: int
    now: datetime

    def sent_on(self, day: date) -> int:
        return self.day_count if self.day == day else 0


_COLUMNS = """channel, name, per_second, per_day, ramp_began_on, free_at, held_until, day, day_count,
    clock_timestamp() AS now"""
_HOLD = text(f"SELECT {_COLUMNS} FROM senders WHERE channel = :channel AND name = :name FOR UPDATE")  # noqa: S608
_ONE = text(f"SELECT {_COLUMNS} FROM senders WHERE channel = :channel AND name = :name")  # noqa: S608
_ALL = text(f"SELECT {_COLUMNS} FROM senders ORDER BY channel, name")  # noqa: S608 - our own columns


def hold_sender(session: Session, channel: Channel, name: str) -> SenderRow | None:
    """A sender's limits, held until the transaction ends, so that workers take their turns; None without limits."""
    rows = _read(session, _HOLD, {"channel": str(channel), "name": name})
    return rows[0] if rows else None


def sender(session: Session, channel: Channel, name: str) -> SenderRow | None:
    """A sender's limits as they stand; None without limits."""
    rows = _read(session, _ONE, {"channel": str(channel), "name": name})
    return rows[0] if rows else None


def senders(session: Session) -> Sequence[SenderRow]:
    """Every sender with limits."""
    return _read(session, _ALL, {})


def _read(session: Session, question: TextClause, asked: dict[str, str]) -> list[SenderRow]:
    return [
        SenderRow(
            channel=Channel(row.channel),
            name=row.name,
            allowance=Allowance(row.per_second, row.per_day, row.ramp_began_on),
            free_at=row.free_at,
            held_until=row.held_until,
            day=row.day,
            day_count=row.day_count,
            now=row.now,
        )
        for row in session.execute(question, asked)
    ]


_TAKE = text("""
    UPDATE senders SET free_at = greatest(free_at, clock_timestamp()) + CAST(:busy AS interval), day = :day,
        day_count = CASE WHEN day = :day THEN day_count ELSE 0 END + :count
    WHERE channel = :channel AND name = :name
""")


def take_turn(session: Session, sender: SenderRow, *, count: int, busy: timedelta, day: date) -> None:
    """Count messages against a held sender and keep it busy with them."""
    asked = {"channel": str(sender.channel), "name": sender.name, "count": count, "busy": busy, "day": day}
    session.execute(_TAKE, asked)


_HOLD_BACK = text("UPDATE senders SET held_until = :until WHERE channel = :channel AND name = :name")


def hold_back(session: Session, sender: SenderRow, *, until: datetime) -> None:
    """Let nothing in bulk leave this sender until then."""
    session.execute(_HOLD_BACK, {"channel": str(sender.channel), "name": sender.name, "until": until})


_LIMIT = text("""
    INSERT INTO senders (channel, name, per_second, per_day, ramp_began_on)
    VALUES (:channel, :name, :per_second, :per_day, :ramp_began_on)
    ON CONFLICT (channel, name) DO UPDATE SET per_second = excluded.per_second, per_day = excluded.per_day,
        ramp_began_on = excluded.ramp_began_on, free_at = least(senders.free_at, clock_timestamp()), held_until = NULL
""")


def limit_sender(session: Session, channel: Channel, name: str, allowance: Allowance) -> None:
    """Set a sender's limits; it may go at once by the new ones."""
    session.execute(
        _LIMIT,
        {
            "channel": str(channel),
            "name": name,
            "per_second": allowance.per_second,
            "per_day": allowance.per_day,
            "ramp_began_on": allowance.ramp_began_on,
        },
    )


_FREE = text("DELETE FROM senders WHERE channel = :channel AND name = :name RETURNING name")


def free_sender(session: Session, channel: Channel, name: str) -> bool:
    """Take a sender's limits away; False when it had none."""
    return session.execute(_FREE, {"channel": str(channel), "name": name}).one_or_none() is not None


_KNOWN = text("""
    SELECT 'email' AS channel, lower(split_part(sender_email, '@', 2)) AS name FROM campaigns
    UNION SELECT channel, sender FROM batches WHERE intent_at > clock_timestamp() - interval '1 day'
        AND state IN ('sending', 'in_doubt')
    ORDER BY 1, 2
""")


def known_senders(session: Session) -> list[tuple[Channel, str]]:
    """The senders there are: the campaigns' domains and what batches are being handed over from."""
    return [(Channel(row.channel), row.name) for row in session.execute(_KNOWN)]


_SPENT = text("""
    SELECT coalesce(sum(segments), 0)::bigint AS segments, coalesce(sum(emails), 0)::bigint AS emails
    FROM blast_spending WHERE blast_id = :blast_id
""")


def spent_by(session: Session, blast_id: int) -> tuple[int, int]:
    """Segments and emails a blast has handed over or is handing over, from the counts a trigger keeps."""
    row = session.execute(_SPENT, {"blast_id": blast_id}).one()
    return row.segments, row.emails


_RESERVE = text("UPDATE batches SET segments = :segments WHERE id = :batch_id")


def reserve_segments(session: Session, batch_id: int, segments: int) -> None:
    """Count the segments of a batch as spent while it is being handed over."""
    session.execute(_RESERVE, {"batch_id": batch_id, "segments": segments})
