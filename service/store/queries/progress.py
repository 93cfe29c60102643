"""Questions about how far blasts have come, and what campaigns have come to."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text

from service.store import Session

_RATE = text("""
    SELECT blast_id, sum(size)::bigint AS n FROM batches
    WHERE blast_id = ANY(:blast_ids) AND finished_at > clock_timestamp() - interval '10 seconds' AND state = 'accepted'
    GROUP BY 1
""")


def accepted_lately(session: Session, blast_ids: Sequence[int]) -> dict[int, int]:
    """Messages accepted in the last ten seconds, per blast (ix_batches_blast_id_state)."""
    return {row.blast_id: row.n for row in session.execute(_RATE, {"blast_ids": list(blast_ids)})}


_DOUBT = text("""
    SELECT blast_id, min(intent_at) AS since FROM batches WHERE blast_id = ANY(:blast_ids) AND state = 'in_doubt'
    GROUP BY 1
""")


def oldest_doubts(session: Session, blast_ids: Sequence[int]) -> dict[int, datetime]:
    """Since when the oldest doubt of each blast is in doubt (ix_batches_blast_id_state)."""
    return {row.blast_id: row.since for row in session.execute(_DOUBT, {"blast_ids": list(blast_ids)})}


# Closed with the cancelling itself; those of a large blast follow, some thousand a tick.
_CLOSED_AT_ONCE = 200
_CANCEL = text("""
    UPDATE batches SET state = 'cancelled', finished_at = clock_timestamp(), reason = 'blast cancelled',
        lease_until = NULL
    WHERE state IN ('queued', 'claimed') AND id = ANY(ARRAY(
        SELECT id FROM batches WHERE blast_id = :blast_id AND state IN ('queued', 'claimed')
        LIMIT :limit FOR UPDATE SKIP LOCKED))
""")


def cancel_batches(session: Session, blast_id: int) -> None:
    """End some batches of a blast that have no intent yet (ix_batches_blast_id_state)."""
    session.execute(_CANCEL, {"blast_id": blast_id, "limit": _CLOSED_AT_ONCE})


def stages_to_come(session: Session, campaign_id: int) -> int:
    """Stages with a time that have yet to fire."""
    question = text("""SELECT count(*) FROM stages WHERE campaign_id = :id AND fired_at IS NULL
                       AND removed_at IS NULL AND due_at IS NOT NULL""")
    return int(session.scalar(question, {"id": campaign_id}) or 0)


def waiting_to_go(session: Session) -> int:
    """Batches and notices due and not yet handed over, and blasts still being written."""
    question = text("""
        SELECT (SELECT count(*) FROM batches WHERE state IN ('queued', 'claimed', 'sending')
                AND not_before <= clock_timestamp())
             + (SELECT count(*) FROM notices WHERE state IN ('queued', 'claimed', 'sending')
                AND not_before <= clock_timestamp())
             + (SELECT count(*) FROM blasts WHERE state = 'opening')""")
    return int(session.scalar(question) or 0)


def messages_sent(session: Session, campaign_id: int) -> int:
    """Messages accepted so far, as their batches have it."""
    question = text("""SELECT coalesce(sum(b.size), 0) FROM batches b JOIN blasts ON blasts.id = b.blast_id
                       WHERE blasts.campaign_id = :id AND b.state = 'accepted'""")
    return int(session.scalar(question, {"id": campaign_id}) or 0)


def kick_off_of(session: Session, fixture_id: int) -> datetime:
    """When a match kicks off."""
    moment: datetime = session.execute(
        text("SELECT kick_off_at FROM fixtures WHERE id = :id"), {"id": fixture_id}
    ).one()[0]
    return moment


def fixture_of(session: Session, campaign_id: int) -> int:
    """The match a campaign is around."""
    found = session.execute(text("SELECT fixture_id FROM campaigns WHERE id = :id"), {"id": campaign_id}).one()
    return int(found[0])


def forget_quiet_hours(session: Session, campaign_id: int) -> None:
    """Let a rehearsal run at any hour."""
    session.execute(text("UPDATE campaigns SET quiet_hours = '{}' WHERE id = :id"), {"id": campaign_id})
