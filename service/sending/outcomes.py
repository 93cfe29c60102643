"""Write down what came of a handover: accepted, refused, put back, or in doubt; each message as it fared."""

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import sleep
from uuid import UUID

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import sessionmaker

from service.domain.channel import Pace
from service.domain.consent import Suppressed
from service.domain.message import MessageState
from service.points import point
from service.providers.ports import Outcome, Refusal
from service.sending.troubles import OF_THE_ADDRESS, REFUSED, count_trouble, put_back, refuses_everything
from service.store import Session
from service.store.queries import batches, blasts_life, consents, message_outcomes
from service.store.queries.batches import ClaimedBatch
from service.store.queries.gate import Recipients
from service.store.queries.house import database_now
from service.store.queries.leaving import Leaving, leave_alone
from service.store.queries.message_outcomes import MessageOutcome

log = logging.getLogger(__name__)

SUPPRESSING: Mapping[Refusal, Suppressed] = {
    Refusal.INVALID_ADDRESS: Suppressed.INVALID,
    Refusal.NOT_MOBILE: Suppressed.INVALID,
    Refusal.OPTED_OUT: Suppressed.PROVIDER_OPT_OUT,
}
_PUT_BACK = frozenset({Outcome.BUSY, Outcome.NOT_SENT})
# How long those wait that were refused alike in a batch of several fates.
_ALIKE_WAIT_SECONDS = 10.0
# The answer of a provider is worth several tries to write down: without it the batch is in doubt.
_WRITE_TRIES = 6


@dataclass(frozen=True, slots=True)
class Fate:
    """How one message, or a whole batch, fared at the provider."""

    outcome: Outcome
    provider_ref: str = ""
    retry_after: float | None = None
    refusal: Refusal | None = None
    detail: str = ""
    segments: int = 0

    @property
    def stops_everything(self) -> bool:
        return self.refusal is not None and self.refusal.stops_everything

    @property
    def blames_no_address(self) -> bool:
        """Whether it is a definite no that says nothing of the address it was for."""
        return self.outcome is Outcome.REFUSED and self.refusal not in OF_THE_ADDRESS

    @property
    def suppresses(self) -> Suppressed | None:
        """Why this refusal makes us leave the address alone, if it does."""
        return SUPPRESSING.get(self.refusal) if self.refusal else None


@dataclass(frozen=True, slots=True)
class Handed:
    """How a batch fared: one fate for all, or one each, by place; `whole` is what the batch row carries."""

    whole: Fate
    each: Mapping[int, Fate] = field(default_factory=dict)

    def of(self, place: int) -> Fate:
        return self.each.get(place, self.whole)


def write_batch_outcome(
    sessions: sessionmaker[Session],
    batch: ClaimedBatch,
    attempt_id: UUID,
    recipients: Recipients,
    handed: Handed,
    *,
    owner: UUID,
) -> None:
    """Write the outcome in one transaction, trying again while the database is away."""

    def write(session: Session) -> None:
        _write(session, batch, attempt_id, recipients, handed, owner=owner)
        point("outcome.before_commit")

    in_a_transaction(sessions, write)


def in_a_transaction(sessions: sessionmaker[Session], write: Callable[[Session], None]) -> None:
    """Run a write that must not be lost; each try is a whole transaction."""
    for attempt in range(_WRITE_TRIES):
        try:
            with sessions.begin() as session:
                write(session)
            return
        except (OperationalError, InterfaceError):
            if attempt == _WRITE_TRIES - 1:
                raise
            log.warning("the database is away; trying again to write an outcome")
            sleep(0.2 * 2**attempt)


def _write(
    session: Session, batch: ClaimedBatch, attempt_id: UUID, recipients: Recipients, handed: Handed, *, owner: UUID
) -> None:
    # Nearly every batch of emails fares as one: nothing is to be said, or asked, of anyone in it.
    alone = range(len(recipients.supporter_ids)) if handed.each else ()
    fates = [handed.of(place) for place in alone] or [handed.whole]
    stopping = next((fate for fate in fates if fate.stops_everything), None)
    if stopping is not None:
        reason = refuses_everything(stopping.refusal, stopping.detail)
        blasts_life.pause(session, batch.blast_id, reason=reason)
        log.error("blast paused", extra={"blast": batch.blast_id, "why": stopping.detail})
    is_alike = stopping is None and _is_refused_alike(batch, fates, count=len(recipients.supporter_ids))
    outcome = "mixed" if len({fate.outcome for fate in fates}) > 1 else str(fates[0].outcome)
    batches.close_attempt(session, attempt_id, outcome=outcome, detail=fates[0].detail)
    is_uniform = not handed.each or (len(set(fates)) == 1 and fates[0].outcome is not Outcome.ACCEPTED)
    if is_alike:
        alike = next(fate for fate in fates if fate.blames_no_address)
        if is_uniform:
            put_back(session, batch, owner=owner, what=REFUSED, why=alike.detail, refusal=alike.refusal)
            return
        count_trouble(session, batch, what=REFUSED, why=alike.detail, refusal=alike.refusal)
        # Certainly not sent: they wait for the others to be looked into, as those refused with the account do.
        again = Fate(Outcome.NOT_SENT, retry_after=_ALIKE_WAIT_SECONDS, detail=alike.detail)
        fates = [again if fate.blames_no_address else fate for fate in fates]
    # Texts that were all accepted have an id and segments each.
    if is_uniform:
        _write_uniform(session, batch, attempt_id, recipients, fates[0], owner=owner)
    else:
        _write_each(session, batch, attempt_id, recipients, fates)
    _leave_refused_alone(session, batch, recipients, fates)


def _is_refused_alike(batch: ClaimedBatch, fates: Sequence[Fate], *, count: int) -> bool:
    """Whether a batch was refused as a whole, for no address of its own: most of it, and nothing of it taken."""
    if any(fate.outcome in {Outcome.ACCEPTED, Outcome.IN_DOUBT} for fate in fates):
        return False
    blamed = [fate for fate in fates if fate.blames_no_address]
    if len(fates) == 1 and fates[0].outcome is Outcome.REFUSED and count == 1:
        # One whose words cannot be filled in, or who has just joined, is alone in it: nobody else need wait.
        return bool(blamed) and fates[0].refusal is not None and batch.pace is not Pace.PROMPT
    return len(blamed) * 2 > len(fates)


def _write_uniform(
    session: Session, batch: ClaimedBatch, attempt_id: UUID, recipients: Recipients, fate: Fate, *, owner: UUID
) -> None:
    if fate.outcome in _PUT_BACK or fate.stops_everything:
        batches.requeue_batch(session, batch.id, owner=owner, wait=wait_for(fate, batch), reason=fate.detail)
        return
    if fate.outcome is Outcome.ACCEPTED:
        taken = MessageState.ACCEPTED
        batches.write_outcome(session, batch.id, attempt_id, state=taken, provider_ref=fate.provider_ref)
        return
    state = MessageState.IN_DOUBT if fate.outcome is Outcome.IN_DOUBT else MessageState.FAILED
    # A text in doubt may have been sent, and then it will be paid for.
    segments = fate.segments * len(recipients.supporter_ids) if state is MessageState.IN_DOUBT else 0
    batches.write_outcome(session, batch.id, attempt_id, state=state, reason=fate.detail, segments=segments)


def _write_each(
    session: Session, batch: ClaimedBatch, attempt_id: UUID, recipients: Recipients, fates: Sequence[Fate]
) -> None:
    if not batches.hold_attempt(session, batch.id, attempt_id):
        # Another has taken the batch over while this one was away: what becomes of its messages is theirs to write.
        log.warning("an outcome came too late to be written", extra={"batch": batch.id})
        return
    marks: list[MessageOutcome] = []
    put_back: list[int] = []
    in_doubt: list[int] = []
    longest_wait = 0.0
    accepted = 0
    for supporter_id, fate in zip(recipients.supporter_ids, fates, strict=True):
        if fate.outcome is Outcome.ACCEPTED:
            accepted += 1
            if fate.segments:
                marks.append(MessageOutcome(supporter_id, None, "", fate.provider_ref, fate.segments))
        elif fate.outcome in _PUT_BACK or fate.stops_everything:
            put_back.append(supporter_id)
            longest_wait = max(longest_wait, wait_for(fate, batch))
        elif fate.outcome is Outcome.IN_DOUBT:
            in_doubt.append(supporter_id)
        else:
            marks.append(MessageOutcome(supporter_id, MessageState.FAILED, fate.detail or str(fate.refusal)))
    message_outcomes.mark_messages(session, batch, marks)
    doubtful = sum(fate.segments for fate in fates if fate.outcome is Outcome.IN_DOUBT)
    for supporter_ids, state, wait, segments in (
        (put_back, MessageState.QUEUED, longest_wait, 0),
        (in_doubt, MessageState.IN_DOUBT, 0.0, doubtful),
    ):
        if supporter_ids:
            message_outcomes.split_batch(
                session,
                batch_id=batch.id,
                blast_id=batch.blast_id,
                channel=batch.channel,
                supporter_ids=supporter_ids,
                state=state,
                wait=wait,
                segments=segments,
            )
    batches.write_outcome(
        session,
        batch.id,
        attempt_id,
        state=MessageState.ACCEPTED if accepted else MessageState.FAILED,
        provider_ref="" if any(fate.segments for fate in fates) else fates[0].provider_ref,
        segments=sum(fate.segments for fate in fates if fate.outcome is Outcome.ACCEPTED),
    )


def wait_for(fate: Fate, batch: ClaimedBatch) -> float:
    """Seconds to leave a batch alone: what the provider asked, else longer each time, never all at once."""
    if fate.retry_after is not None:
        return min(max(fate.retry_after, 0.0), 900.0) + random.uniform(0, 0.5)  # noqa: S311 - jitter
    return min(60.0, 0.5 * 2.0 ** min(batch.attempt_count, 7)) * random.uniform(0.7, 1.3)  # noqa: S311 - jitter


def _leave_refused_alone(session: Session, batch: ClaimedBatch, recipients: Recipients, fates: Sequence[Fate]) -> None:
    """Leave the addresses alone that the provider refused for good, unless their owners have others since.

    Last in its transaction: an address that its owner wants to be left alone takes the opt-outs' lock.
    """
    if not any(fate.suppresses for fate in fates):
        return
    refused: list[Leaving] = []
    each = list(fates) if len(fates) == len(recipients.supporter_ids) else [fates[0]] * len(recipients.supporter_ids)
    for supporter_id, address, fate in zip(recipients.supporter_ids, recipients.addresses, each, strict=True):
        if fate.suppresses is None:
            continue
        theirs = consents.address_of(session, channel=batch.channel, supporter_id=supporter_id)
        if theirs is not None and theirs[0] == address:
            source = f"refused by the provider: {fate.suppresses}"
            refused.append(Leaving(batch.channel, *theirs, fate.suppresses, source, None))
    if refused:
        leave_alone(session, refused, now=database_now(session))
