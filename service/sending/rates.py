"""A sender's turn: rates and daily limits hold across all workers, by a row in the database, with or without Redis."""

from dataclasses import dataclass
from datetime import UTC

from service.domain.channel import Pace
from service.domain.sender import next_day
from service.store import Session
from service.store.queries import senders
from service.store.queries.batches import ClaimedBatch

# A turn further off than this is left for later: the worker does something else meanwhile.
_LONGEST_WAIT = 1.0
# A welcome waits for its turn, but gives way to nothing but the rate itself, for as long as its deadline allows.
_LONGEST_PROMPT_WAIT = 3.0


@dataclass(frozen=True, slots=True)
class Turn:
    """Go in so many seconds; or, where there is a reason, come back then."""

    wait: float
    reason: str = ""


def take_turn(session: Session, batch: ClaimedBatch) -> Turn:
    """Ask for a batch's turn; where it is given, its messages are counted. Call it before the intent, in a transaction of its own."""
    sender = senders.hold_sender(session, batch.channel, batch.sender)
    if sender is None:
        return Turn(0.0)
    now = sender.now.astimezone(UTC)
    limit = sender.allowance.limit_on(now.date())
    is_bulk = batch.pace is Pace.BULK
    if is_bulk and limit is not None and sender.sent_on(now.date()) + batch.size > limit:
        until = next_day(now)
        senders.hold_back(session, sender, until=until)
        return Turn((until - now).total_seconds(), "the sender's limit for the day is reached")
    wait = max(0.0, (sender.free_at - sender.now).total_seconds())
    if wait > (_LONGEST_WAIT if is_bulk else _LONGEST_PROMPT_WAIT):
        return Turn(wait, "the sender's rate")
    busy = sender.allowance.takes(batch.size)
    senders.take_turn(session, sender, count=batch.size, busy=busy, day=now.date())
    return Turn(wait)


def fits_now(session: Session, batch: ClaimedBatch) -> int:
    """How many of a batch its sender may send in one handover today; the whole of it where nothing limits it."""
    sender = senders.sender(session, batch.channel, batch.sender) if batch.is_limited else None
    if sender is None:
        return batch.size
    today = sender.now.astimezone(UTC).date()
    limit = sender.allowance.limit_on(today)
    left = batch.size if limit is None or batch.pace is Pace.PROMPT else limit - sender.sent_on(today)
    # With nothing left for today the batch stays whole: its turn comes tomorrow.
    return min(batch.size, sender.allowance.at_once or batch.size, left if left > 0 else batch.size)
