"""Questions of the managers' inbox: conversations page by page, one of them whole, and finding them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import TextClause, select, text, update

from service.store import Session
from service.store.tables.listening import Conversation, Reply


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """A conversation as the inbox lists it: the text that waits longest, else the newest one."""

    phone: str
    supporter_id: int | None
    first_name: str
    body: str
    at: datetime
    via: str
    media_count: int
    waiting: int
    newest_at: datetime
    newest_reply_id: int


# The page is cut first, by its own index; names and words are looked up for its rows alone.
_ROWS = """
    SELECT c.phone, s.id AS supporter_id, coalesce(s.first_name, '') AS first_name, r.body, r.received_at AS at, r.via,
        jsonb_array_length(r.media) AS media_count, c.waiting_count AS waiting, c.newest_at, c.newest_reply_id
    FROM (SELECT * FROM conversations WHERE {which} ORDER BY {order} LIMIT :limit) c
    JOIN replies r ON r.id = coalesce(c.waiting_reply_id, c.newest_reply_id)
    LEFT JOIN supporters s ON s.phone = c.phone
    ORDER BY {order}
"""
_OLDEST_WAITING = "waits_since, phone"
_NEWEST = "newest_at DESC, phone DESC"
_PAST_WAITING = "waits_since IS NOT NULL AND (waits_since, phone) > (:at, :phone)"
_PAST_NEWEST = "(newest_at, phone) < (:at, :phone)"

_WAITING = text(_ROWS.format(which="waits_since IS NOT NULL", order=_OLDEST_WAITING))
_WAITING_ON = text(_ROWS.format(which=_PAST_WAITING, order=_OLDEST_WAITING))
_ALL = text(_ROWS.format(which="true", order=_NEWEST))
_ALL_ON = text(_ROWS.format(which=_PAST_NEWEST, order=_NEWEST))
_NAMED = text(_ROWS.format(which="phone = ANY(:phones)", order=_NEWEST))
_NAMED_ON = text(_ROWS.format(which=f"phone = ANY(:phones) AND {_PAST_NEWEST}", order=_NEWEST))

Place = tuple[datetime, str]


def waiting(session: Session, *, after: Place | None, limit: int) -> list[ThreadRow]:
    """Conversations in which a text waits, whoever waits longest first (ix_conversations_waits_since)."""
    return _rows(session, _WAITING, _WAITING_ON, after, {"limit": limit})


def every(session: Session, *, after: Place | None, limit: int) -> list[ThreadRow]:
    """All conversations, the newest first (ix_conversations_newest_at)."""
    return _rows(session, _ALL, _ALL_ON, after, {"limit": limit})


def of_phones(session: Session, phones: Sequence[str], *, after: Place | None, limit: int) -> list[ThreadRow]:
    """The conversations with these numbers, the newest first (pk_conversations)."""
    return _rows(session, _NAMED, _NAMED_ON, after, {"limit": limit, "phones": list(phones)})


def _rows(
    session: Session, first: TextClause, further: TextClause, after: Place | None, asked: dict[str, object]
) -> list[ThreadRow]:
    if after is not None:
        asked |= {"at": after[0], "phone": after[1]}
    found = session.execute(first if after is None else further, asked)
    return [ThreadRow(**row._mapping) for row in found]


_BY_PREFIX = text("SELECT phone FROM conversations WHERE phone LIKE :begins LIMIT :most")
_BY_SUFFIX = text("SELECT phone FROM conversations WHERE reverse(phone) LIKE :begins LIMIT :most")
_BY_NAME = text("""
    SELECT c.phone FROM supporters s JOIN conversations c ON c.phone = s.phone
    WHERE lower(s.first_name) LIKE :begins LIMIT :most
""")
_BY_WORDS = text("""
    SELECT phone FROM replies
    WHERE to_tsvector('simple', body) @@ to_tsquery('simple', :words) AND phone <> 'erased' LIMIT :most
""")


def phones_like(session: Session, *, prefix: str, suffix: str, most: int) -> set[str]:
    """Numbers that begin, or end, with these digits (ix_conversations_phone_prefix, ix_conversations_phone_suffix)."""
    begin = session.scalars(_BY_PREFIX, {"begins": f"{prefix}%", "most": most})
    end = session.scalars(_BY_SUFFIX, {"begins": f"{suffix[::-1]}%", "most": most})
    return {*begin, *end}


def phones_named(session: Session, name: str, *, most: int) -> set[str]:
    """Numbers of supporters whose first name begins so (ix_supporters_name_prefix)."""
    plain = name.lower().replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return set(session.scalars(_BY_NAME, {"begins": f"{plain}%", "most": most}))


# Where every word of a search is in more texts than this, some of them are looked at instead of all: at ten million
# texts a common word would otherwise be read for seconds.
_ENOUGH = 20_000


def phones_that_said(session: Session, words: Sequence[str], *, most: int, by_beginning: bool = True) -> list[str]:
    """The number of each text that has words which begin so, or are so, all of them (ix_replies_words).

    `words` are letters and digits alone.
    """
    session.execute(text("SELECT set_config('gin_fuzzy_search_limit', :enough, true)"), {"enough": str(_ENOUGH)})
    query = " & ".join(f"{word}:*" if by_beginning else word for word in words)
    return list(session.scalars(_BY_WORDS, {"words": query, "most": most}))


_REASONS = text("SELECT address_hash, reason FROM suppressions WHERE channel = 'sms' AND address_hash = ANY(:hashes)")


def suppressed_among(session: Session, hashes: Sequence[bytes]) -> dict[bytes, str]:
    """Which of these numbers must be left alone, and why (pk_suppressions)."""
    return {bytes(row.address_hash): row.reason for row in session.execute(_REASONS, {"hashes": list(hashes)})}


def reply(session: Session, reply_id: int) -> Reply | None:
    """One text."""
    return session.scalars(select(Reply).where(Reply.id == reply_id)).one_or_none()


def find(session: Session, phone: str | None) -> Conversation | None:
    """A conversation as it stands."""
    found = select(Conversation).where(Conversation.phone == phone)
    # The database changes these rows itself: what a session read before may have changed since.
    return session.scalars(found.execution_options(populate_existing=True)).one_or_none()


def hold(session: Session, phone: str | None) -> Conversation | None:
    """A conversation, held until the transaction ends: managers take turns at it, and texts of its number wait."""
    held = select(Conversation).where(Conversation.phone == phone).with_for_update()
    return session.scalars(held.execution_options(populate_existing=True)).one_or_none()


_ANSWERED = text("""
    SELECT created_by, created_at FROM notices
    WHERE to_address = :phone AND created_at >= :since AND kind = 'answer_sms' AND created_by <> :but
    ORDER BY created_at DESC LIMIT 1
""")


def answered_by_other(session: Session, phone: str, *, since: datetime, but: str) -> tuple[str, datetime] | None:
    """Who else has answered a number since, and when (ix_notices_to_address)."""
    found = session.execute(_ANSWERED, {"phone": phone, "since": since, "but": but}).one_or_none()
    return (found.created_by, found.created_at) if found else None


def mark_handled(session: Session, phone: str, *, by: str, now: datetime, keyword: str | None = None) -> int:
    """Nothing of this conversation waits any more, or nothing of this keyword; how many texts waited."""
    done = (
        update(Reply)
        .where(Reply.phone == phone, Reply.needs_answer, Reply.handled_at.is_(None))
        .values(handled_at=now, handled_by=by)
    )
    if keyword is not None:
        done = done.where(Reply.keyword == keyword)
    return len(session.execute(done.returning(Reply.id)).all())


def wait_again(session: Session, phone: str, *, handled_at: datetime) -> None:
    """What was taken off the pile at that moment waits again."""
    undone = update(Reply).where(Reply.phone == phone, Reply.handled_at == handled_at)
    session.execute(undone.values(handled_at=None, handled_by=""))


def note_opt_out(session: Session, phone: str, *, at: datetime | None, by: str, over: str) -> None:
    """A manager said that this person wants to leave; `over`: what the number was suppressed for before. None undoes."""
    values = {"opted_out_at": at, "opted_out_by": by, "opted_out_over": over}
    session.execute(update(Conversation).where(Conversation.phone == phone).values(**values))


_WITHDRAWN_AT = text("""
    SELECT w.campaign_id, coalesce((SELECT g.wording FROM consents g
            WHERE g.supporter_id = w.supporter_id AND g.channel = 'sms' AND g.act = 'given'
              AND g.campaign_id = w.campaign_id AND g.id < w.id ORDER BY g.id DESC LIMIT 1), '') AS wording
    FROM consents w
    WHERE w.supporter_id = :supporter_id AND w.channel = 'sms' AND w.act = 'withdrawn' AND w.at = :at
        AND w.import_id IS NULL
""")


def withdrawn_at(session: Session, supporter_id: int, at: datetime) -> list[tuple[int, str]]:
    """The campaigns whose texts a supporter was taken off at that moment, each with the wording once agreed to."""
    rows = session.execute(_WITHDRAWN_AT, {"supporter_id": supporter_id, "at": at})
    return [(row.campaign_id, row.wording) for row in rows]


_WITHDRAWN_AFTER = text("""
    SELECT EXISTS (SELECT FROM consents WHERE supporter_id = :supporter_id AND channel = 'sms' AND act = 'withdrawn'
                   AND at > :at AND import_id IS NULL)
""")


def withdrew_after(session: Session, supporter_id: int, at: datetime) -> bool:
    """Whether a supporter's texts were stopped once more since (ix_consents_supporter_id)."""
    return bool(session.scalar(_WITHDRAWN_AFTER, {"supporter_id": supporter_id, "at": at}))
