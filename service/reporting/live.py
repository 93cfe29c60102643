"""How a blast is doing at this moment."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.domain.doubt import ALARMING_AFTER
from service.domain.message import BlastState, MessageState
from service.domain.waiting import SLEEPING
from service.reporting.reasons import Reason, reason_of
from service.store import Session
from service.store.queries import blasts, progress, waits
from service.store.queries.state_counts import StateCount, state_counts
from service.store.tables.blasts import Blast

_UNSENT = frozenset({MessageState.QUEUED, MessageState.CLAIMED, MessageState.SENDING})
_GONE = frozenset({MessageState.ACCEPTED, MessageState.DELIVERED, MessageState.BOUNCED})


@dataclass(frozen=True, slots=True)
class ChannelProgress:
    """One channel of a blast, in messages."""

    audience: int
    sent: int
    delivered: int
    bounced: int
    failed: int
    withheld: int
    waiting: int
    in_doubt: int
    unknown: int
    expired: int
    cancelled: int

    @property
    def share_done(self) -> int:
        """How much is no longer waiting, in whole per cent."""
        return 100 if self.audience == 0 else int(100 * (self.audience - self.waiting) / self.audience)


@dataclass(frozen=True, slots=True)
class Progress:
    """A blast at this moment. `rate` is messages a second over the last ten; `seconds_left` None while not known."""

    blast_id: int
    title: str
    state: str
    reason: str
    audience: int
    by_state: Mapping[str, int]
    withheld_reasons: Mapping[str, int]
    channels: Mapping[str, ChannelProgress]
    rate: float
    seconds_left: int | None
    doubt_since: datetime | None
    is_rolling: bool
    # Of a large blast, what differs from its batches is estimated from a part of it.
    is_estimate: bool = False
    # Why what has not gone has not gone, each with how many.
    waits: tuple[Reason, ...] = ()

    @property
    def asleep(self) -> int:
        """How many messages wait for a moment or a choice, and for no worker."""
        return sum(each.count for each in self.waits if each.what in SLEEPING)

    @property
    def nobody(self) -> str:
        """Why it has no messages, as a sentence; empty where it has some, or is yet to have them."""
        if self.audience or self.state in {BlastState.SCHEDULED, BlastState.OPENING}:
            return ""
        if self.state == BlastState.CANCELLED:
            return "Nothing of it was sent."
        if self.is_rolling:
            return "It has reached nobody yet: each supporter who confirms is added."
        if self.state == BlastState.PAUSED:
            return "None of its messages are written yet."
        return "It reached nobody: when it opened, nobody whom its audience fits had consented to its channels."

    @property
    def waiting(self) -> int:
        return sum(channel.waiting for channel in self.channels.values())

    @property
    def gone(self) -> int:
        return sum(channel.sent for channel in self.channels.values())

    def doubt_is_alarming(self, now: datetime) -> bool:
        """Whether something has been in doubt for longer than evidence takes to come."""
        return self.doubt_since is not None and now - self.doubt_since > ALARMING_AFTER


class BlastUnknown(Exception):
    """There is no such blast."""


def progress_of(session: Session, blast_id: int) -> Progress:
    """Where every message of a blast stands. Raises BlastUnknown."""
    row = blasts.blast(session, blast_id)
    if row is None:
        raise BlastUnknown(f"there is no blast {blast_id}")
    return _progress(session, [row])[0]


def progress_of_each(session: Session, blast_ids: Sequence[int]) -> dict[int, Progress]:
    """The same of several blasts, in as few questions as of one."""
    return {each.blast_id: each for each in _progress(session, blasts.blasts_named(session, blast_ids))}


def _progress(session: Session, rows: Sequence[Blast]) -> list[Progress]:
    ids = [row.id for row in rows]
    counts, waiting = state_counts(session, ids), waits.waits(session, ids)
    rates, doubts = progress.accepted_lately(session, ids), progress.oldest_doubts(session, ids)
    return [
        _of_one(
            row,
            [count for count in counts if count.blast_id == row.id],
            tuple(reason_of(wait) for wait in waiting if wait.blast_id == row.id),
            rate=rates.get(row.id, 0) / 10,
            doubt_since=doubts.get(row.id),
        )
        for row in rows
    ]


def _of_one(
    row: Blast,
    counts: list[StateCount],
    waiting: tuple[Reason, ...],
    *,
    rate: float,
    doubt_since: datetime | None,
) -> Progress:
    by_state: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for count in counts:
        by_state[count.state] += count.count
        if count.reason:
            reasons[count.reason] += count.count
    channels = {channel: channel_progress(counts, channel) for channel in row.channels}
    asleep = sum(each.count for each in waiting if each.what in SLEEPING)
    awake = sum(channel.waiting for channel in channels.values()) - asleep
    return Progress(
        blast_id=row.id,
        title=row.title,
        state=row.state,
        reason=row.paused_reason,
        audience=sum(channel.audience for channel in channels.values()),
        by_state=dict(by_state),
        withheld_reasons=dict(reasons),
        channels=channels,
        rate=rate,
        seconds_left=int(awake / rate) if rate and awake > 0 else None,
        doubt_since=doubt_since,
        is_rolling=row.is_rolling,
        is_estimate=any(count.is_estimate for count in counts),
        waits=waiting,
    )


def channel_progress(counts: Sequence[StateCount], channel: str) -> ChannelProgress:
    """One channel, from the counts of one blast."""
    states: Counter[str] = Counter()
    for count in counts:
        if count.channel == channel:
            states[count.state] += count.count
    return ChannelProgress(
        audience=sum(states.values()),
        sent=sum(states[state] for state in _GONE),
        delivered=states[MessageState.DELIVERED],
        bounced=states[MessageState.BOUNCED],
        failed=states[MessageState.FAILED],
        withheld=states[MessageState.WITHHELD],
        waiting=sum(states[state] for state in _UNSENT),
        in_doubt=states[MessageState.IN_DOUBT],
        unknown=states[MessageState.UNKNOWN],
        expired=states[MessageState.EXPIRED],
        cancelled=states[MessageState.CANCELLED],
    )


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What cancelling came to: what had gone, what was stopped, what was being handed over at that moment."""

    already_gone: int
    stopped: int
    under_way: int
    # Of a large blast, estimated from a part of it.
    is_estimate: bool = False


def what_cancelling_stopped(session: Session, blast_id: int) -> Cancelled:
    """How a cancelled blast stands: counted over all its messages, so in a transaction of its own."""
    found, counts = state_counts(session, [blast_id]), Counter[str]()
    for count in found:
        counts[count.state] += count.count
    return Cancelled(
        already_gone=sum(counts[state] for state in ("accepted", "delivered", "bounced", "failed")),
        stopped=sum(counts[state] for state in ("cancelled", "queued", "claimed")),
        under_way=counts["sending"] + counts["in_doubt"],
        is_estimate=any(count.is_estimate for count in found),
    )
