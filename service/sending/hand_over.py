"""Hand a batch to a provider: claim, commit the intent through the gate, call, write the outcome.

The one place in the house that opens and closes its own transactions, for none may be open while a provider is
being called. What a crash leaves behind: before the intent, a lease that runs out; after it, a doubt for receipts
to settle. Nothing is ever sent twice to find out.
"""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import sleep
from uuid import UUID, uuid4

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import sessionmaker

from service import clock
from service.consenting.countries import AT_HOME, Countries, country_of
from service.domain.allowed import EVERYBODY, AllowList
from service.domain.channel import Channel, Pace
from service.domain.message import BlastState, MessageState, Withheld
from service.domain.quiet import WAITS_FOR_MORNING, parse_quiet_hours
from service.domain.stage import QuietHoursPolicy
from service.points import point
from service.sending.outcomes import Handed, write_batch_outcome
from service.sending.rates import fits_now, take_turn
from service.sending.troubles import RAISED, put_back
from service.store import Session
from service.store.queries import batches, blasts_life
from service.store.queries.asking import countries_of
from service.store.queries.batches import ClaimedBatch
from service.store.queries.consents import lock_for_intent
from service.store.queries.gate import Recipients, pass_gate, wait_for_turn, withhold_named, withhold_others
from service.store.queries.senders import reserve_segments, spent_by

log = logging.getLogger(__name__)

# From before the intent is committed to the first byte of the call. A worker frozen for longer does not call.
DEADLINE_SECONDS = 5.0

_MAY_SEND = frozenset({BlastState.RUNNING, BlastState.OPENING})


@dataclass(frozen=True, slots=True)
class Carrier:
    """One channel's way out: gives a batch's recipients to the provider and tells how it went."""

    channel: Channel
    provider: str
    carry: Callable[[ClaimedBatch, UUID, Recipients, float], Handed]
    # Frozen words, fetched before the intent so that the intent's transaction stays short.
    prepare: Callable[[Session, ClaimedBatch], None]
    # How many segments these recipients' texts come to; asked only where a blast may not cost more than so much.
    measure: Callable[[ClaimedBatch, Recipients], int]
    # The road taken instead while the first one is failing. It takes what is queued, never what is in doubt.
    second: "Carrier | None" = None
    # Whom this installation may write to at all.
    allowed: AllowList = EVERYBODY
    # Where its texts may go.
    countries: Countries = AT_HOME

    def for_road(self, road: str) -> "Carrier":
        """This carrier, or its second road while the house is on it."""
        return self.second if road == "second" and self.second is not None else self


@dataclass(slots=True)
class Delivered:
    """What one run of an errand handed over."""

    batches: int = 0
    messages: int = 0


def deliver(
    sessions: sessionmaker[Session], carrier: Carrier, pace: Pace, *, until: float, in_flight: int = 1
) -> Delivered:
    """Hand over batches that are due, several at once, until there are none or the monotonic clock reads `until`."""
    if in_flight == 1:
        return _deliver_one_by_one(sessions, carrier, pace, until=until)
    total = Delivered()
    with ThreadPoolExecutor(in_flight, thread_name_prefix="hand-over") as pool:
        runs = [pool.submit(_deliver_one_by_one, sessions, carrier, pace, until=until) for _ in range(in_flight)]
        for run in runs:
            done = run.result()
            total.batches += done.batches
            total.messages += done.messages
    return total


def _deliver_one_by_one(sessions: sessionmaker[Session], carrier: Carrier, pace: Pace, *, until: float) -> Delivered:
    done = Delivered()
    while clock.monotonic() < until:
        owner = uuid4()
        claimed: ClaimedBatch | None = None
        try:
            with sessions.begin() as session:
                claimed = batches.claim_batch(session, channel=carrier.channel, pace=pace, owner=owner)
                if claimed is not None:
                    if (most := fits_now(session, claimed)) < claimed.size:
                        claimed = batches.take_part(session, claimed, most=most)
                    carrier.prepare(session, claimed)
                point("claim.before_commit")
            if claimed is None:
                return done
            point("claim.after_commit")
            done.batches += 1
            done.messages += hand_over(sessions, carrier.for_road(claimed.email_road), claimed, owner=owner)
        except (OperationalError, InterfaceError):
            raise
        except Exception as wrong:
            # Whoever looks at the blast or at the log will notice; the batches behind this one must not wait for that.
            if claimed is None:
                raise
            _set_aside(sessions, claimed, wrong, owner=owner)
    return done


def _set_aside(sessions: sessionmaker[Session], claimed: ClaimedBatch, wrong: Exception, *, owner: UUID) -> None:
    """A batch that raised before its intent waits longer each time; after it, it is in doubt. Several pause the blast."""
    log.error("a batch raised", extra={"blast": claimed.blast_id, "batch": claimed.id}, exc_info=wrong)
    with sessions.begin() as session:
        put_back(session, claimed, owner=owner, what=RAISED, why=type(wrong).__name__)


def hand_over(sessions: sessionmaker[Session], carrier: Carrier, claimed: ClaimedBatch, *, owner: UUID) -> int:
    """Take one claimed batch through intent, call and outcome; how many messages were given to the provider."""
    if claimed.is_limited and not _has_its_turn(sessions, claimed, owner=owner):
        return 0
    deadline = clock.monotonic() + DEADLINE_SECONDS
    attempt_id = uuid4()
    with sessions.begin() as session:
        recipients = _commit_intent(session, carrier, claimed, attempt_id=attempt_id, owner=owner)
        point("intent.before_commit")
    if recipients is None:
        return 0
    point("intent.after_commit")
    point("call.before")
    handed = carrier.carry(claimed, attempt_id, recipients, deadline)
    point("call.after")
    write_batch_outcome(sessions, claimed, attempt_id, recipients, handed, owner=owner)
    point("outcome.after_commit")
    return len(recipients.supporter_ids)


def _has_its_turn(sessions: sessionmaker[Session], claimed: ClaimedBatch, *, owner: UUID) -> bool:
    """Wait for the sender's turn where it is near, else put the batch back until then.

    In a transaction of its own: intents that queued for their sender would keep opt-outs waiting.
    """
    with sessions.begin() as session:
        turn = take_turn(session, claimed)
        if turn.reason:
            batches.requeue_batch(session, claimed.id, owner=owner, wait=turn.wait, reason=turn.reason)
        point("turn.before_commit")
    point("turn.after_commit")
    if turn.reason:
        return False
    sleep(turn.wait)
    return True


def _commit_intent(
    session: Session, carrier: Carrier, claimed: ClaimedBatch, *, attempt_id: UUID, owner: UUID
) -> Recipients | None:
    """Ask the gate again and write the intent. None, with the batch put away, when nothing may be sent now."""
    if claimed.spend_cap is not None:
        batches.hold_purse(session, claimed)
    batches.lock_for_steering(session, claimed)
    state = batches.blast_state(session, claimed)
    if state == BlastState.CANCELLED:
        batches.end_unsent(session, claimed.id, owner=owner, state=MessageState.CANCELLED, reason="blast cancelled")
        return None
    if state not in _MAY_SEND:
        batches.requeue_batch(session, claimed.id, owner=owner, wait=0, reason="blast paused")
        return None
    if claimed.expires_at <= claimed.now:
        batches.end_unsent(session, claimed.id, owner=owner, state=MessageState.EXPIRED, reason="too late")
        return None
    if _is_quiet(session, claimed, owner=owner):
        return None
    if not batches.mark_sending(session, claimed, attempt_id=attempt_id, owner=owner):
        return None
    others, countries = wait_for_turn(session, claimed), _countries(session, carrier, claimed)
    # Lock, then ask in later statements: an opt-out that committed before the lock was granted is seen. As late as can
    # be, for whoever leaves waits until this commits, and every intent that comes meanwhile waits behind them.
    lock_for_intent(session)
    recipients = pass_gate(session, claimed, others)
    if len(recipients.supporter_ids) < claimed.size:
        withhold_others(session, claimed, recipients.supporter_ids)
    recipients = _keep_allowed(session, carrier, claimed, recipients)
    recipients = _keep_at_home(session, countries, claimed, recipients)
    if not recipients.supporter_ids:
        batches.end_unsent(session, claimed.id, owner=owner, state=MessageState.WITHHELD, reason="all withheld")
        return None
    if not _can_afford(session, carrier, claimed, recipients, owner=owner):
        return None
    batches.add_attempt(
        session,
        attempt_id=attempt_id,
        batch_id=claimed.id,
        provider=carrier.provider,
        count=len(recipients.supporter_ids),
    )
    return recipients


def _keep_allowed(session: Session, carrier: Carrier, claimed: ClaimedBatch, recipients: Recipients) -> Recipients:
    """Those this installation may write to; the others are withheld and say so."""
    if not carrier.allowed.entries:
        return recipients
    addresses = recipients.addresses
    kept = [place for place, address in enumerate(addresses) if carrier.allowed.admits(claimed.channel, address)]
    allowed = recipients.only(kept)
    others = set(recipients.supporter_ids) - set(allowed.supporter_ids)
    withhold_named(session, claimed, sorted(others), reason=Withheld.NOT_ALLOWED)
    return allowed


def _countries(session: Session, carrier: Carrier, claimed: ClaimedBatch) -> frozenset[str] | None:
    """Where the campaign texts to; None for emails, which go anywhere."""
    if claimed.channel is not Channel.SMS:
        return None
    return carrier.countries.for_campaign(countries_of(session, claimed.campaign_id))


def _keep_at_home(
    session: Session, countries: frozenset[str] | None, claimed: ClaimedBatch, recipients: Recipients
) -> Recipients:
    """Those whose numbers are where the campaign texts to; the others are withheld and say so."""
    if countries is None:
        return recipients
    kept = [place for place, address in enumerate(recipients.addresses) if country_of(address) in countries]
    if len(kept) == len(recipients.addresses):
        return recipients
    at_home = recipients.only(kept)
    abroad = set(recipients.supporter_ids) - set(at_home.supporter_ids)
    withhold_named(session, claimed, sorted(abroad), reason=Withheld.COUNTRY)
    return at_home


def _can_afford(
    session: Session, carrier: Carrier, claimed: ClaimedBatch, recipients: Recipients, *, owner: UUID
) -> bool:
    """Whether a blast with a spending limit stays within it; where not, it pauses and the batch goes back."""
    if claimed.spend_cap is None:
        return True
    reserve_segments(session, claimed.id, carrier.measure(claimed, recipients))
    segments, emails = spent_by(session, claimed.blast_id)
    if segments * claimed.segment_price + emails * claimed.email_price_per_thousand / 1000 <= claimed.spend_cap:
        return True
    batches.requeue_batch(session, claimed.id, owner=owner, wait=0, reason="the spending limit")
    blasts_life.pause(session, claimed.blast_id, reason="its spending limit is reached")
    log.warning("blast paused", extra={"blast": claimed.blast_id, "why": "spending limit"})
    return False


def _is_quiet(session: Session, claimed: ClaimedBatch, *, owner: UUID) -> bool:
    quiet = parse_quiet_hours(claimed.quiet_times)
    # A message that answers the supporter's own sign-up is not held back by quiet hours.
    if quiet is None or claimed.pace is Pace.PROMPT:
        return False
    ends_at = quiet.ends_at(claimed.now, claimed.time_zone)
    if ends_at is None:
        return False
    if claimed.quiet_hours == QuietHoursPolicy.DROP:
        reason = str(Withheld.QUIET_HOURS)
        batches.end_unsent(session, claimed.id, owner=owner, state=MessageState.WITHHELD, reason=reason)
    elif ends_at >= claimed.expires_at:
        batches.end_unsent(session, claimed.id, owner=owner, state=MessageState.EXPIRED, reason="quiet until too late")
    else:
        wait = (ends_at - claimed.now).total_seconds()
        batches.requeue_batch(session, claimed.id, owner=owner, wait=wait, reason=WAITS_FOR_MORNING)
    return True


def people(recipients: Recipients) -> Sequence[tuple[int, str, str, str]]:
    """Recipients one by one: supporter, address, first name, time zone."""
    return list(
        zip(
            recipients.supporter_ids,
            recipients.addresses,
            recipients.first_names,
            recipients.time_zones,
            strict=True,
        )
    )
