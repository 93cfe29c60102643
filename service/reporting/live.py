"""How a blast is doing at this moment."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from service.domain.doubt import ALARMING_AFTER
from service.domain.message import MessageState
from service.domain.quiet import WAITS_FOR_MORNING
from service.store import Session
from service.store.queries import blasts, progress

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
    # What waits for the end of quiet hours, by channel.
    quiet: tuple[progress.QuietWait, ...] = ()

    @property
    def asleep(self) -> int:
        """How many messages wait for the morning where their supporters are."""
        return sum(wait.count for wait in self.quiet)

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
        raise BlastUnknown(f"no blast {blast_id}")
    counts = progress.state_counts(session, [blast_id])
    by_state: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for count in counts:
        by_state[count.state] += count.count
        if count.reason:
            reasons[count.reason] += count.count
    rate = progress.accepted_lately(session, blast_id) / 10
    channels = {channel: channel_progress(counts, channel) for channel in row.channels}
    quiet = tuple(progress.quiet_waits(session, blast_id, reason=WAITS_FOR_MORNING))
    awake = sum(channel.waiting for channel in channels.values()) - sum(wait.count for wait in quiet)
    return Progress(
        blast_id=blast_id,
        title=row.title,
        state=row.state,
        reason=row.paused_reason,
        audience=sum(channel.audience for channel in channels.values()),
        by_state=dict(by_state),
        withheld_reasons=dict(reasons),
        channels=channels,
        rate=rate,
        seconds_left=int(awake / rate) if rate and awake else None,
        doubt_since=progress.oldest_doubt(session, blast_id),
        quiet=quiet,
    )


def channel_progress(counts: list[progress.StateCount], channel: str) -> ChannelProgress:
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
