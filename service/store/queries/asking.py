"""Questions about what forms ask for: counts by scope, alarms, what is held back, who must not be asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, exists, select, text, update

from service.domain.channel import Channel
from service.domain.notice import OVER_BUDGET
from service.store import Session
from service.store.tables.asking import AskAlarm, AskCount, NotMe
from service.store.tables.manager import Manager

# In the order of their names, so that two who count at once wait for each other and never in a ring.
_TAKE = text("""
    INSERT INTO ask_counts (scope, bucket, count)
    SELECT scope, bucket, 1 FROM unnest(CAST(:scopes AS text[]), CAST(:buckets AS timestamptz[])) AS asked(scope, bucket)
    ORDER BY scope
    ON CONFLICT (scope, bucket) DO UPDATE SET count = ask_counts.count + 1
""")
_GIVE_BACK = text("""
    UPDATE ask_counts SET count = ask_counts.count - 1
    FROM unnest(CAST(:scopes AS text[]), CAST(:buckets AS timestamptz[])) AS asked(scope, bucket)
    WHERE ask_counts.scope = asked.scope AND ask_counts.bucket = asked.bucket
""")


def take(session: Session, scopes: Mapping[str, datetime]) -> None:
    """Count one towards each scope, in its bucket; whoever counts towards the same waits until we commit."""
    session.execute(_TAKE, _columns(scopes))


def give_back(session: Session, scopes: Mapping[str, datetime]) -> None:
    """Take back what was counted in this transaction: its rows are ours."""
    session.execute(_GIVE_BACK, _columns(scopes))


def _columns(scopes: Mapping[str, datetime]) -> dict[str, object]:
    return {"scopes": list(scopes), "buckets": list(scopes.values())}


_SUMS = text("""
    SELECT given.scope, coalesce(sum(counted.count), 0)::bigint AS asked
    FROM unnest(CAST(:scopes AS text[]), CAST(:buckets AS timestamptz[])) AS given(scope, since)
    LEFT JOIN ask_counts counted ON counted.scope = given.scope AND counted.bucket > given.since
    GROUP BY 1
""")


def sums(session: Session, since: Mapping[str, datetime]) -> dict[str, int]:
    """How much was counted towards each scope since its moment (pk_ask_counts)."""
    return {row.scope: row.asked for row in session.execute(_SUMS, _columns(since))}


_CONFIRMED = text("""
    SELECT count(*) FROM (SELECT FROM sign_ups WHERE campaign_id = :campaign_id AND phone_confirmed_at > :since
                          LIMIT :most) AS confirmed
""")


def confirmed_by_text(session: Session, campaign_id: int, *, since: datetime, most: int) -> int:
    """How many numbers confirmed since then, counted up to `most` (ix_sign_ups_phone_confirmed_at)."""
    asked = {"campaign_id": campaign_id, "since": since, "most": most}
    return int(session.scalar(_CONFIRMED, asked) or 0)


def forget_counts(session: Session, *, before: datetime, monthly_before: datetime, monthly: str) -> None:
    """Let old counts go; those that hold for a month later (ix_ask_counts_bucket)."""
    old = delete(AskCount).where(AskCount.bucket < before, AskCount.scope.not_like(f"{monthly}%"))
    session.execute(old)
    session.execute(delete(AskCount).where(AskCount.bucket < monthly_before))


_HOLD = text("""
    UPDATE notices SET state = 'queued', reason = :reason, not_before = expires_at, lease_owner = NULL,
        lease_until = NULL, attempt_id = NULL, intent_at = NULL, attempt_count = attempt_count - 1
    WHERE id = :id AND lease_owner = :owner AND state = 'sending'
""")


def hold_notice(session: Session, notice_id: int, *, owner: UUID) -> None:
    """Put an intended notice back, to wait until its budget has room or it is no longer worth sending."""
    session.execute(_HOLD, {"id": notice_id, "owner": owner, "reason": OVER_BUDGET})


_RELEASE = text("""
    UPDATE notices SET not_before = clock_timestamp(), reason = ''
    WHERE id IN (SELECT id FROM notices WHERE campaign_id = :campaign_id AND state = 'queued' AND reason = 'over_budget'
                   AND channel = :channel ORDER BY id FOR UPDATE SKIP LOCKED LIMIT :most)
    RETURNING id
""")


def release(session: Session, campaign_id: int, channel: Channel, *, most: int) -> int:
    """Let the oldest held notices of a campaign go on (ix_notices_over_budget); how many."""
    asked = {"campaign_id": campaign_id, "channel": str(channel), "most": most}
    return len(session.scalars(_RELEASE, asked).all())


_HAS_HELD = text("""
    SELECT EXISTS (SELECT FROM notices WHERE campaign_id = :campaign_id AND state = 'queued' AND reason = 'over_budget'
                   AND expires_at > clock_timestamp())
""")


def has_held(session: Session, campaign_id: int) -> bool:
    """Whether notices of a campaign wait for a budget (ix_notices_over_budget)."""
    return bool(session.scalar(_HAS_HELD, {"campaign_id": campaign_id}))


# At most every ten seconds: thousands that meet a full budget do not all wait for its one row.
_ALARM = text("""
    INSERT INTO ask_alarms (campaign_id, budget, began_at, last_at) VALUES (:campaign_id, :budget, :now, :now)
    ON CONFLICT (campaign_id, budget) DO UPDATE SET last_at = :now
    WHERE ask_alarms.last_at < CAST(:now AS timestamptz) - interval '10 seconds'
""")


def note_alarm(session: Session, campaign_id: int, budget: str, *, now: datetime) -> None:
    """Remember that a budget of a campaign is used up."""
    session.execute(_ALARM, {"campaign_id": campaign_id, "budget": budget, "now": now})


@dataclass(frozen=True, slots=True)
class Alarm:
    """A budget that is used up, since when and until when a manager has let it go on."""

    campaign_id: int
    campaign: str
    budget: str
    began_at: datetime
    last_at: datetime
    told_at: datetime | None
    let_go_until: datetime | None


_ALARMS = text("""
    SELECT a.campaign_id, coalesce(c.title, '') AS campaign, a.budget, a.began_at, a.last_at, a.told_at, a.let_go_until
    FROM ask_alarms a LEFT JOIN campaigns c ON c.id = a.campaign_id ORDER BY a.began_at, a.budget
""")


def alarms(session: Session) -> list[Alarm]:
    """Every alarm that stands: a few rows at most."""
    return [Alarm(**dict(row._mapping)) for row in session.execute(_ALARMS)]


def note_told(session: Session, campaign_id: int, budget: str, *, now: datetime) -> bool:
    """Remember that the managers are told; False where they were."""
    told = (
        update(AskAlarm)
        .where(AskAlarm.campaign_id == campaign_id, AskAlarm.budget == budget, AskAlarm.told_at.is_(None))
        .values(told_at=now)
        .returning(AskAlarm.budget)
    )
    return session.execute(told).one_or_none() is not None


def let_go(session: Session, campaign_id: int, *, until: datetime) -> int:
    """Let a campaign's alarms not hold anything back until then; how many there were."""
    freed = update(AskAlarm).where(AskAlarm.campaign_id == campaign_id).values(let_go_until=until)
    return len(session.scalars(freed.returning(AskAlarm.budget)).all())


def is_let_go(session: Session, campaign_id: int, *, now: datetime) -> bool:
    """Whether a manager has let a campaign go on over its budgets."""
    question = exists().where(AskAlarm.campaign_id == campaign_id, AskAlarm.let_go_until > now)
    return bool(session.scalar(select(question)))


def end_alarm(session: Session, campaign_id: int, budget: str, *, quiet_for: timedelta, now: datetime) -> None:
    """Forget an alarm that has been quiet for so long and is not let go any more."""
    session.execute(
        delete(AskAlarm).where(
            AskAlarm.campaign_id == campaign_id,
            AskAlarm.budget == budget,
            AskAlarm.last_at < now - quiet_for,
            AskAlarm.let_go_until.is_(None) | (AskAlarm.let_go_until < now),
        )
    )


def managers_to_tell(session: Session, roles: Sequence[str]) -> list[tuple[int, str]]:
    """Managers with one of these roles: id and address."""
    found = session.execute(
        select(Manager.id, Manager.email).where(Manager.removed_at.is_(None), Manager.role.in_(roles))
    )
    return [(row.id, row.email) for row in found]


def must_not_ask(session: Session, address_hash: bytes) -> bool:
    """Whether the owner of a mailbox said that it was not them (pk_not_me)."""
    return bool(session.scalar(select(exists().where(NotMe.address_hash == address_hash))))


_NOT_ME = text("INSERT INTO not_me (address_hash, at) VALUES (:address_hash, :now) ON CONFLICT DO NOTHING")


def note_not_me(session: Session, address_hash: bytes, *, now: datetime) -> None:
    """Never ask this mailbox again because of a form."""
    session.execute(_NOT_ME, {"address_hash": address_hash, "now": now})


def forget_not_me(session: Session, address_hash: bytes) -> None:
    """The owner of a mailbox pressed by mistake."""
    session.execute(delete(NotMe).where(NotMe.address_hash == address_hash))


def countries_of(session: Session, campaign_id: int | None) -> tuple[str, ...]:
    """The countries a campaign names for its texts; none where it names none (pk_campaigns)."""
    found = session.scalar(text("SELECT countries FROM campaigns WHERE id = :id"), {"id": campaign_id})
    return tuple(found or ())


def countries_of_all(session: Session) -> list[tuple[str, ...]]:
    """The countries that each campaign names for its texts, of all campaigns: a few rows."""
    return [tuple(each) for each in session.scalars(text("SELECT DISTINCT countries FROM campaigns"))]
