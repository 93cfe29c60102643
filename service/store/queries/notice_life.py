"""Questions of a notice's life: claimed, intended, handed over, settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text

from service.domain.channel import Channel
from service.domain.message import MessageState
from service.store import Session
from service.store.queries.evidence import rank_of
from service.store.queries.holds import IS_FREE
from service.store.tables.notices import Notice

# While the house is held, only what was asked for since goes out: what is older may have gone already.
_CLAIM = text(f"""
    UPDATE notices SET state = 'claimed', lease_owner = :owner, lease_until = clock_timestamp() + interval '60 seconds'
    WHERE id IN (SELECT id FROM notices WHERE state = 'queued' AND not_before <= clock_timestamp()
                   AND ({IS_FREE} OR created_at > (SELECT held_at FROM house WHERE id = 1))
                 ORDER BY not_before, id FOR UPDATE SKIP LOCKED LIMIT :limit)
    RETURNING id
""")  # noqa: S608 - our own words


def claim(session: Session, *, owner: UUID, limit: int) -> Sequence[int]:
    """Lease the notices that are due (ix_notices_queued); their ids."""
    return sorted(session.scalars(_CLAIM, {"owner": owner, "limit": limit}))


@dataclass(frozen=True, slots=True)
class IntendedNotice:
    """A notice whose intent is being committed."""

    id: int
    kind: str
    channel: Channel
    to_address: str
    sender: str | None
    campaign_id: int | None
    supporter_id: int | None
    facts: dict[str, str]
    passes_suppression: bool
    created_at: datetime
    expires_at: datetime
    attempt_count: int


_INTEND = text("""
    UPDATE notices SET state = 'sending', attempt_id = :attempt_id, intent_at = clock_timestamp(),
        attempt_count = attempt_count + 1
    WHERE id = :id AND state = 'claimed' AND lease_owner = :owner AND lease_until > clock_timestamp()
      AND expires_at > clock_timestamp() AND to_address IS NOT NULL
    RETURNING id, kind, channel, to_address, sender, campaign_id, supporter_id, facts, passes_suppression, created_at,
        expires_at, attempt_count
""")


_HOLD = text("SELECT id FROM notices WHERE id = :id FOR NO KEY UPDATE")


def hold(session: Session, notice_id: int) -> None:
    """Hold a notice before the lock of opt-outs is shared: receipts and whoever forgets do so too (pk_notices)."""
    session.execute(_HOLD, {"id": notice_id})


def intend(session: Session, notice_id: int, *, attempt_id: UUID, owner: UUID) -> IntendedNotice | None:
    """Write the intent; None when the lease or the notice's worth has run out, or its reader was forgotten."""
    row = session.execute(_INTEND, {"id": notice_id, "attempt_id": attempt_id, "owner": owner}).one_or_none()
    if row is None:
        return None
    return IntendedNotice(**dict(row._mapping) | {"channel": Channel(row.channel)})


_ATTEMPT = text("""
    INSERT INTO attempts (id, notice_id, provider, count, intent_at)
    VALUES (:id, :notice_id, :provider, 1, clock_timestamp())
""")


def add_attempt(session: Session, *, attempt_id: UUID, notice_id: int, provider: str) -> None:
    """Write the attempt down before the call."""
    session.execute(_ATTEMPT, {"id": attempt_id, "notice_id": notice_id, "provider": provider})


# The words of a test are written as somebody would read them, with their name: once sent they are not kept.
_OUTCOME = text("""
    UPDATE notices SET state = :state, reason = :reason, provider_ref = :provider_ref,
        body = CASE WHEN :body = '' OR to_address IS NULL THEN body ELSE :body END, lease_until = NULL,
        facts = CASE WHEN kind IN ('test_email', 'test_sms') AND :state IN ('accepted', 'failed', 'withheld')
            THEN '{}'::jsonb ELSE facts END,
        not_before = CASE WHEN :state = 'queued' THEN clock_timestamp() + :wait * interval '1 second'
            ELSE not_before END
    WHERE id = :id AND lease_owner = :owner AND state IN ('claimed', 'sending')
""")


def write_outcome(
    session: Session,
    notice_id: int,
    *,
    owner: UUID,
    state: MessageState,
    reason: str = "",
    provider_ref: str = "",
    body: str = "",
    wait: float = 0.0,
) -> None:
    """What became of the notice; evidence that came before the answer stands."""
    asked = {
        "id": notice_id,
        "owner": owner,
        "state": str(state),
        "reason": reason,
        "provider_ref": provider_ref,
        "body": body,
        "wait": wait,
    }
    session.execute(_OUTCOME, asked)


_RAISE = text(f"UPDATE notices SET state = :state WHERE id = :id AND {rank_of('state')} < :rank")  # noqa: S608 - our own words


def raise_state(session: Session, notice_id: int, *, state: MessageState, rank: int) -> None:
    """Carry evidence onto a notice; it only ever rises."""
    session.execute(_RAISE, {"id": notice_id, "state": str(state), "rank": rank})


def on_channel(session: Session, notice_ids: Sequence[int], channel: Channel) -> frozenset[int]:
    """Which of these notices go by this channel (pk_notices)."""
    found = select(Notice.id).where(Notice.id == func.any(list(notice_ids)), Notice.channel == channel)
    return frozenset(session.scalars(found))


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a notice was for; the address is gone for whoever was forgotten."""

    channel: Channel
    address: str | None
    supporter_id: int | None


def addressee(session: Session, notice_id: int) -> Addressee | None:
    """Whom a notice was for."""
    question = select(Notice.channel, Notice.to_address, Notice.supporter_id).where(Notice.id == notice_id)
    found = session.execute(question).one_or_none()
    return Addressee(Channel(found.channel), found.to_address, found.supporter_id) if found else None


_EXPIRE_LEASES = text("""
    UPDATE notices SET state = 'queued', lease_owner = NULL, lease_until = NULL
    WHERE state = 'claimed' AND lease_until < clock_timestamp()
""")

# A one-off message is sent at least once while it is worth it: a doubt older than the settle window is tried again.
_AGE = text("""
    UPDATE notices SET lease_owner = NULL, lease_until = NULL,
        state = CASE WHEN attempt_count < :attempts AND expires_at > clock_timestamp() THEN 'queued' ELSE 'unknown' END
    WHERE state IN ('sending', 'in_doubt') AND channel = :channel
      AND intent_at < clock_timestamp() - :window * interval '1 second'
""")

_EXPIRE = text("""
    UPDATE notices SET state = 'expired' WHERE state = 'queued' AND expires_at <= clock_timestamp()
""")


def sweep(session: Session, *, channel: Channel, attempts: int, window: float) -> None:
    """Give back leases that ran out, settle old doubts, expire what is no longer worth sending."""
    session.execute(_EXPIRE_LEASES)
    session.execute(_AGE, {"channel": str(channel), "attempts": attempts, "window": window})
    session.execute(_EXPIRE)


def is_waiting(session: Session) -> bool:
    """Whether a notice is due (ix_notices_queued)."""
    due = select(Notice.id).where(Notice.state == MessageState.QUEUED, Notice.not_before <= func.now()).limit(1)
    return session.scalar(due) is not None
