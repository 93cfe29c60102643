"""Progress counts every message once: as its batch stands, or as it stands itself where it differs."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from service.domain.channel import Channel
from service.reporting.live import BlastUnknown, progress_of
from service.sending.due import open_scheduled_blasts
from service.sending.write import write_next_span
from service.store.queries.state_counts import state_counts
from service.store.tables.blasts import Blast
from service.store.tables.sending import Batch, Message
from tests import make
from tests.moments import StoppedClock

NOW = make.KICK_OFF - timedelta(days=1)


def written_blast(session: Session, people: int) -> Blast:
    """A blast of texts, in batches of 50."""
    campaign = make.campaign(session)
    for number in range(people):
        make.supporter(session, f"Ana{number}", campaign=campaign, email=None, phone=f"+4477009{number:05}")
    row = make.blast(session, campaign, channels=[Channel.SMS], opens_at=NOW)
    open_scheduled_blasts(session, public_url="https://example.org", now=NOW)
    while not (written := write_next_span(session)) or not written.done:
        pass
    session.refresh(row)
    return row


def differ(session: Session, count: int, state: str, reason: str | None = None) -> None:
    """So many more messages of the first batch stand otherwise than it does."""
    batch_id = session.scalars(select(Batch.id).order_by(Batch.id)).first()
    own = select(Message.supporter_id).where(Message.batch_id == batch_id, Message.state.is_(None)).limit(count)
    session.execute(update(Message).where(Message.supporter_id.in_(own)).values(state=state, reason=reason))


def test_a_fresh_blast_waits_whole(session: Session) -> None:
    row = written_blast(session, 60)

    seen = progress_of(session, row.id)

    assert (seen.audience, seen.waiting, seen.gone, dict(seen.by_state)) == (60, 60, 0, {"queued": 60})
    assert seen.channels["sms"].share_done == 0


def test_a_message_that_differs_is_taken_from_its_batch(session: Session) -> None:
    row = written_blast(session, 60)
    first = session.scalars(select(Batch).order_by(Batch.id)).first()
    assert first is not None
    first.state = "accepted"
    session.flush()
    differ(session, 30, "delivered")
    differ(session, 3, "bounced")
    differ(session, 2, "withheld", "suppressed")
    differ(session, 1, "withheld", "no_consent")

    seen = progress_of(session, row.id)

    assert dict(seen.by_state) == {"accepted": 14, "delivered": 30, "bounced": 3, "withheld": 3, "queued": 10}
    assert sum(seen.by_state.values()) == seen.audience
    assert dict(seen.withheld_reasons) == {"suppressed": 2, "no_consent": 1}
    texts = seen.channels["sms"]
    assert (texts.sent, texts.delivered, texts.bounced, texts.withheld, texts.waiting) == (47, 30, 3, 3, 10)


def test_the_rate_is_of_the_last_ten_seconds_and_tells_how_long_it_takes(
    stopped_clock: StoppedClock, session: Session
) -> None:
    row = written_blast(session, 120)
    batches = session.scalars(select(Batch).order_by(Batch.id)).all()
    batches[0].state, batches[0].finished_at = "accepted", stopped_clock.began_at
    batches[1].state, batches[1].finished_at = "accepted", stopped_clock.began_at - timedelta(minutes=1)
    session.flush()

    seen = progress_of(session, row.id)

    assert (seen.rate, seen.seconds_left) == (5.0, 4)


def test_a_doubt_shows_since_when(session: Session) -> None:
    row = written_blast(session, 1)
    batch = session.scalars(select(Batch)).one()
    batch.state, batch.attempt_id, batch.intent_at = "in_doubt", UUID(int=1), NOW
    session.flush()

    seen = progress_of(session, row.id)

    assert (seen.doubt_since, seen.channels["sms"].in_doubt) == (NOW, 1)


def test_a_blast_nobody_knows_is_said_to_be_unknown(session: Session) -> None:
    with pytest.raises(BlastUnknown):
        progress_of(session, 404)


def test_a_large_blast_is_estimated_from_stretches_of_it_and_its_sum_is_right(session: Session) -> None:
    row = written_blast(session, 600)
    for batch in session.scalars(select(Batch).order_by(Batch.id).limit(10)):
        batch.state = "accepted"
    session.flush()
    session.execute(
        text("""UPDATE messages m SET state = CASE WHEN m.supporter_id % 5 = 0 THEN 'bounced' ELSE 'delivered' END
            FROM batches b WHERE b.id = m.batch_id AND b.state = 'accepted' AND m.supporter_id % 5 < 4""")
    )

    exact = {count.state: count.count for count in state_counts(session, [row.id])}
    counts = state_counts(session, [row.id], exact_upto=500, stretches=6, each=40)

    seen = {count.state: count.count for count in counts}
    assert exact == {"delivered": 300, "bounced": 100, "accepted": 100, "queued": 100}
    assert all(count.is_estimate for count in counts)
    assert (sum(seen.values()), seen["queued"]) == (600, 100)
    assert all(abs(seen[state] - many) <= 20 for state, many in exact.items())


def test_a_blast_of_an_ordinary_size_is_counted(session: Session) -> None:
    row = written_blast(session, 60)

    assert not progress_of(session, row.id).is_estimate
