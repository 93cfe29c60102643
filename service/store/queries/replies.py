"""Questions about texts from supporters, and the inbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.domain.channel import Channel
from service.store import Session
from service.store.tables.people import Permission, Reply, Supporter
from service.store.tables.sending import Notice


def add(
    session: Session,
    *,
    provider_ref: str,
    campaign_id: int | None,
    supporter_id: int | None,
    phone: str,
    to_number: str,
    body: str,
    keyword: str,
    needs_answer: bool,
    received_at: datetime,
) -> int | None:
    """Keep a text; None when it is there already, however often the webhook calls."""
    row = upsert(Reply).values(
        provider_ref=provider_ref,
        campaign_id=campaign_id,
        supporter_id=supporter_id,
        phone=phone,
        to_number=to_number,
        body=body,
        keyword=keyword,
        needs_answer=needs_answer,
        received_at=received_at,
    )
    kept = row.on_conflict_do_nothing(constraint="uq_replies_provider_ref").returning(Reply.id)
    return session.scalars(kept).one_or_none()


def is_known(session: Session, provider_ref: str) -> bool:
    """Whether a text was received before."""
    return session.scalar(select(Reply.id).where(Reply.provider_ref == provider_ref)) is not None


def newest_keyword(session: Session, phone: str, keywords: Sequence[str]) -> datetime | None:
    """When a phone last texted one of these (ix_replies_phone)."""
    asked = select(func.max(Reply.received_at)).where(Reply.phone == phone, Reply.keyword.in_(keywords))
    return session.scalar(asked)


def answers_since(session: Session, phone: str, since: datetime) -> int:
    """How many texts we sent a phone of our own accord since (ix_notices_to_address)."""
    sent = select(func.count()).where(Notice.to_address == phone, Notice.created_at > since)
    return session.scalar(sent.where(Notice.kind != "answer_sms")) or 0


_LAST_CAMPAIGN = text("""
    SELECT blasts.campaign_id FROM blasts
    WHERE EXISTS (SELECT 1 FROM messages m
                  WHERE m.blast_id = blasts.id AND m.channel = 'sms' AND m.supporter_id = :supporter_id)
    ORDER BY blasts.id DESC LIMIT 1
""")


def last_campaign(session: Session, supporter_id: int) -> int | None:
    """The campaign whose text a supporter had last (pk_messages)."""
    found: int | None = session.scalar(_LAST_CAMPAIGN, {"supporter_id": supporter_id})
    return found


def stopped_campaigns(session: Session, supporter_id: int) -> Sequence[int]:
    """The campaigns in which texts to a supporter's present number were stopped, and not since allowed again."""
    rows = session.execute(
        text("""SELECT DISTINCT c.campaign_id FROM consents c JOIN supporters s ON s.id = c.supporter_id
                WHERE c.supporter_id = :id AND c.channel = 'sms' AND c.act = 'withdrawn'
                  AND c.address_hash = s.phone_hash
                  AND NOT EXISTS (SELECT 1 FROM permissions p WHERE p.campaign_id = c.campaign_id
                                  AND p.channel = 'sms' AND p.supporter_id = :id AND p.address_hash = s.phone_hash)"""),
        {"id": supporter_id},
    )
    return [row.campaign_id for row in rows]


def may_text(session: Session, supporter_id: int) -> bool:
    """Whether any campaign may text a supporter's present number."""
    found = (
        select(Permission.supporter_id)
        .join(Supporter, Supporter.id == Permission.supporter_id)
        .where(
            Permission.supporter_id == supporter_id,
            Permission.channel == Channel.SMS,
            Permission.address_hash == Supporter.phone_hash,
        )
    )
    return session.scalar(found.limit(1)) is not None


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """A phone's conversation, as the inbox lists it."""

    phone: str
    supporter_id: int | None
    first_name: str
    last_body: str
    last_at: datetime
    waiting: int
    newest_reply_id: int


_THREADS = text("""
    SELECT r.phone, max(r.supporter_id) AS supporter_id, coalesce(max(s.first_name), '') AS first_name,
        (array_agg(r.body ORDER BY r.received_at DESC))[1] AS last_body, max(r.received_at) AS last_at,
        count(*) FILTER (WHERE r.needs_answer AND r.handled_at IS NULL) AS waiting,
        (array_agg(r.id ORDER BY r.received_at DESC))[1] AS newest_reply_id
    FROM replies r LEFT JOIN supporters s ON s.id = r.supporter_id
    WHERE r.phone <> 'erased' AND (CAST(:campaign_id AS bigint) IS NULL OR r.campaign_id = :campaign_id)
    GROUP BY r.phone
    HAVING NOT :only_waiting OR count(*) FILTER (WHERE r.needs_answer AND r.handled_at IS NULL) > 0
    ORDER BY max(r.received_at) DESC LIMIT :limit
""")


def threads(session: Session, *, campaign_id: int | None, only_waiting: bool, limit: int) -> list[ThreadRow]:
    """Conversations, newest first."""
    asked = {"campaign_id": campaign_id, "only_waiting": only_waiting, "limit": limit}
    return [ThreadRow(**dict(row._mapping)) for row in session.execute(_THREADS, asked)]


@dataclass(frozen=True, slots=True)
class Line:
    """One text of a conversation, theirs or ours."""

    id: int
    is_ours: bool
    body: str
    at: datetime
    state: str
    by: str
    waits: bool


_LINES = text("""
    SELECT id, false AS is_ours, body, received_at AS at, keyword AS state, handled_by AS by,
        needs_answer AND handled_at IS NULL AS waits
    FROM replies WHERE phone = :phone
    UNION ALL
    SELECT id, true, CASE WHEN body <> '' THEN body ELSE coalesce(facts ->> 'body', '(' || kind || ')') END, created_at,
        state, created_by, false
    FROM notices WHERE to_address = :phone AND channel = 'sms'
    ORDER BY at, is_ours
""")


def lines(session: Session, phone: str) -> list[Line]:
    """A whole conversation, oldest first."""
    return [Line(**dict(row._mapping)) for row in session.execute(_LINES, {"phone": phone})]


def reply(session: Session, reply_id: int) -> Reply | None:
    """One text, held while it is being answered."""
    return session.scalars(select(Reply).where(Reply.id == reply_id).with_for_update()).one_or_none()


def body_of(session: Session, reply_id: int) -> str:
    """What a text says (pk_replies)."""
    return session.scalar(select(Reply.body).where(Reply.id == reply_id)) or ""


def mark_handled(session: Session, phone: str, *, by: str, now: datetime) -> int:
    """Nothing of this conversation waits any more; how many texts waited."""
    done = (
        update(Reply)
        .where(Reply.phone == phone, Reply.needs_answer, Reply.handled_at.is_(None))
        .values(handled_at=now, handled_by=by)
    )
    return len(session.execute(done.returning(Reply.id)).all())


def waiting_count(session: Session, campaign_id: int | None = None) -> int:
    """How many texts wait for a person (ix_replies_waiting)."""
    waits = select(func.count()).where(Reply.needs_answer, Reply.handled_at.is_(None))
    if campaign_id is not None:
        waits = waits.where(or_(Reply.campaign_id == campaign_id, Reply.campaign_id.is_(None)))
    return session.scalar(waits) or 0


def pass_to_person(session: Session, reply_id: int) -> None:
    """No machine could answer this text."""
    session.execute(update(Reply).where(Reply.id == reply_id).values(needs_answer=True))


def briefings_sent(session: Session, phone: str) -> int:
    """How many briefings a phone has been texted on its own asking (ix_notices_to_address)."""
    sent = select(func.count()).where(Notice.to_address == phone, Notice.kind == "more_sms")
    return session.scalar(sent) or 0
