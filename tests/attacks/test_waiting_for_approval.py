"""What waits for a second person: sent back, given up, sent again, told about, and nothing behind it kept waiting."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from service.domain.message import BlastState
from service.planning.approving import (
    send_back,
)
from service.planning.asking_again import AskedAgain, ask_silent_again
from service.planning.audit import read_audit
from service.planning.blast_checks import BlastRefused
from service.planning.blasts import cancel_blast, resume_blast
from service.planning.mending import mend_words
from service.planning.steering import send_failed_again
from service.sending.approving_notices import ask_for_approvals
from service.sending.write import write_next_span
from service.store.approval_limit import INFO
from service.store.tables.alerts import Alert
from service.store.tables.campaign import Campaign
from service.store.tables.notices import Notice
from service.store.tables.sending import Message
from tests.attacks.approving import ANA, BILAL, COPY, NOW, URL, WAITS, fresh, look, open_due, schedule, yes


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


def test_sent_back_under_way_nothing_more_of_it_goes(session: Session, campaign: Campaign) -> None:
    opening, running = schedule(session, campaign), schedule(session, campaign)
    for blast in (opening, running):
        yes(session, look(session, blast))
    open_due(session)
    fresh(session, running.id).state = BlastState.RUNNING
    session.flush()

    for blast in (opening, running):
        send_back(session, look(session, fresh(session, blast.id)), reason="Wrong match", by=BILAL, now=NOW)
    kept = [fresh(session, blast.id) for blast in (opening, running)]

    assert [each.state for each in kept] == [BlastState.PAUSED, BlastState.PAUSED]
    assert {each.paused_reason for each in kept} == {f"{BILAL.name} sent it back: Wrong match"}
    assert write_next_span(session) is None
    resume_blast(session, opening.id, actor=ANA.name, now=NOW)
    assert fresh(session, opening.id).state == BlastState.OPENING


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

    (alert,) = session.query(Alert)
    link = f"{URL}/console/campaigns/fair-trials/blasts/{blast.id}/approval"
    assert (alert.kind, alert.facts) == ("approval.wanted", {"blast": str(blast.id), "link": link})
    told = [(notice.kind, notice.to_address) for notice in session.scalars(select(Notice).order_by(Notice.id))]
    assert (
        told
        == [("approval_wanted", "bilal@example.org")]
        + [("approval_answered", who) for who in ("ana@example.org", "bilal@example.org")] * 2
    )
    deeds = [(entry.deed, entry.actor) for entry in read_audit(session).entries]
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


def test_a_campaign_may_ask_sooner_than_the_installation_and_no_later(session: Session, campaign: Campaign) -> None:
    found = []
    for settings_say, campaign_says in ((None, 2), (2, 1_000), (1_000, 2), (1_000, 1_000), (None, None)):
        session.info[INFO], campaign.approval_above = settings_say, campaign_says
        session.flush()
        found.append(open_due(session) == [] if schedule(session, campaign) else None)
        session.execute(text("UPDATE blasts SET state = 'done'"))
        session.expire_all()

    assert found == [True, True, True, False, False]


def test_cancelling_needs_nobody(session: Session, campaign: Campaign) -> None:
    blast = schedule(session, campaign)

    cancel_blast(session, blast.id, actor=ANA.name, now=NOW)

    with pytest.raises(BlastRefused, match="this blast is over"):
        look(session, fresh(session, blast.id))
