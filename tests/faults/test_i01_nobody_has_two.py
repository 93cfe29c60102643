"""I1: at most one copy of a message per supporter and channel, whoever is told to send it and however often."""

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.domain.channel import Channel
from service.planning.importing import Imported, import_chunk
from service.store.tables.blasts import Blast
from service.store.tables.people import Supporter
from tests import make
from tests.faults.common import THEN, Blasting, at_once
from tests.sending.conftest import Desk

TWICE = [
    {"first_name": "Ana", "email": "Ana@Example.org", "phone": "07700 900123"},
    {"first_name": "ANA", "email": "ana@example.org", "phone": "+447700900123"},
    {"first_name": "Ana", "email": " ana@example.org", "phone": "0044 7700 900123"},
]


@pytest.mark.parametrize("channel", list(Channel))
def test_i01_four_workers_with_the_same_nudge_send_each_message_once(
    desk: Desk, blast_to: Blasting, channel: Channel
) -> None:
    names = [f"Ana{place}" for place in range(60)]
    blast_to(*names, channels=(channel,))

    at_once(*[lambda: desk.deliver(channel)] * 4)

    refs = desk.email.refs or [each.ref for each in desk.sms.texts]
    assert sorted(refs) == sorted({f"1.{channel[0]}.{number}" for number in range(1, 61)})


def test_i01_a_span_written_twice_holds_each_supporter_once(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana", "Bilal")
    with desk.sessions.begin() as session:
        session.execute(text("UPDATE blasts SET state = 'opening', opened_through = 0"))

    desk.open()
    desk.deliver()

    assert sorted(desk.email.refs) == ["1.e.1", "1.e.2"]


def test_i01_a_stage_has_one_blast_at_most(session: Session) -> None:
    campaign = make.campaign(session)
    stage = make.stage(session, campaign)
    make.blast(session, campaign).stage_id = stage.id
    session.flush()

    make.blast(session, campaign)
    again = update(Blast).where(Blast.stage_id.is_(None)).values(stage_id=stage.id)

    with pytest.raises(IntegrityError, match="uq_blasts_stage_id"), session.begin_nested():
        session.execute(again)


def test_i01_one_person_spelt_in_three_ways_is_one_supporter(session: Session) -> None:
    campaign = make.campaign(session)

    import_chunk(
        session,
        list(enumerate(TWICE, start=2)),
        Imported(),
        campaign_id=campaign.id,
        key=make.KEY,
        source="fair",
        now=THEN,
    )

    assert session.query(Supporter).count() == 1
