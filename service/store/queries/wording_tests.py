"""Questions about tests of two wordings: how each does, which are due, and letting the rest go."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, text, update

from service.domain.message import BlastState
from service.domain.wording_test import Arm, Standing
from service.store import Session
from service.store.tables.blasts import Blast

# Batches by ix_batches_blast_id_state; messages by the spans of their batches; signatures by ix_signatures_blast_id.
_STANDINGS = text("""
    WITH tried AS (SELECT id, channel, arm, state, size, first_supporter_id, last_supporter_id FROM batches
        WHERE blast_id = :blast_id AND arm IN ('a', 'b')),
    done AS (
        SELECT t.arm, count(*) FILTER (WHERE m.clicked_at IS NOT NULL) AS clicked,
            count(g.supporter_id) AS signed
        FROM tried t JOIN messages m ON m.blast_id = :blast_id AND m.channel = t.channel AND m.batch_id = t.id
            AND m.supporter_id BETWEEN t.first_supporter_id AND t.last_supporter_id
        LEFT JOIN signatures g ON g.blast_id = :blast_id AND g.supporter_id = m.supporter_id
            AND g.withdrawn_at IS NULL AND NOT g.awaits_name
        GROUP BY t.arm)
    SELECT arms.arm, coalesce((SELECT sum(size) FROM tried WHERE tried.arm = arms.arm AND state = 'accepted'), 0)::bigint
        AS sent, coalesce(done.clicked, 0) AS clicked, coalesce(done.signed, 0) AS signed
    FROM (VALUES ('a'), ('b')) AS arms(arm) LEFT JOIN done ON done.arm = arms.arm ORDER BY arms.arm
""")


def standings(session: Session, blast_id: int) -> list[Standing]:
    """How each wording of a blast does so far."""
    rows = session.execute(_STANDINGS, {"blast_id": blast_id})
    return [Standing(Arm(row.arm), row.sent, row.clicked, row.signed) for row in rows]


def hold_due(session: Session, *, now: datetime) -> Sequence[Blast]:
    """Blasts under way whose test has lasted long enough, held (ix_blasts_working)."""
    question = (
        select(Blast)
        .where(
            Blast.state == BlastState.RUNNING,
            Blast.test_share > 0,
            Blast.test_winner == "",
            Blast.test_lasts.is_not(None),
            Blast.opened_at + Blast.test_lasts <= now,
        )
        .order_by(Blast.id)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return session.scalars(question).all()


# The winner's rendering of the same channel and language takes the place of the one they waited in.
_LET_GO = text("""
    UPDATE batches b SET rendering_id = winner.id, not_before = :now
    FROM renderings waiting, renderings winner
    WHERE b.blast_id = :blast_id AND b.arm = 'rest' AND b.state = 'queued' AND waiting.id = b.rendering_id
      AND winner.blast_id = b.blast_id AND winner.channel = waiting.channel AND winner.language = waiting.language
      AND winner.arm = :winner
    RETURNING b.size
""")


def let_rest_go(session: Session, blast_id: int, winner: Arm, *, now: datetime) -> int:
    """Note the winner and let the rest of the audience have it; how many messages."""
    chosen = update(Blast).where(Blast.id == blast_id).values(test_winner=winner, test_decided_at=now)
    session.execute(chosen)
    asked = {"blast_id": blast_id, "winner": str(winner), "now": now}
    return sum(session.scalars(_LET_GO, asked))
