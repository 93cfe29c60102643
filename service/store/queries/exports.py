"""Questions of exports, each over a span of ids or a page by key: none reads a whole table."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Row, TextClause, text

from service.store import Session

# The spans of ids one question covers; gaps make a page shorter, never a question longer.
SPAN = 5_000


class SupporterLine(NamedTuple):
    """A supporter as an export holds them; the names are the columns."""

    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    locale: str
    time_zone: str
    source: str
    postcode: str
    country: str
    tags: str
    external_id: str | None
    joined_at: datetime
    consent_email: str
    consent_email_wording: str | None
    consent_email_at: datetime | None
    consent_email_source: str | None
    consent_email_ip: str | None
    consent_sms: str
    consent_sms_wording: str | None
    consent_sms_at: datetime | None
    consent_sms_source: str | None
    consent_sms_ip: str | None
    left_email: str | None
    left_email_at: datetime | None
    left_sms: str | None
    left_sms_at: datetime | None
    details: dict[str, str]


# By the keys of supporters, permissions and suppressions; who was ever asked by ix_consents_supporter_id, who came
# with a file by ix_actions_supporter_id_kind.
_SUPPORTERS = text("""
    SELECT s.first_name, s.last_name, s.email, s.phone, s.locale, s.time_zone, s.source, s.postcode, s.country,
        array_to_string(s.tags, ', ') AS tags, s.external_id, s.created_at AS joined_at,
        CASE WHEN e.id IS NULL THEN '' ELSE 'yes' END AS consent_email, e.wording AS consent_email_wording,
        e.at AS consent_email_at, e.source AS consent_email_source, e.ip AS consent_email_ip,
        CASE WHEN t.id IS NULL THEN '' ELSE 'yes' END AS consent_sms, t.wording AS consent_sms_wording,
        t.at AS consent_sms_at, t.source AS consent_sms_source, t.ip AS consent_sms_ip,
        xe.reason AS left_email, xe.at AS left_email_at, xt.reason AS left_sms, xt.at AS left_sms_at, s.details
    FROM supporters s
    LEFT JOIN permissions pe ON pe.supporter_id = s.id AND pe.channel = 'email' AND pe.campaign_id = :campaign_id
        AND pe.address_hash = s.email_hash
    LEFT JOIN consents e ON e.id = pe.consent_id
    LEFT JOIN permissions pt ON pt.supporter_id = s.id AND pt.channel = 'sms' AND pt.campaign_id = :campaign_id
        AND pt.address_hash = s.phone_hash
    LEFT JOIN consents t ON t.id = pt.consent_id
    LEFT JOIN suppressions xe ON xe.channel = 'email' AND xe.address_hash = s.email_hash
    LEFT JOIN suppressions xt ON xt.channel = 'sms' AND xt.address_hash = s.phone_hash
    WHERE s.id > :after AND s.id <= :after + :span AND s.erased_at IS NULL AND (:everyone
        OR EXISTS (SELECT 1 FROM consents c WHERE c.supporter_id = s.id AND c.campaign_id = :campaign_id)
        OR EXISTS (SELECT 1 FROM actions a WHERE a.supporter_id = s.id AND a.kind = 'imported'
                   AND a.campaign_id = :campaign_id))
    ORDER BY s.id
""")


def supporters(session: Session, *, campaign_id: int, after: int, everyone: bool) -> list[SupporterLine]:
    """The supporters of a span of ids whom this campaign ever asked, or who came to it with a file."""
    asked = {"campaign_id": campaign_id, "after": after, "span": SPAN, "everyone": everyone}
    return [SupporterLine(*row) for row in session.execute(_SUPPORTERS, asked)]


# pk_consents, pk_supporters.
_CONSENTS = text("""
    SELECT c.at, k.slug, c.channel, c.act, s.first_name, s.email, s.phone, c.wording, c.source, c.ip,
        encode(c.address_hash, 'hex') AS address_hash
    FROM consents c JOIN campaigns k ON k.id = c.campaign_id LEFT JOIN supporters s ON s.id = c.supporter_id
    WHERE c.id > :after AND c.id <= :after + :span AND c.campaign_id = :campaign_id ORDER BY c.id
""")
CONSENTS = (
    *("at", "campaign", "channel", "act", "first_name", "email", "phone", "wording", "source", "ip", "address_hash"),
)

# pk_replies.
_REPLIES = text("""
    SELECT r.received_at, r.phone, coalesce(s.first_name, '') AS first_name, r.to_number, r.body, r.keyword,
        r.handled_at, r.handled_by
    FROM replies r LEFT JOIN supporters s ON s.id = r.supporter_id
    WHERE r.id > :after AND r.id <= :after + :span AND r.phone IS NOT NULL
      AND (r.campaign_id = :campaign_id OR r.campaign_id IS NULL)
    ORDER BY r.id
""")
REPLIES = ("received_at", "phone", "first_name", "to_number", "body", "keyword", "handled_at", "handled_by")


def _span(session: Session, question: TextClause, campaign_id: int, after: int) -> Sequence[Row[tuple[object, ...]]]:
    return session.execute(question, {"campaign_id": campaign_id, "after": after, "span": SPAN}).all()


def consents(session: Session, *, campaign_id: int, after: int) -> Sequence[Row[tuple[object, ...]]]:
    """The ledger's lines of a campaign in a span of ids."""
    return _span(session, _CONSENTS, campaign_id, after)


def replies(session: Session, *, campaign_id: int, after: int) -> Sequence[Row[tuple[object, ...]]]:
    """The texts in a span of ids that came for a campaign, or for none that we could tell."""
    return _span(session, _REPLIES, campaign_id, after)


# pk_messages; the batches and supporters by their keys.
_MESSAGES = text("""
    SELECT b.title, coalesce(g.slug, '') AS stage, m.channel, s.first_name,
        CASE m.channel WHEN 'email' THEN s.email ELSE s.phone END AS address, coalesce(m.state, t.state) AS state,
        m.reason, coalesce(m.settled_at, t.finished_at) AS at, m.opened_at, m.clicked_at, m.complained_at, m.left_at,
        m.supporter_id
    FROM messages m JOIN blasts b ON b.id = m.blast_id LEFT JOIN stages g ON g.id = b.stage_id
    LEFT JOIN batches t ON t.id = m.batch_id LEFT JOIN supporters s ON s.id = m.supporter_id
    WHERE m.blast_id = :blast_id AND (m.channel, m.supporter_id) > (:channel, :after)
    ORDER BY m.channel, m.supporter_id LIMIT :span
""")
MESSAGES = (
    *("blast", "stage", "channel", "first_name", "address", "state", "reason", "at", "opened_at", "clicked_at"),
    *("complained_at", "left_at", "supporter"),
)


def messages(session: Session, *, blast_id: int, channel: str, after: int) -> Sequence[Row[tuple[object, ...]]]:
    """The messages of a blast after this one, by channel and supporter."""
    asked = {"blast_id": blast_id, "channel": channel, "after": after, "span": SPAN}
    return session.execute(_MESSAGES, asked).all()


def blast_ids(session: Session, campaign_id: int) -> list[int]:
    """The campaign's blasts, oldest first (ix_blasts_campaign_id)."""
    found = text("SELECT id FROM blasts WHERE campaign_id = :campaign_id ORDER BY id")
    return list(session.scalars(found, {"campaign_id": campaign_id}))


# pk_suppressions.
_SUPPRESSIONS = text("""
    SELECT channel, reason, at, encode(address_hash, 'hex') AS address_hash, forgotten_at FROM suppressions
    WHERE (channel, address_hash) > (:channel, decode(:after, 'hex')) ORDER BY channel, address_hash LIMIT :span
""")
SUPPRESSIONS = ("channel", "reason", "at", "address_hash", "forgotten_at")


def suppressions(session: Session, *, channel: str, after: str) -> Sequence[Row[tuple[object, ...]]]:
    """The suppressed addresses after this one, as the hashes they are kept under."""
    return session.execute(_SUPPRESSIONS, {"channel": channel, "after": after, "span": SPAN}).all()


_NEWEST = {
    "supporters": text("SELECT max(id) FROM supporters"),
    "consents": text("SELECT max(id) FROM consents"),
    "replies": text("SELECT max(id) FROM replies"),
}


def newest_id(session: Session, table: str) -> int:
    """The greatest id there is, by the table's key."""
    return session.scalar(_NEWEST[table]) or 0
