"""Questions about how far blasts have come, and what campaigns have come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from service.store import Session


@dataclass(frozen=True, slots=True)
class FactCount:
    """What supporters did with a blast's messages."""

    blast_id: int
    channel: str
    opened: int
    clicked: int
    complained: int
    left: int


_FACTS = text("""
    SELECT blast_id, channel, count(opened_at) AS opened, count(clicked_at) AS clicked,
        count(complained_at) AS complained, count(left_at) AS left
    FROM messages WHERE blast_id = ANY(:blast_ids) GROUP BY 1, 2 ORDER BY 1, 2
""")


def fact_counts(session: Session, blast_ids: Sequence[int]) -> list[FactCount]:
    """Opens, clicks, complaints and leavings, per blast and channel."""
    return [FactCount(**dict(row._mapping)) for row in session.execute(_FACTS, {"blast_ids": list(blast_ids)})]


_SIGNED = text("""
    SELECT blast_id, count(*) AS n FROM signatures
    WHERE blast_id = ANY(:blast_ids) AND withdrawn_at IS NULL AND NOT awaits_name GROUP BY 1
""")


def signed_counts(session: Session, blast_ids: Sequence[int]) -> dict[int, int]:
    """Signatures that came from each blast (ix_signatures_blast_id)."""
    return {row.blast_id: row.n for row in session.execute(_SIGNED, {"blast_ids": list(blast_ids)})}


_SEGMENTS = text("""
    SELECT blast_id, sum(segments)::bigint AS segments,
        coalesce(sum(size) FILTER (WHERE channel = 'email' AND state = 'accepted'), 0)::bigint AS emails
    FROM batches WHERE blast_id = ANY(:blast_ids) GROUP BY 1
""")


def spent(session: Session, blast_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Segments and emails handed over, per blast."""
    rows = session.execute(_SEGMENTS, {"blast_ids": list(blast_ids)})
    return {row.blast_id: (row.segments, row.emails) for row in rows}


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


_TOTALS = text("""
    SELECT
        (SELECT count(*) FROM sign_ups WHERE campaign_id = :id) AS sign_ups,
        (SELECT count(*) FROM sign_ups WHERE campaign_id = :id
            AND (email_confirmed_at IS NOT NULL OR phone_confirmed_at IS NOT NULL)) AS confirmed,
        (SELECT count(*) FROM permissions WHERE campaign_id = :id AND channel = 'email') AS by_email,
        (SELECT count(*) FROM permissions WHERE campaign_id = :id AND channel = 'sms') AS by_sms,
        (SELECT coalesce(sum(s.count), 0)::bigint FROM signature_counts s JOIN petitions p ON p.id = s.petition_id
            WHERE p.campaign_id = :id) AS signatures,
        (SELECT count(*) FROM actions WHERE campaign_id = :id AND kind = 'shared') AS shares,
        (SELECT count(*) FROM actions WHERE campaign_id = :id AND kind = 'brought') AS brought,
        (SELECT count(DISTINCT supporter_id) FROM actions WHERE campaign_id = :id AND kind = 'brought') AS sharers,
        (SELECT count(*) FROM replies WHERE campaign_id = :id) AS replies,
        (SELECT count(*) FROM replies WHERE campaign_id = :id AND needs_answer AND handled_at IS NULL) AS waiting,
        (SELECT count(DISTINCT supporter_id) FROM consents WHERE campaign_id = :id AND act = 'withdrawn'
            AND import_id IS NULL) AS left
""")


@dataclass(frozen=True, slots=True)
class Totals:
    """What a campaign has come to."""

    sign_ups: int
    confirmed: int
    by_email: int
    by_sms: int
    signatures: int
    shares: int
    # How many have confirmed who came by a supporter's own link, and how many supporters brought them.
    brought: int
    sharers: int
    replies: int
    waiting: int
    left: int


def totals(session: Session, campaign_id: int) -> Totals:
    """The sums of a campaign."""
    return Totals(**dict(session.execute(_TOTALS, {"id": campaign_id}).one()._mapping))


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
