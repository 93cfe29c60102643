"""Questions about one conversation: what went to and fro, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from service.store import Session


@dataclass(frozen=True, slots=True)
class Line:
    """One text of a conversation, theirs or ours. `title` names the blast of a campaign's own text."""

    id: int
    is_ours: bool
    body: str
    at: datetime
    state: str
    by: str
    waits: bool
    via: str
    media: Sequence[dict[str, str]]
    handled_at: datetime | None
    title: str


# Each part is cut to a page by its own index before they are put in order: ix_replies_phone, ix_notices_to_address,
# and pk_messages, one look-up a blast.
_LINES = text("""
    SELECT * FROM (
        (SELECT id, false AS is_ours, body, received_at AS at, keyword AS state, handled_by AS by,
            needs_answer AND handled_at IS NULL AS waits, via, media, handled_at, '' AS title
         FROM replies WHERE phone = :phone AND received_at < :before ORDER BY received_at DESC, id DESC LIMIT :limit)
        UNION ALL
        (SELECT id, true, CASE WHEN body <> '' THEN body ELSE coalesce(facts ->> 'body', '') END, created_at, state,
            created_by, false, 'sms', '[]'::jsonb, NULL, ''
         FROM notices WHERE to_address = :phone AND channel = 'sms' AND created_at < :before
         ORDER BY created_at DESC, id DESC LIMIT :limit)
        UNION ALL
        (SELECT m.blast_id, true, r.text, b.intent_at, coalesce(m.state, b.state), '', false, 'sms', '[]'::jsonb, NULL,
            l.title
         FROM blasts l
         JOIN messages m ON m.blast_id = l.id AND m.channel = 'sms' AND m.supporter_id = :supporter_id
         JOIN batches b ON b.id = m.batch_id
         JOIN renderings r ON r.id = b.rendering_id
         WHERE b.intent_at < :before
           AND coalesce(m.state, b.state) IN ('sending', 'in_doubt', 'unknown', 'accepted', 'delivered', 'bounced')
         ORDER BY b.intent_at DESC LIMIT :limit)
    ) lines ORDER BY at DESC, is_ours DESC, id DESC LIMIT :limit
""")


def lines(session: Session, phone: str, *, supporter_id: int | None, before: datetime, limit: int) -> list[Line]:
    """The newest texts of a conversation before that moment, oldest first; those of blasts are still to be filled."""
    asked = {"phone": phone, "supporter_id": supporter_id, "before": before, "limit": limit}
    return [Line(**row._mapping) for row in session.execute(_LINES, asked)][::-1]
