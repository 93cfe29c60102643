"""A channel nobody carries is planned by no blast, reached by no stage, and asked of nobody."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.consenting.addresses import BadAddress
from service.domain.audience import Audience
from service.domain.channel import Channel
from service.domain.message import BlastState
from service.domain.notice import NoticeKind
from service.joining.own_address import own_address
from service.listening.inbox import AnswerRefused, answer
from service.planning.asking_again import AskedAgain, ask_silent_again
from service.planning.blast_checks import BlastRefused
from service.planning.blasts import resume_blast
from service.planning.managers import mail_link
from service.planning.outlook import outlook
from service.planning.rehearsing import rehearse
from service.planning.showing import Reader, open_window, send_test
from service.sending.due import fire_due_stages, open_scheduled_blasts
from service.sending.freeze import Words
from service.sending.notices import NoticeRequest, ask_notice
from service.sending.write import write_next_span
from service.store.carried import INFO
from service.store.tables.blasts import Blast
from service.store.tables.manager import Manager
from service.store.tables.notices import Notice
from service.store.tables.sending import Message
from tests import make
from tests.planning.test_blasts import NOW, URL, new_blast, schedule

LINK_KEY = b"a key of the tests that signs links"
TEXT = Words(Channel.SMS, "en", "", "", "", "Hello {first_name|friend}")


@pytest.fixture
def no_texts(session: Session) -> Session:
    session.info[INFO] = frozenset({Channel.EMAIL})
    return session


@pytest.fixture
def no_email(session: Session) -> Session:
    session.info[INFO] = frozenset({Channel.SMS})
    return session


def test_a_blast_by_a_channel_nobody_carries_is_refused_with_the_setting(no_texts: Session) -> None:
    campaign = make.campaign(no_texts)

    with pytest.raises(BlastRefused, match="no texts are sent from this installation: SMS_PROVIDER is none"):
        schedule(no_texts, campaign, new_blast())
    schedule(no_texts, campaign, new_blast(channels=(Channel.EMAIL,)))

    assert no_texts.scalar(select(func.count()).select_from(Blast)) == 1


def test_an_email_is_not_sent_again_where_nobody_carries_email(no_email: Session) -> None:
    campaign = make.campaign(no_email)
    blast = make.blast(no_email, campaign, state=BlastState.DONE)
    blast.opened_at = blast.opens_at

    with pytest.raises(BlastRefused, match="EMAIL_PROVIDER is none"):
        ask_silent_again(no_email, blast.id, AskedAgain("Once more"), public_url=URL, actor="Dev", now=NOW)


def test_a_stage_that_comes_due_goes_by_what_is_carried_alone(no_texts: Session) -> None:
    campaign = make.campaign(no_texts)
    make.stage(no_texts, campaign)
    make.supporter(no_texts, "Ana", campaign=campaign, phone="+447700900001")

    fire_due_stages(no_texts, public_url=URL, now=make.KICK_OFF - timedelta(days=2))
    while not (written := write_next_span(no_texts)) or not written.done:
        pass

    assert no_texts.scalars(select(Message.channel)).all() == [Channel.EMAIL]


def opened_blast(session: Session) -> Blast:
    blast = session.scalars(select(Blast)).one()
    session.refresh(blast)
    return blast


@pytest.mark.parametrize("planned_by", ["stage", "welcome", "manager"])
def test_what_would_go_by_nothing_else_waits_says_why_and_goes_on_once_it_is_carried(
    no_texts: Session, planned_by: str
) -> None:
    campaign = make.campaign(no_texts)
    make.supporter(no_texts, "Ana", campaign=campaign, phone="+447700900001")
    due = make.KICK_OFF - timedelta(days=2)
    if planned_by == "manager":
        make.blast(no_texts, campaign, channels=[Channel.SMS], opens_at=due)
        open_scheduled_blasts(no_texts, public_url=URL, now=due)
    else:
        how = {"anchor": "sign_up", "offset": timedelta(0)} if planned_by == "welcome" else {}
        make.stage(no_texts, campaign, channels=[Channel.SMS], **how)  # type: ignore[arg-type]  # as the builder takes
        fire_due_stages(no_texts, public_url=URL, now=due)
    paused = opened_blast(no_texts)
    assert (paused.state, paused.opened_at) == (BlastState.PAUSED, None)
    assert "SMS_PROVIDER is none" in paused.paused_reason

    no_texts.info[INFO] = frozenset(Channel)
    resume_blast(no_texts, paused.id, actor="Cora", now=due)
    no_texts.flush()
    open_scheduled_blasts(no_texts, public_url=URL, now=due)

    assert opened_blast(no_texts).state == (BlastState.RUNNING if planned_by == "welcome" else BlastState.OPENING)


def test_a_stage_that_is_resumed_too_late_is_not_sent(no_texts: Session) -> None:
    campaign = make.campaign(no_texts)
    due = make.KICK_OFF - timedelta(days=2)
    make.stage(no_texts, campaign, channels=[Channel.SMS])
    fire_due_stages(no_texts, public_url=URL, now=due)
    no_texts.info[INFO] = frozenset(Channel)

    resume_blast(no_texts, opened_blast(no_texts).id, actor="Cora", now=due)
    no_texts.flush()
    open_scheduled_blasts(no_texts, public_url=URL, now=opened_blast(no_texts).expires_at)

    assert opened_blast(no_texts).state == BlastState.CANCELLED


def test_a_rehearsal_counts_nobody_there_and_points_it_out(no_texts: Session) -> None:
    campaign = make.campaign(no_texts)
    make.stage(no_texts, campaign)
    make.supporter(no_texts, "Ana", campaign=campaign, phone="+447700900001")
    window = open_window(no_texts, campaign.id, key=LINK_KEY, public_url=URL)

    found = {each.channel: each for each in outlook(no_texts, window, Audience(), [TEXT], list(Channel))}
    stage = rehearse(no_texts, campaign.id, key=LINK_KEY, public_url=URL, now=NOW - timedelta(days=3)).stages[0]

    assert (found[Channel.EMAIL].reckoned.people, found[Channel.SMS].reckoned.people) == (1, 0)
    assert "SMS_PROVIDER is none" in found[Channel.SMS].warnings[0]
    assert any("SMS_PROVIDER is none" in warning for warning in stage.warnings)
    assert {leg.channel: leg.people for leg in stage.legs} == {Channel.EMAIL: 1, Channel.SMS: 0}


def test_no_notice_is_kept_for_a_channel_nobody_carries(no_texts: Session) -> None:
    def request(channel: Channel, to: str) -> NoticeRequest:
        return NoticeRequest(NoticeKind.ALREADY_JOINED, channel, to, f"{channel}:1")

    assert ask_notice(no_texts, request(Channel.SMS, "+447700900001"), now=NOW) is None
    assert ask_notice(no_texts, request(Channel.EMAIL, "ana@example.org"), now=NOW) is not None
    assert no_texts.scalars(select(Notice.channel)).all() == [Channel.EMAIL]


def test_a_test_message_and_an_answer_are_refused_there(no_texts: Session) -> None:
    campaign = make.campaign(no_texts)
    window = open_window(no_texts, campaign.id, key=LINK_KEY, public_url=URL)

    with pytest.raises(BadAddress, match="SMS_PROVIDER is none"):
        send_test(no_texts, window, TEXT, Reader("Ana"), "+447700900001", actor="Dev", now=NOW)
    with pytest.raises(AnswerRefused, match="SMS_PROVIDER is none"):
        answer(no_texts, 1, "Hello", key=make.KEY, actor="Dev", now=NOW)


def test_a_manager_gets_no_link_by_an_email_nobody_carries(no_email: Session) -> None:
    no_email.add(Manager(email="cora@example.org", role="admin", created_at=NOW))
    no_email.flush()

    assert mail_link(no_email, "cora@example.org", now=NOW) is False


def test_its_owner_is_asked_at_an_address_that_can_be_written_to(no_email: Session) -> None:
    campaign = make.campaign(no_email)
    both = make.supporter(no_email, "Ana", campaign=campaign, phone="+447700900001")
    one = make.supporter(no_email, "Bilal", campaign=campaign)

    where = own_address(no_email, both.id)

    assert where is not None
    assert where.channel is Channel.SMS
    assert own_address(no_email, one.id) is None
