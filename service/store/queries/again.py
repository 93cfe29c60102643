"""Questions about sending a blast again: to how many, of what length, and whether it has been already."""

from sqlalchemy import Select, exists, func, select, text

from service.domain.audience import parse_rules
from service.domain.channel import Channel
from service.store import Session
from service.store.in_time import in_time
from service.store.queries.audiences import audience_select
from service.store.queries.troubles import MAY_GO_AGAIN, OF_THE_ADDRESS_PATTERN
from service.store.queries.writing import has_not_opened
from service.store.tables.blasts import Blast

# Whether anything of a blast went, or may have gone.
_WENT = """EXISTS (SELECT FROM batches b WHERE b.blast_id = blasts.id
    AND b.state IN ('sending', 'accepted', 'delivered', 'failed', 'bounced', 'in_doubt', 'unknown'))"""

_UNKNOWN = text("""
    SELECT b.channel, sum(b.size - (SELECT count(*) FROM messages m WHERE m.blast_id = b.blast_id
        AND m.channel = b.channel AND m.batch_id = b.id AND m.state IS NOT NULL
        AND m.supporter_id BETWEEN b.first_supporter_id AND b.last_supporter_id))::bigint AS n
    FROM batches b WHERE b.blast_id = :blast_id AND b.state = 'unknown' GROUP BY 1
""")


def unknown_counts(session: Session, blast_id: int) -> dict[str, int]:
    """How many messages of a blast are of unknown outcome, by channel (ix_batches_unknown)."""
    return {row.channel: row.n for row in session.execute(_UNKNOWN, {"blast_id": blast_id})}


_FAILED = text(f"SELECT m.channel, count(*) AS n {MAY_GO_AGAIN} GROUP BY 1")


def failed_counts(session: Session, blast_id: int) -> dict[str, int]:
    """How many messages of a blast failed and may go again, by channel (the messages' own key: all of the blast's)."""
    asked = {"blast_id": blast_id, "of_the_address": OF_THE_ADDRESS_PATTERN}
    return {row.channel: row.n for row in session.execute(_FAILED, asked)}


_SEGMENTS_EACH = text("""
    SELECT coalesce(sum(segments)::float / nullif(sum(size), 0), 1) FROM batches
    WHERE blast_id = :blast_id AND channel = 'sms' AND state = 'accepted' AND segments > 0
""")


def segments_each(session: Session, blast_id: int) -> float:
    """How many segments a text of a blast came to, on average (ix_batches_blast_id_state)."""
    return float(session.scalar(_SEGMENTS_EACH, {"blast_id": blast_id}) or 1)


_RESEND_OF = text(f"""
    SELECT id FROM blasts WHERE resend_of = :blast_id AND (state <> 'cancelled' OR {_WENT})
""")  # noqa: S608 - our own words


def resend_of(session: Session, blast_id: int) -> int | None:
    """The blast that goes again to those who have not opened this one; one that ended before anything went is none
    (uq_blasts_resend_of, ix_batches_blast_id_state)."""
    found: int | None = session.scalar(_RESEND_OF, {"blast_id": blast_id})
    return found


_LET_GO = text(f"""
    UPDATE blasts SET resend_of = NULL WHERE resend_of = :blast_id AND state = 'cancelled' AND NOT {_WENT}
""")  # noqa: S608 - our own words


def let_go_of_resend(session: Session, blast_id: int) -> None:
    """Let a blast be sent again where the blast that was to do so ended before anything of it went."""
    session.execute(_LET_GO, {"blast_id": blast_id})


def count_silent(session: Session, first: Blast, *, most: int | None = None) -> int | None:
    """How many got a blast's email, did nothing with it, and may still be written to (pk_messages); at `most` it ends.

    None where the session's time for one statement is over before all are counted.
    """
    counted = select(func.count()).select_from(_silent(first).limit(most).subquery())
    return in_time(session, lambda: session.scalar(counted) or 0)


def has_silent(session: Session, first: Blast) -> bool:
    """Whether there is anybody whom count_silent counts; also true where none is found in the session's time."""
    found = in_time(session, lambda: bool(session.scalar(select(exists(_silent(first))))))
    return found is not False


def _silent(first: Blast) -> Select[int]:
    chosen = audience_select(first.campaign_id, Channel.EMAIL, parse_rules(first.audience))
    return chosen.where(has_not_opened(first.id, Channel.EMAIL))
