"""What cannot be ruled on, counted or told holds up nothing that waits behind it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session, sessionmaker

from service.domain.manager import Role
from service.domain.stage import Firing
from service.planning import fixtures
from service.planning.approving import send_back
from service.planning.blasts import reschedule_blast, resume_blast
from service.planning.managers import add_manager
from service.planning.steering import limit_spending
from service.sending.approvals import launch_of_blast, rule
from service.sending.approving_notices import ask_for_approvals, look_ahead
from service.sending.sweep import tick
from service.sending.welcomes import freeze_welcomes
from service.store.tables.blasts import Blast
from service.store.tables.campaign import Campaign
from service.store.tables.house import House
from tests import make
from tests.attacks.approving import (
    ANA,
    BILAL,
    DUE,
    NEW,
    NOW,
    URL,
    WAITS,
    fire,
    fresh,
    look,
    open_due,
    schedule,
    stage_look,
    stage_of,
    yes,
)


def _spoil(session: Session, table: str, number: int) -> None:
    told = text(f"UPDATE {table} SET audience = '[{{\"nobody\": 1}}]' WHERE id = :id")
    session.execute(told, {"id": number})
    session.expire_all()


def test_a_message_that_cannot_be_ruled_on_keeps_nothing_behind_it(session: Session, campaign: Campaign) -> None:
    bad, good = schedule(session, campaign), schedule(session, campaign)
    stages = [stage_of(session, campaign, slug=slug) for slug in ("bad", "good")]
    yes(session, look(session, good))
    yes(session, stage_look(session, stages[1]))
    _spoil(session, "blasts", bad.id)
    _spoil(session, "stages", stages[0].id)

    looked = look_ahead(session, now=DUE)
    opened, fired = open_due(session), fire(session)

    assert (looked, opened, fired) == (0, [good.id], [Firing.OPENED])
    assert fresh(session, bad.id).paused_reason == "it cannot be opened: AudienceMistake"


def test_the_welcomes_behind_one_that_cannot_be_ruled_on_get_their_words(session: Session, campaign: Campaign) -> None:
    stages = [stage_of(session, campaign, slug=slug, anchor="sign_up", offset=timedelta(0)) for slug in ("bad", "good")]
    for stage in stages:
        yes(session, stage_look(session, stage))
    fire(session, now=NOW)
    bad, good = session.scalars(select(Blast).order_by(Blast.id)).all()
    fixtures.press_kick_off(session, campaign.fixture_id, actor="Cora", now=make.KICK_OFF)
    _spoil(session, "stages", stages[0].id)

    assert freeze_welcomes(session, public_url=URL) == 1
    assert fresh(session, bad.id).paused_reason.startswith("whom it goes to, or what it says, cannot be read")
    assert fresh(session, good.id).paused_reason == ""


def test_what_cannot_be_asked_about_keeps_no_asking_behind_it(session: Session, campaign: Campaign) -> None:
    bad, _ = schedule(session, campaign), schedule(session, campaign)
    open_due(session)
    _spoil(session, "blasts", bad.id)

    assert ask_for_approvals(session, public_url=URL, now=NOW) == 1


def _scheduled_to_many(sessions: sessionmaker[Session]) -> int:
    with sessions.begin() as session:
        campaign = make.campaign(session)
        campaign.approval_above = 1
        for name in ("Ana", "Bilal"):
            make.supporter(session, name, campaign=campaign)
        add_manager(session, BILAL.name, Role.ADMIN, actor="Cora", now=NOW)
        return schedule(session, campaign).id


def test_what_cannot_be_counted_in_time_waits_and_keeps_its_approval(sessions: sessionmaker[Session]) -> None:
    first = _scheduled_to_many(sessions)
    with sessions.begin() as session:
        yes(session, look(session, fresh(session, first)))

    with sessions.begin() as other, sessions.begin() as session:
        campaign = session.scalars(select(Campaign)).one()
        other.execute(text("LOCK TABLE permissions IN ACCESS EXCLUSIVE MODE"))
        session.execute(text("SET LOCAL statement_timeout = '200ms'"))
        ruled = rule(session, launch_of_blast(session, fresh(session, first))).why
        second = schedule(session, campaign, replace(NEW, opens_at=DUE))
        does_wait = second.approval_wanted_at is not None

    assert ruled == f"{WAITS}: to how many it would go could not be counted in time"
    assert does_wait
    with sessions.begin() as session:
        assert open_due(session) == [first]


def _move(session: Session, blast_id: int) -> None:
    reschedule_blast(session, blast_id, opens_at=DUE, actor=ANA.name, now=NOW)


def _limit(session: Session, blast_id: int) -> None:
    limit_spending(session, blast_id, 100, actor=ANA.name, now=NOW)


def _resume(session: Session, blast_id: int) -> None:
    resume_blast(session, blast_id, actor=ANA.name, now=NOW)


@pytest.mark.parametrize("press", [_move, _limit, _resume])
def test_people_are_counted_before_a_blast_is_held_and_not_while_it_is(
    session: Session, campaign: Campaign, press: Callable[[Session, int], None]
) -> None:
    blast = schedule(session, campaign)
    if press is _resume:
        send_back(session, look(session, blast), reason="Too long", by=BILAL, now=NOW)
        session.flush()
    said: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda _, __, words, *___: said.append(words))

    press(session, blast.id)

    counts = [place for place, words in enumerate(said) if "count(" in words and "permissions" in words]
    held = next(place for place, words in enumerate(said) if "FOR NO KEY UPDATE" in words)
    assert counts
    assert max(counts) < held
    assert fresh(session, blast.id).approval_wanted_at is not None


def test_a_step_that_fails_holds_up_neither_the_tick_nor_the_steps_behind_it(
    sessions: sessionmaker[Session],
) -> None:
    blast_id = _scheduled_to_many(sessions)
    with sessions.begin() as session:
        session.execute(text("UPDATE blasts SET opens_at = now() - interval '1 minute', approval_asked_at = NULL"))
        session.execute(text("UPDATE blasts SET expires_at = now() + interval '1 day'"))
        # Nobody can be told of doubts: what is counted beside them is away.
        session.execute(text("ALTER TABLE replies RENAME TO away"))

    try:
        tick(sessions, public_url=URL)
    finally:
        with sessions.begin() as session:
            session.execute(text("ALTER TABLE away RENAME TO replies"))

    with sessions() as session:
        assert session.scalar(select(House.ticked_at)) is not None
        assert fresh(session, blast_id).approval_asked_at is not None
