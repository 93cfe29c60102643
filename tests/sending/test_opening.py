"""Stages fire once, ever; a blast's audience and words are frozen when it opens."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.domain.channel import Channel
from service.domain.stage import Firing
from service.sending.due import fire_due_stages, open_scheduled_blasts
from service.sending.write import write_next_span
from service.store.tables.blasts import Blast, Rendering
from service.store.tables.sending import Batch, Message
from tests import make

URL = "https://example.org"


def test_a_due_stage_opens_a_blast_for_everyone_who_consented(session: Session) -> None:
    campaign = make.campaign(session)
    make.stage(session, campaign)
    make.supporter(session, "Ana", campaign=campaign, phone="+447700900001")
    make.supporter(session, "Bilal", campaign=campaign)
    make.supporter(session, "Cora", campaign=campaign, consents=[])

    fired = fire_due_stages(session, public_url=URL, now=make.KICK_OFF - timedelta(days=2))
    while not (written := write_next_span(session)) or not written.done:
        pass

    assert [one.outcome for one in fired] == [Firing.OPENED]
    messages = session.execute(select(Message.channel, func.count()).group_by(Message.channel)).all()
    assert dict(messages) == {"email": 2, "sms": 1}
    assert session.scalar(select(Blast.audience_count)) == 3


def test_a_stage_fires_once_however_often_it_is_asked(session: Session) -> None:
    campaign = make.campaign(session)
    make.stage(session, campaign)
    now = make.KICK_OFF - timedelta(days=2)

    outcomes = [fire_due_stages(session, public_url=URL, now=now) for _ in range(3)]

    assert [len(fired) for fired in outcomes] == [1, 0, 0]


def test_a_stage_that_is_too_late_is_skipped_for_good(session: Session) -> None:
    campaign = make.campaign(session)
    make.stage(session, campaign, stale_after=timedelta(hours=1))

    fired = fire_due_stages(session, public_url=URL, now=make.KICK_OFF - timedelta(days=1))

    assert [one.outcome for one in fired] == [Firing.SKIPPED_LATE]
    assert session.scalar(select(func.count()).select_from(Blast)) == 0


def test_a_blast_is_cut_into_batches_of_one_rendering(session: Session) -> None:
    campaign = make.campaign(session)
    make.blast(session, campaign, channels=[Channel.SMS], opens_at=make.KICK_OFF)
    for number in range(120):
        make.supporter(session, f"Ana{number}", campaign=campaign, email=None, phone=f"+4477009{number:05}")

    open_scheduled_blasts(session, public_url=URL, now=make.KICK_OFF)
    write_next_span(session)

    sizes = session.scalars(select(Batch.size).order_by(Batch.id)).all()
    assert sizes == [50, 50, 20]
    assert len(session.scalars(select(Rendering.id)).all()) == 1


def test_writing_a_span_again_writes_nobody_twice(session: Session) -> None:
    campaign = make.campaign(session)
    blast = make.blast(session, campaign, channels=[Channel.EMAIL], opens_at=make.KICK_OFF)
    make.supporter(session, "Ana", campaign=campaign)
    open_scheduled_blasts(session, public_url=URL, now=make.KICK_OFF)
    write_next_span(session)
    session.refresh(blast)
    blast.state, blast.opened_through = "opening", 0
    session.flush()

    again = write_next_span(session)

    assert again is not None
    assert again.messages == 0
    assert session.scalar(select(func.count()).select_from(Message)) == 1
