"""A welcome says what a second person approved, when it opens and for as long as it goes on."""

from datetime import timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from service.domain.stage import Firing
from service.planning import fixtures
from service.planning.approving import send_back
from service.planning.blasts import resume_blast
from service.sending.welcomes import freeze_welcomes
from service.store.approval_limit import INFO
from service.store.tables.blasts import Blast, Rendering
from service.store.tables.campaign import Campaign
from tests import make
from tests.attacks.approving import ANA, BILAL, NOW, URL, WAITS, fire, fresh, stage_look, stage_of, yes


def test_a_welcome_needs_an_approval_of_its_words_once_however_few_join(session: Session, campaign: Campaign) -> None:
    session.info[INFO] = 1_000
    stage = stage_of(session, campaign, anchor="sign_up", offset=timedelta(0))

    before = fire(session, now=NOW)
    yes(session, stage_look(session, stage))
    after = fire(session, now=NOW)

    assert (before, after) == ([], [Firing.OPENED])
    assert session.query(Blast).one().spend_cap is None


def test_a_welcome_under_way_goes_on_with_what_was_approved_when_it_is_changed(
    session: Session, campaign: Campaign
) -> None:
    stage = stage_of(session, campaign, anchor="sign_up", offset=timedelta(0))
    yes(session, stage_look(session, stage))
    fire(session, now=NOW)
    freeze_welcomes(session, public_url=URL)
    (blast,) = session.query(Blast).all()
    before = session.query(Rendering).count()

    session.execute(text("UPDATE copies SET body = body || ' More.'"))
    fixtures.press_kick_off(session, campaign.fixture_id, actor="Cora", now=make.KICK_OFF)
    frozen = [freeze_welcomes(session, public_url=URL) for _ in range(2)]
    said = fresh(session, blast.id).paused_reason
    yes(session, stage_look(session, stage))

    assert (frozen, session.query(Rendering).count()) == ([0, 0], before)
    assert said == f"{WAITS}: it was changed after {BILAL.name} had approved it; what it said before goes on being sent"
    assert freeze_welcomes(session, public_url=URL) == 1
    assert fresh(session, blast.id).paused_reason == ""
    assert "More." in session.query(Rendering).order_by(Rendering.id.desc()).first().text  # type: ignore[union-attr]  # it was frozen


def test_a_welcome_under_way_takes_no_words_that_were_sent_back(session: Session, campaign: Campaign) -> None:
    stage = stage_of(session, campaign, anchor="sign_up", offset=timedelta(0))
    yes(session, stage_look(session, stage))
    fire(session, now=NOW)
    blast_id = session.scalars(select(Blast.id)).one()
    session.execute(text("UPDATE copies SET body = body || ' More.'"))
    send_back(session, stage_look(session, stage), reason="Too long", by=BILAL, now=NOW)
    resume_blast(session, blast_id, actor=ANA.name, now=NOW)
    fixtures.press_kick_off(session, campaign.fixture_id, actor="Cora", now=make.KICK_OFF)

    assert freeze_welcomes(session, public_url=URL) == 0
    said = fresh(session, blast_id).paused_reason
    assert said == f"{WAITS}: {BILAL.name} sent it back: Too long; what it said before goes on being sent"


def test_a_welcome_that_opened_before_anybody_was_asked_keeps_its_words_until_new_ones_are_approved(
    session: Session, campaign: Campaign
) -> None:
    session.info[INFO] = None
    stage = stage_of(session, campaign, anchor="sign_up", offset=timedelta(0))
    fire(session, now=NOW)
    blast_id = session.scalars(select(Blast.id)).one()
    session.info[INFO] = 2
    session.execute(text("UPDATE copies SET body = body || ' More.'"))
    fixtures.press_kick_off(session, campaign.fixture_id, actor="Cora", now=make.KICK_OFF)

    frozen = freeze_welcomes(session, public_url=URL)
    said = fresh(session, blast_id).paused_reason
    yes(session, stage_look(session, stage))

    assert (frozen, said) == (0, f"{WAITS}; what it said before goes on being sent")
    assert freeze_welcomes(session, public_url=URL) == 1
    assert fresh(session, blast_id).paused_reason == ""
