"""Questions about one supporter at a time, and finding them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, text

from service.domain.quiet import WAITS_FOR_MORNING
from service.store import Session
from service.store.tables.people import Supporter


def find(session: Session, words: str, *, limit: int, by_beginning: bool = True) -> Sequence[Supporter]:
    """Supporters whose first name, email or phone begins with these words; the newest where none are given.

    Without `by_beginning` an email or phone must be these words, whole.
    """
    asked = select(Supporter).where(Supporter.erased_at.is_(None)).order_by(Supporter.id.desc()).limit(limit)
    if words:
        begins = f"{_plain(words)}%"
        address = (
            or_(Supporter.email.ilike(begins), Supporter.phone.like(begins))
            if by_beginning
            else or_(Supporter.email.ilike(_plain(words)), Supporter.phone == words)
        )
        asked = asked.where(or_(Supporter.first_name.ilike(begins), address))
    return session.scalars(asked).all()


def _plain(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def one(session: Session, supporter_id: int) -> Supporter | None:
    """A supporter, erased or not."""
    return session.scalars(select(Supporter).where(Supporter.id == supporter_id)).one_or_none()


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened with a supporter: `kind` says what, `what` names the thing, `detail` the rest.

    `why`: for a message that has not gone, the reason by its word in the domain.
    """

    at: datetime
    kind: str
    channel: str
    what: str
    detail: str
    why: str


# Why a message has not gone: its own reason; what holds its batch; or why its batch is over. Moments are in UTC.
_NEXT = "to_char({} AT TIME ZONE 'UTC', 'DD Mon HH24:MI') || ' UTC'"
_WHY = f"""CASE WHEN m.reason <> '' THEN m.reason
    WHEN m.state IS NOT NULL THEN NULL
    WHEN b.state IN ('queued', 'claimed') AND l.state = 'paused' THEN 'the blast is ' || l.paused_reason
    WHEN b.state IN ('queued', 'claimed', 'cancelled') AND l.state = 'cancelled' THEN 'the blast was ' || l.paused_reason
    WHEN b.state = 'queued' AND b.arm = 'rest' AND l.test_winner = '' THEN 'waits for a wording to be chosen'
    WHEN b.state = 'queued' AND b.not_before > clock_timestamp() AND b.reason = :quiet
        THEN 'waits for the end of quiet hours, ' || {_NEXT.format("b.not_before")}
    WHEN b.state = 'queued' AND b.not_before > clock_timestamp() AND b.reason <> ''
        THEN 'waits until ' || {_NEXT.format("b.not_before")} || ': ' || b.reason
    WHEN b.state = 'queued' AND s.held_until > clock_timestamp()
        THEN 'waits until ' || {_NEXT.format("s.held_until")} || ': the sender''s limit for the day is reached'
    WHEN b.state = 'queued' AND b.not_before > clock_timestamp() AND l.local_time IS NOT NULL
        THEN 'waits for the chosen hour where they are, ' || {_NEXT.format("b.not_before")}
    WHEN b.state IN ('withheld', 'expired', 'failed') AND b.reason <> '' THEN b.reason END"""
# When a message came to stand as it does; one that has not gone, when it was made.
_WHEN = """coalesce(m.settled_at, b.finished_at, b.intent_at,
    CASE WHEN l.is_rolling THEN least(b.not_before, clock_timestamp()) ELSE coalesce(l.opened_at, l.opens_at) END)"""

# Each part is served by an index on the supporter; messages are found blast by blast through their primary key.
_EVENTS = text(f"""
    SELECT c.at, 'consent ' || c.act AS kind, c.channel, coalesce(k.title, '') AS what,
        concat_ws(' · ', nullif(c.wording, ''), nullif(c.source, '')) AS detail, '' AS why
      FROM consents c LEFT JOIN campaigns k ON k.id = c.campaign_id WHERE c.supporter_id = :id
    UNION ALL
    SELECT a.at, 'action ' || a.kind, '', k.title, a.detail, ''
      FROM actions a JOIN campaigns k ON k.id = a.campaign_id WHERE a.supporter_id = :id
    UNION ALL
    SELECT s.signed_at, CASE WHEN s.awaits_name THEN 'signed without a name' ELSE 'signed' END, '', k.title,
        concat_ws(' · ', nullif(s.source, ''), CASE WHEN s.withdrawn_at IS NOT NULL THEN 'taken off since' END), ''
      FROM signatures s JOIN petitions p ON p.id = s.petition_id JOIN campaigns k ON k.id = p.campaign_id
      WHERE s.supporter_id = :id
    UNION ALL
    SELECT {_WHEN}, 'message ' || coalesce(m.state, b.state),
        m.channel, l.title,
        concat_ws(' · ', CASE WHEN m.opened_at IS NOT NULL THEN 'opened' END,
            CASE WHEN m.clicked_at IS NOT NULL THEN 'clicked' END, CASE WHEN m.left_at IS NOT NULL THEN 'left' END),
        coalesce({_WHY}, '')
      FROM blasts l JOIN messages m ON m.blast_id = l.id AND m.channel = ANY(l.channels) AND m.supporter_id = :id
      JOIN batches b ON b.id = m.batch_id LEFT JOIN senders s ON s.channel = b.channel AND s.name = b.sender
    UNION ALL
    SELECT r.received_at, 'text from them', 'sms', r.keyword, r.body, '' FROM replies r
      WHERE r.phone = (SELECT phone FROM supporters WHERE id = :id)
    ORDER BY 1 DESC LIMIT 500
""")  # noqa: S608 - our own words


def events(session: Session, supporter_id: int) -> list[Event]:
    """What happened with a supporter, the newest first."""
    return [
        Event(**dict(row._mapping))
        for row in session.execute(_EVENTS, {"id": supporter_id, "quiet": WAITS_FOR_MORNING})
    ]


_STANDING = text("""
    SELECT k.slug, k.title, p.channel, p.given_at FROM permissions p JOIN campaigns k ON k.id = p.campaign_id
    JOIN supporters s ON s.id = p.supporter_id
        AND p.address_hash = CASE p.channel WHEN 'email' THEN s.email_hash ELSE s.phone_hash END
    WHERE p.supporter_id = :id ORDER BY k.id DESC, p.channel
""")


def permissions(session: Session, supporter_id: int) -> list[tuple[str, str, str, datetime]]:
    """The consents that stand for the addresses they have now: campaign's slug and title, channel, since when."""
    rows = session.execute(_STANDING, {"id": supporter_id})
    return [(row.slug, row.title, row.channel, row.given_at) for row in rows]


_SUPPRESSED = text("""
    SELECT x.channel, x.reason, x.at FROM suppressions x JOIN supporters s
      ON (x.channel = 'email' AND x.address_hash = s.email_hash) OR (x.channel = 'sms' AND x.address_hash = s.phone_hash)
    WHERE s.id = :id ORDER BY x.channel
""")


def suppressions(session: Session, supporter_id: int) -> list[tuple[str, str, datetime]]:
    """Which of a supporter's addresses must be left alone, why, and since when."""
    return [(row.channel, row.reason, row.at) for row in session.execute(_SUPPRESSED, {"id": supporter_id})]
