"""Questions of receiving a text: kept once, and what is known of its number."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.domain.channel import Channel
from service.store import Session, locks
from service.store.locks import NumberLock
from service.store.tables.listening import Reply
from service.store.tables.notices import Notice
from service.store.tables.people import Permission, Supporter

# More than this need not be told apart.
MOST_COUNTED = 1000


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
    via: str = "sms",
    media: Sequence[dict[str, str]] = (),
    answered_by_provider: bool = False,
) -> int | None:
    """Keep a text; None when it is there already, however often the webhook calls.

    Its conversation is kept, and locked, by the database itself: two texts of one number wait for one another.
    """
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
        via=via,
        media=list(media),
        answered_by_provider=answered_by_provider,
    )
    kept = row.on_conflict_do_nothing(constraint="uq_replies_provider_ref").returning(Reply.id)
    return session.scalars(kept).one_or_none()


def wait_for_number(session: Session, phone: str) -> None:
    """Wait for the texts of this number that are being received; ask what they did in later statements only."""
    locks.take_number(session, NumberLock.TEXTS, phone)


def known_refs(session: Session, provider_refs: Sequence[str]) -> frozenset[str]:
    """Which of these texts were received before (uq_replies_provider_ref)."""
    found = select(Reply.provider_ref).where(Reply.provider_ref == func.any(list(provider_refs)))
    return frozenset(session.scalars(found))


# Not by words: a "Yes!" that did nothing outdates no STOP. An import and a manager's undo are no act of the person.
# What a text gave is dated by that text; anything else can have been given by now at the latest.
_CONSENTED_AFTER = text("""
    SELECT EXISTS (SELECT FROM consents WHERE supporter_id = :supporter_id AND channel = 'sms' AND act = 'given'
        AND at > :after AND (at <= :now OR source LIKE 'text:%')
        AND source NOT LIKE 'import:%' AND source NOT LIKE 'console:%'
        AND (address_hash IS NULL OR address_hash = :address_hash))
""")


def consented_after(
    session: Session, supporter_id: int, *, address_hash: bytes, after: datetime, now: datetime
) -> bool:
    """Whether a supporter has agreed to texts to this number since, by an act of their own (ix_consents_supporter_id)."""
    asked = {"supporter_id": supporter_id, "address_hash": address_hash, "after": after, "now": now}
    return bool(session.scalar(_CONSENTED_AFTER, asked))


# Served by ix_replies_phone and pk_suppressions.
_STOPPED_AFTER = text("""
    SELECT EXISTS (SELECT FROM replies WHERE phone = :phone AND received_at > :after AND keyword IN ('stop', 'unclear'))
        OR EXISTS (SELECT FROM suppressions WHERE channel = 'sms' AND address_hash = :address_hash AND at > :after
                   AND at <= :now)
""")


def stopped_after(session: Session, phone: str, *, address_hash: bytes, after: datetime, now: datetime) -> bool:
    """Whether a number has asked to be left alone since, or something else has had us leave it alone."""
    asked = {"phone": phone, "address_hash": address_hash, "after": after, "now": now}
    return bool(session.scalar(_STOPPED_AFTER, asked))


def said_stop_since(session: Session, phone: str, since: datetime, *, unclear_since: datetime) -> bool:
    """Whether a number has asked to be left alone since, or may have since the other moment (ix_replies_phone)."""
    asked = (Reply.keyword == "stop") & (Reply.received_at > since)
    may_have = (Reply.keyword == "unclear") & (Reply.received_at > unclear_since)
    said = select(Reply.id).where(Reply.phone == phone, or_(asked, may_have))
    return session.scalar(said.limit(1)) is not None


def is_stopped_at_provider(session: Session, phone: str) -> bool:
    """Whether the provider itself blocks a number: the last STOP or START was a STOP it acted on (ix_replies_phone)."""
    last = (
        select(Reply.keyword == "stop", Reply.answered_by_provider)
        .where(Reply.phone == phone, Reply.keyword.in_(["stop", "start"]))
        .order_by(Reply.received_at.desc(), Reply.id.desc())
        .limit(1)
    )
    found = session.execute(last).one_or_none()
    return found is not None and all(found)


def answers_since(session: Session, phone: str, since: datetime) -> int:
    """How many texts we sent a phone of our own accord since (ix_notices_to_address)."""
    sent = select(func.count()).where(Notice.to_address == phone, Notice.created_at > since)
    return session.scalar(sent.where(Notice.kind != "answer_sms")) or 0


def newest_notice(session: Session, phone: str) -> int:
    """The last one-off text asked for to a phone, to tell whether there is another one since (ix_notices_to_address)."""
    return session.scalar(select(func.max(Notice.id)).where(Notice.to_address == phone)) or 0


def was_told_since(session: Session, phone: str, kind: str, since: datetime) -> bool:
    """Whether a phone was sent a notice of this kind since (ix_notices_to_address)."""
    told = select(Notice.id).where(Notice.to_address == phone, Notice.created_at > since, Notice.kind == kind)
    return session.scalar(told.limit(1)) is not None


# What one can answer: a blast's text that is on its way, or one of ours to the number alone; whichever came last. Where
# there was none, what its owner allowed texts for last. Served by pk_messages, one look-up a blast, by
# ix_notices_to_address and by ix_permissions_supporter_id.
_LAST_CAMPAIGN = text("""
    SELECT campaign_id FROM (
        (SELECT l.campaign_id, true AS was_texted, b.intent_at AS at FROM blasts l
         JOIN messages m ON m.blast_id = l.id AND m.channel = 'sms' AND m.supporter_id = :supporter_id
         JOIN batches b ON b.id = m.batch_id
         WHERE b.intent_at IS NOT NULL
           AND coalesce(m.state, b.state) IN ('sending', 'in_doubt', 'unknown', 'accepted', 'delivered', 'bounced')
         ORDER BY b.intent_at DESC LIMIT 1)
        UNION ALL
        (SELECT campaign_id, true, created_at FROM notices
         WHERE to_address = :phone AND channel = 'sms' AND campaign_id IS NOT NULL ORDER BY created_at DESC LIMIT 1)
        UNION ALL
        (SELECT campaign_id, false, given_at FROM permissions WHERE supporter_id = :supporter_id AND channel = 'sms'
         ORDER BY given_at DESC LIMIT 1)
    ) heard ORDER BY was_texted DESC, at DESC LIMIT 1
""")


def last_campaign(session: Session, phone: str, supporter_id: int | None) -> int | None:
    """The campaign that a text from this phone is about: whose text it had last."""
    found: int | None = session.scalar(_LAST_CAMPAIGN, {"phone": phone, "supporter_id": supporter_id})
    return found


def stopped_campaigns(session: Session, supporter_id: int) -> Sequence[int]:
    """The campaigns in which texts to a supporter's present number were stopped, and not since allowed again.

    What an import's undoing took back was never theirs.
    """
    rows = session.execute(
        text("""SELECT DISTINCT c.campaign_id FROM consents c JOIN supporters s ON s.id = c.supporter_id
                WHERE c.supporter_id = :id AND c.channel = 'sms' AND c.act = 'withdrawn'
                  AND c.import_id IS NULL AND c.address_hash = s.phone_hash
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


def body_of(session: Session, reply_id: int) -> str:
    """What a text says (pk_replies)."""
    return session.scalar(select(Reply.body).where(Reply.id == reply_id)) or ""


def waiting_count(session: Session, campaign_id: int | None = None) -> int:
    """How many texts wait for a person, counted up to a thousand (ix_replies_waiting)."""
    waits = select(Reply.id).where(Reply.needs_answer, Reply.handled_at.is_(None))
    if campaign_id is not None:
        waits = waits.where(or_(Reply.campaign_id == campaign_id, Reply.campaign_id.is_(None)))
    return session.scalar(select(func.count()).select_from(waits.limit(MOST_COUNTED).subquery())) or 0


def pass_to_person(session: Session, reply_id: int) -> None:
    """No machine could answer this text."""
    session.execute(update(Reply).where(Reply.id == reply_id).values(needs_answer=True))


def briefings_sent(session: Session, phone: str) -> int:
    """How many briefings a phone has been texted on its own asking (ix_notices_to_address)."""
    sent = select(func.count()).where(Notice.to_address == phone, Notice.kind == "more_sms")
    return session.scalar(sent) or 0
