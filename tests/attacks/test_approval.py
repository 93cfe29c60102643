"""What goes to more than one person may launch for alone opens only with a second person's approval of exactly that."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from service.domain.message import BlastState
from service.planning.approving import (
    NotTheSame,
    SeenOther,
    approve,
)
from service.planning.blast_checks import BlastRefused
from service.planning.blasts import reschedule_blast
from service.planning.steering import limit_spending
from service.sending.due import open_scheduled_blasts
from service.store.approval_limit import INFO
from service.store.tables.blasts import Blast, Rendering
from service.store.tables.campaign import Campaign
from tests import make
from tests.attacks.approving import (
    ANA,
    BILAL,
    DEV,
    NEW,
    NOW,
    URL,
    WAITS,
    fresh,
    look,
    open_due,
    schedule,
    yes,
)


def test_what_goes_to_many_waits_visibly_and_opens_once_another_person_has_approved_it(
    session: Session, campaign: Campaign
) -> None:
    blast = schedule(session, campaign)

    before = open_due(session)
    said = fresh(session, blast.id).paused_reason
    yes(session, look(session, blast))
    after = open_due(session)

    assert (before, said) == ([], WAITS)
    assert after == [blast.id]
    assert fresh(session, blast.id).paused_reason == ""


def test_what_goes_to_fewer_and_every_blast_where_nobody_is_asked_opens_by_itself(
    session: Session, campaign: Campaign
) -> None:
    session.info[INFO] = 3
    few = schedule(session, campaign)
    opened = open_due(session)
    session.info[INFO] = None
    any_number = schedule(session, campaign)

    assert opened == [few.id]
    assert open_due(session) == [any_number.id]


def test_nobody_approves_what_they_made_or_changed_last_nor_without_the_right_to_launch(
    session: Session, campaign: Campaign
) -> None:
    blast = schedule(session, campaign)
    seen = look(session, blast)

    with pytest.raises(NotTheSame):
        yes(session, seen, by=ANA)
    with pytest.raises(NotTheSame):
        yes(session, seen, by=replace(ANA, name="ANA@example.org"))
    with pytest.raises(BlastRefused, match="takes somebody who may launch"):
        yes(session, seen, by=DEV)
    reschedule_blast(session, blast.id, opens_at=NOW + timedelta(minutes=1), actor=BILAL.name, now=NOW)
    with pytest.raises(NotTheSame):
        yes(session, look(session, fresh(session, blast.id)), by=BILAL)

    assert seen.approvers == (BILAL.name,)
    assert open_due(session, now=NOW + timedelta(minutes=2)) == []


def reword(session: Session, blast: Blast) -> None:
    blast.draft = {"en": {"email": {"subject": "Last call", "preheader": "", "body": "Other words. {petition_link}"}}}


def second_wording(session: Session, blast: Blast) -> None:
    blast.test_draft, blast.test_share = {"en": {"email": {"subject": "Another"}}}, 50


def widen(session: Session, blast: Blast) -> None:
    blast.audience = [{"signed": False}]


def add_texts(session: Session, blast: Blast) -> None:
    blast.channels = ["email", "sms"]


def bring_forward(session: Session, blast: Blast) -> None:
    blast.opens_at -= timedelta(hours=1)


def keep_longer(session: Session, blast: Blast) -> None:
    blast.expires_at += timedelta(hours=1)


def cost_more(session: Session, blast: Blast) -> None:
    blast.spend_cap = 10_000_000


def cost_anything(session: Session, blast: Blast) -> None:
    blast.spend_cap = None


def cheaper_on_paper(session: Session, blast: Blast) -> None:
    session.get_one(Campaign, blast.campaign_id).email_price_per_thousand = 1


def another_sender(session: Session, blast: Blast) -> None:
    session.get_one(Campaign, blast.campaign_id).sender_email = "stranger@example.org"


def approved_by_its_maker(session: Session, blast: Blast) -> None:
    session.execute(text("UPDATE approvals SET said_by = 'ana@example.org'"))


def of_another_blast(session: Session, blast: Blast) -> None:
    other = make.blast(session, session.get_one(Campaign, blast.campaign_id), state="done")
    session.execute(text("UPDATE approvals SET blast_id = :other"), {"other": other.id})


def more_often(session: Session, blast: Blast) -> None:
    session.get_one(Campaign, blast.campaign_id).cap_count = 99


def in_a_longer_window(session: Session, blast: Blast) -> None:
    session.get_one(Campaign, blast.campaign_id).cap_window = timedelta(minutes=1)


def at_night(session: Session, blast: Blast) -> None:
    session.get_one(Campaign, blast.campaign_id).quiet_hours = {"sms": {"from": "03:00", "until": "03:01"}}


def abroad(session: Session, blast: Blast) -> None:
    session.get_one(Campaign, blast.campaign_id).countries = ["US"]


def in_another_language(session: Session, blast: Blast) -> None:
    session.get_one(Campaign, blast.campaign_id).language = "de"


TAMPERED = [
    more_often,
    in_a_longer_window,
    at_night,
    abroad,
    in_another_language,
    reword,
    second_wording,
    widen,
    add_texts,
    bring_forward,
    keep_longer,
    cost_more,
    cost_anything,
    cheaper_on_paper,
    another_sender,
    approved_by_its_maker,
    of_another_blast,
]


@pytest.mark.parametrize("tamper", TAMPERED)
def test_what_is_changed_in_the_database_itself_after_the_approval_does_not_open(
    session: Session, campaign: Campaign, tamper: Callable[[Session, Blast], None]
) -> None:
    blast = schedule(session, campaign)
    yes(session, look(session, blast))

    tamper(session, fresh(session, blast.id))
    session.flush()
    opened = open_due(session)

    assert opened == []
    waiting = fresh(session, blast.id)
    assert waiting.state == BlastState.SCHEDULED
    assert waiting.paused_reason.startswith(WAITS)
    assert session.query(Rendering).count() == 0


def test_moving_voids_an_approval_and_a_lower_limit_does_not(session: Session, campaign: Campaign) -> None:
    later = NOW + timedelta(hours=2)
    blast = schedule(session, campaign, replace(NEW, opens_at=NOW + timedelta(hours=1)))
    yes(session, look(session, blast))

    limit_spending(session, blast.id, 1, actor=ANA.name, now=NOW)
    lower = fresh(session, blast.id).paused_reason
    limit_spending(session, blast.id, 10_000_000, actor=ANA.name, now=NOW)
    higher = fresh(session, blast.id).paused_reason
    limit_spending(session, blast.id, 1, actor=ANA.name, now=NOW)
    reschedule_blast(session, blast.id, opens_at=later, actor=ANA.name, now=NOW)
    moved = fresh(session, blast.id).paused_reason

    assert (lower, higher) == ("", f"{WAITS}: it may cost more than was approved")
    assert moved == f"{WAITS}: it was changed after bilal@example.org had approved it"
    assert open_due(session, now=later) == []


def test_some_more_people_may_join_and_with_many_more_it_waits_again(session: Session, campaign: Campaign) -> None:
    for number in range(7):
        make.supporter(session, f"Supporter{number}", campaign=campaign)
    first, second = schedule(session, campaign), schedule(session, campaign)
    yes(session, look(session, first))
    yes(session, look(session, second))

    session.info[INFO] = 2
    make.supporter(session, "Dev", campaign=campaign)
    session.execute(text("UPDATE blasts SET opens_at = opens_at + interval '1 hour' WHERE id = :id"), {"id": second.id})
    session.execute(text("UPDATE blasts SET opens_at = opens_at - interval '1 hour' WHERE id = :id"), {"id": second.id})
    with_one_more = open_scheduled_blasts(session, public_url=URL, now=NOW)
    third = schedule(session, campaign)
    yes(session, look(session, third))
    for number in range(5):
        make.supporter(session, f"Late{number}", campaign=campaign)
    with_many_more = open_due(session)

    assert sorted(with_one_more) == [first.id, second.id]
    assert with_many_more == []
    why = fresh(session, third.id).paused_reason
    assert why == f"{WAITS}: it would go to more than 13 people, and 11 were approved"
    yes(session, look(session, third))
    assert open_due(session) == [third.id]


def test_an_approval_is_of_exactly_what_was_seen(session: Session, campaign: Campaign) -> None:
    blast = schedule(session, campaign)
    seen = look(session, blast)

    limit = seen.seen.rpartition(".")[0]
    with pytest.raises(SeenOther):
        approve(session, seen, seen="", by=BILAL, now=NOW)
    with pytest.raises(SeenOther):
        approve(session, seen, seen=f"{limit}.0", by=BILAL, now=NOW)
    reword(session, fresh(session, blast.id))
    session.flush()
    with pytest.raises(SeenOther):
        yes(session, seen)
    with pytest.raises(SeenOther):
        approve(session, look(session, blast), seen=seen.seen, by=BILAL, now=NOW)


def test_what_is_approved_costs_no_more_than_was_seen(session: Session, campaign: Campaign) -> None:
    blast = schedule(session, campaign)
    seen = look(session, blast)
    yes(session, seen)
    open_due(session)

    with pytest.raises(BlastRefused, match="approved a cost of"):
        limit_spending(session, blast.id, None, actor=ANA.name, now=NOW)

    # Three emails at 8.00 a thousand, and a tenth more.
    assert (seen.ceiling, fresh(session, blast.id).spend_cap) == (27, 27)
