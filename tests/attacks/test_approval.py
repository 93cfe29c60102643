"""What goes to more than one person may launch for alone opens only with a second person's approval of exactly that."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from service.domain.audience import Audience
from service.domain.channel import Channel
from service.domain.fixture import Score
from service.domain.manager import Role
from service.domain.message import BlastState
from service.domain.stage import Firing
from service.planning import fixtures
from service.planning.approving import (
    ApprovalLook,
    NotTheSame,
    SeenOther,
    approve,
    look_at_blast,
    look_at_stage,
    send_back,
)
from service.planning.asking_again import AskedAgain, ask_silent_again
from service.planning.audit import read_audit
from service.planning.blast_checks import BlastRefused
from service.planning.blasts import NewBlast, cancel_blast, reschedule_blast, resume_blast, schedule_blast
from service.planning.exporting import export_campaign
from service.planning.loading import load_campaign
from service.planning.managers import add_manager
from service.planning.mending import mend_words
from service.planning.releasing import look_at_release, reach_of, release_stage
from service.planning.showing import open_window
from service.planning.stage_checks import Changer, StageChange
from service.planning.stages import StageState, cancel_stage, timeline
from service.planning.steering import limit_spending, send_failed_again
from service.sending.approving_notices import ask_for_approvals
from service.sending.due import fire_due_stages, open_scheduled_blasts
from service.sending.write import write_next_span
from service.store.approval_limit import INFO
from service.store.tables.approvals import Approval
from service.store.tables.campaign import Campaign, Stage
from service.store.tables.sending import Blast, Message, Notice, Rendering
from service.wording.campaign_reader import read_campaign
from service.wording.campaign_writer import write_campaign
from tests import make
from tests.planning.changing import change, put_back, timing, words

URL = "https://example.org"
NOW = make.KICK_OFF - timedelta(days=3)
DUE = make.KICK_OFF - timedelta(days=2)
ANA, BILAL = Changer("ana@example.org", may_launch=True), Changer("bilal@example.org", may_launch=True)
DEV = Changer("dev@example.org", may_launch=False)
WAITS = "waits for approval by a second person"
COPY = {"en": {"email": {"subject": "Last call", "preheader": "", "body": "Sign: {petition_link}"}}}
NEW = NewBlast("Last call", (Channel.EMAIL,), Audience(), COPY, None)


@pytest.fixture
def campaign(session: Session) -> Campaign:
    """A campaign with three supporters, where one person may write to two alone."""
    session.info[INFO] = 2
    row = make.campaign(session)
    for name in ("Ana", "Bilal", "Cora"):
        make.supporter(session, name, campaign=row)
    for who, role in ((ANA, Role.LAUNCHER), (BILAL, Role.ADMIN), (DEV, Role.AUTHOR)):
        add_manager(session, who.name, role, actor="Cora", now=NOW)
    return row


def schedule(session: Session, campaign: Campaign, new: NewBlast = NEW, *, by: Changer = ANA) -> Blast:
    made = schedule_blast(session, campaign.id, new, public_url=URL, actor=by.name, now=NOW, take_back=timedelta(0))
    return fresh(session, made.id)


def fresh(session: Session, blast_id: int) -> Blast:
    session.expire_all()
    return session.get_one(Blast, blast_id)


def look(session: Session, blast: Blast) -> ApprovalLook:
    return look_at_blast(session, blast.id, open_window(session, blast.campaign_id, key=b"a key", public_url=URL))


def stage_look(session: Session, stage: Stage) -> ApprovalLook:
    return look_at_stage(session, stage.id, open_window(session, stage.campaign_id, key=b"a key", public_url=URL))


def yes(session: Session, seen: ApprovalLook, *, by: Changer = BILAL, now: datetime = NOW) -> None:
    approve(session, seen, seen=seen.seen, by=by, now=now)


def open_due(session: Session, *, now: datetime = NOW) -> list[int]:
    opened = open_scheduled_blasts(session, public_url=URL, now=now)
    session.expire_all()
    return opened


def fire(session: Session, *, now: datetime = DUE) -> list[Firing]:
    fired = fire_due_stages(session, public_url=URL, now=now)
    session.expire_all()
    return [one.outcome for one in fired]


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


TAMPERED = [
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

    assert with_one_more == [first.id, second.id]
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


def test_what_nobody_approved_in_time_ends_with_that_reason(session: Session, campaign: Campaign) -> None:
    blast = schedule(session, campaign)

    open_due(session)
    open_due(session, now=NOW + timedelta(hours=25))

    ended = fresh(session, blast.id)
    assert ended.state == BlastState.CANCELLED
    assert ended.paused_reason == "too late to be worth sending: it waited for approval by a second person"


def test_what_is_sent_back_is_paused_with_the_reason_mended_and_asked_about_again(
    session: Session, campaign: Campaign
) -> None:
    blast = schedule(session, campaign)
    with pytest.raises(BlastRefused, match="say why"):
        send_back(session, look(session, blast), reason=" ", by=BILAL, now=NOW)

    send_back(session, look(session, blast), reason="The link is missing", by=BILAL, now=NOW)
    paused = fresh(session, blast.id)
    state, why = paused.state, paused.paused_reason
    resume_blast(session, blast.id, actor=ANA.name, now=NOW)
    unchanged = open_due(session)
    fresh(session, blast.id).state = BlastState.PAUSED
    session.flush()
    mend_words(session, blast.id, COPY | {}, public_url=URL, actor=ANA.name, now=NOW)
    resume_blast(session, blast.id, actor=ANA.name, now=NOW)
    yes(session, look(session, fresh(session, blast.id)))

    assert (state, why) == (BlastState.PAUSED, "bilal@example.org sent it back: The link is missing")
    assert unchanged == []
    assert open_due(session) == [blast.id]


def test_what_waits_keeps_nothing_behind_it(session: Session, campaign: Campaign) -> None:
    for _ in range(21):
        schedule(session, campaign)
    open_due(session)
    session.info[INFO] = 10
    few = schedule(session, campaign)

    assert open_due(session) == [few.id]


def test_approvals_and_refusals_are_in_the_audit_and_told_by_email(session: Session, campaign: Campaign) -> None:
    blast = schedule(session, campaign)

    ask_for_approvals(session, public_url=URL, now=NOW)
    ask_for_approvals(session, public_url=URL, now=NOW)
    send_back(session, look(session, fresh(session, blast.id)), reason="No", by=BILAL, now=NOW)
    resume_blast(session, blast.id, actor=ANA.name, now=NOW)
    yes(session, look(session, fresh(session, blast.id)), now=NOW + timedelta(seconds=1))

    told = [(notice.kind, notice.to_address) for notice in session.scalars(select(Notice).order_by(Notice.id))]
    assert (
        told
        == [("approval_wanted", "bilal@example.org")]
        + [("approval_answered", who) for who in ("ana@example.org", "bilal@example.org")] * 2
    )
    deeds = [(entry.deed, entry.actor) for entry in read_audit(session)]
    assert ("blast approved", BILAL.name) in deeds
    assert ("blast sent back", BILAL.name) in deeds


def test_a_second_asking_of_many_waits_and_of_few_does_not(session: Session, campaign: Campaign) -> None:
    blast = schedule(session, campaign)
    yes(session, look(session, blast))
    open_due(session)
    while (written := write_next_span(session)) and not written.done:
        pass
    session.execute(text("UPDATE batches SET state = 'accepted', lease_until = NULL"))
    fresh(session, blast.id).state = BlastState.DONE
    session.flush()

    wish = AskedAgain("Once more")
    again = ask_silent_again(session, blast.id, wish, public_url=URL, actor=ANA.name, now=NOW, take_back=timedelta(0))
    said = fresh(session, again.id).paused_reason
    waiting = open_due(session)
    yes(session, look(session, fresh(session, again.id)))

    assert (said, waiting) == (WAITS, [])
    assert open_due(session) == [again.id]


def test_what_failed_goes_again_to_many_only_as_it_was_approved(session: Session, campaign: Campaign) -> None:
    session.info[INFO] = None
    blast = schedule(session, campaign)
    open_due(session)
    while (written := write_next_span(session)) and not written.done:
        pass
    session.execute(text("UPDATE batches SET state = 'failed'"))
    session.execute(text("UPDATE messages SET state = 'failed', reason = 'the provider was away'"))
    session.info[INFO] = 2

    with pytest.raises(BlastRefused, match=WAITS), session.begin_nested():
        send_failed_again(session, blast.id, actor=ANA.name, now=NOW)
    untouched = session.query(Message).filter_by(state="failed").count()
    yes(session, look(session, fresh(session, blast.id)))

    assert untouched == 3
    assert send_failed_again(session, blast.id, actor=ANA.name, now=NOW) == 3


def test_cancelling_needs_nobody(session: Session, campaign: Campaign) -> None:
    blast = schedule(session, campaign)

    cancel_blast(session, blast.id, actor=ANA.name, now=NOW)

    with pytest.raises(BlastRefused, match="this blast is over"):
        look(session, fresh(session, blast.id))


def stage_of(session: Session, campaign: Campaign, **how: object) -> Stage:
    return make.stage(session, campaign, channels=[Channel.EMAIL], **how)  # type: ignore[arg-type]  # as the builder takes


def test_a_planned_message_waits_and_fires_once_approved_at_the_cost_approved(
    session: Session, campaign: Campaign
) -> None:
    stage = stage_of(session, campaign)

    planned = [view.approval for view in timeline(session, campaign.id)]
    before = fire(session)
    yes(session, stage_look(session, stage))
    after = fire(session)

    assert planned == [WAITS]
    assert (before, after) == ([], [Firing.OPENED])
    assert session.query(Blast).one().spend_cap == 27


def change_words(session: Session, stage: Stage) -> None:
    told = StageChange(copies=(words("Other words. {petition_link}", channel=Channel.EMAIL, subject="Other"),))
    change(session, stage.id, told, now=NOW, by=ANA)


def change_words_in_database(session: Session, stage: Stage) -> None:
    session.execute(text("UPDATE copies SET body = body || ' More.'"))


def change_audience(session: Session, stage: Stage) -> None:
    stage.audience = [{"signed": False}]


def change_time(session: Session, stage: Stage) -> None:
    stage.offset_span = timedelta(days=-2, minutes=-1)


def allow_late_joiners(session: Session, stage: Stage) -> None:
    stage.catch_up = "send"


@pytest.mark.parametrize(
    "meanwhile", [change_words, change_words_in_database, change_audience, change_time, allow_late_joiners]
)
def test_a_planned_message_that_was_changed_since_does_not_fire(
    session: Session, campaign: Campaign, meanwhile: Callable[[Session, Stage], None]
) -> None:
    stage = stage_of(session, campaign)
    yes(session, stage_look(session, stage))

    meanwhile(session, stage)
    session.flush()
    fired = fire(session)

    assert fired == []
    (view,) = timeline(session, campaign.id)
    assert view.approval == f"{WAITS}: it was changed after bilal@example.org had approved it"


def test_whoever_changed_a_planned_message_last_does_not_approve_it(session: Session, campaign: Campaign) -> None:
    stage = stage_of(session, campaign)
    change_words(session, stage)

    with pytest.raises(NotTheSame):
        yes(session, stage_look(session, stage), by=ANA)
    yes(session, stage_look(session, stage), by=BILAL)

    assert fire(session) == [Firing.OPENED]


def test_a_match_that_moves_takes_its_approved_messages_with_it(session: Session, campaign: Campaign) -> None:
    stage = stage_of(session, campaign)
    yes(session, stage_look(session, stage))

    later = make.KICK_OFF + timedelta(days=1)
    fixtures.move_kick_off(session, campaign.fixture_id, kick_off_at=later, actor="Cora", now=NOW)
    before = fire(session, now=DUE)

    assert before == []
    assert fire(session, now=DUE + timedelta(days=1)) == [Firing.OPENED]


def test_what_a_whistle_makes_due_waits_too(session: Session, campaign: Campaign) -> None:
    stage = stage_of(session, campaign, anchor="half_time", offset=timedelta(0))
    half_time = make.KICK_OFF + timedelta(minutes=46)
    fixtures.press_kick_off(session, campaign.fixture_id, actor="Cora", now=make.KICK_OFF)

    fixtures.press_half_time(session, campaign.fixture_id, score=Score(0, 0), actor="Cora", now=half_time)
    before = fire(session, now=half_time)
    yes(session, stage_look(session, stage))

    assert (before, fire(session, now=half_time)) == ([], [Firing.OPENED])


def test_a_planned_message_that_is_put_back_is_as_it_was_approved_or_waits(
    session: Session, campaign: Campaign
) -> None:
    stage = stage_of(session, campaign)
    cancel_stage(session, stage.id, actor=ANA.name, now=NOW)

    put_back(session, stage.id, now=NOW)
    unapproved = fire(session)
    yes(session, stage_look(session, stage))
    cancel_stage(session, stage.id, actor=ANA.name, now=NOW)
    put_back(session, stage.id, now=NOW)

    assert (unapproved, fire(session)) == ([], [Firing.OPENED])


def test_waiting_too_long_it_is_left_out_for_that_reason(session: Session, campaign: Campaign) -> None:
    stage = stage_of(session, campaign)
    fire(session)

    skipped = fire(session, now=DUE + timedelta(hours=12))

    assert skipped == [Firing.SKIPPED_LATE]
    (view,) = timeline(session, campaign.id)
    assert (view.state, view.may_be_put_back) == (StageState.SKIPPED_UNAPPROVED, True)
    change(session, stage.id, StageChange(timing(timedelta(hours=-3)).timing, puts_back=True), now=NOW, by=ANA)
    assert fire(session, now=make.KICK_OFF - timedelta(hours=3)) == []


def test_a_release_by_a_second_person_is_an_approval(session: Session, campaign: Campaign) -> None:
    stage = stage_of(session, campaign)
    told = StageChange(copies=(words("Other words. {petition_link}", channel=Channel.EMAIL, subject="Other"),))
    change(session, stage.id, told, now=NOW, by=DEV)
    with session.begin_nested() as saved:
        seen = look_at_release(session, stage.id, now=NOW).seen
        saved.rollback()
    session.expire_all()

    reach = reach_of(session, stage.id, key=b"a key", public_url=URL)
    release_stage(session, stage.id, seen=seen, by=ANA, now=NOW, reach=reach)
    session.expire_all()

    assert fire(session) == [Firing.OPENED]
    assert session.query(Approval).one().said_by == ANA.name


def test_a_release_by_whoever_changed_it_last_is_none(session: Session, campaign: Campaign) -> None:
    stage = stage_of(session, campaign)
    change(session, stage.id, timing(timedelta(days=-2, minutes=-1)), now=NOW, by=DEV)
    change_words(session, stage)
    with session.begin_nested() as saved:
        seen = look_at_release(session, stage.id, now=NOW).seen
        saved.rollback()
    session.expire_all()

    reach = reach_of(session, stage.id, key=b"a key", public_url=URL)
    release_stage(session, stage.id, seen=seen, by=ANA, now=NOW, reach=reach)
    session.expire_all()

    assert fire(session) == []


def test_a_welcome_needs_an_approval_of_its_words_once_however_few_join(session: Session, campaign: Campaign) -> None:
    session.info[INFO] = 1_000
    stage = stage_of(session, campaign, anchor="sign_up", offset=timedelta(0))

    before = fire(session, now=NOW)
    yes(session, stage_look(session, stage))
    after = fire(session, now=NOW)

    assert (before, after) == ([], [Firing.OPENED])
    assert session.query(Blast).one().spend_cap is None


def test_files_that_say_other_words_void_an_approval(
    session: Session, campaign: Campaign, tmp_path_factory: pytest.TempPathFactory
) -> None:
    campaign.privacy_url = "https://example.org/privacy"
    stage = stage_of(session, campaign)
    folder = tmp_path_factory.mktemp("files") / campaign.slug
    write_campaign(export_campaign(session, campaign.slug), folder)
    yes(session, stage_look(session, stage))

    load_campaign(session, read_campaign(folder), now=NOW)
    session.expire_all()
    as_it_was = [view.approval for view in timeline(session, campaign.id)]
    (letter,) = folder.glob("email/find-out-more*.md")
    letter.write_text(letter.read_text() + "\nMore.\n")
    load_campaign(session, read_campaign(folder), now=NOW)
    session.expire_all()

    assert as_it_was == [""]
    assert fire(session) == []
