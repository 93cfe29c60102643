"""Managers are told, once, when a blast stops by itself: by email, and by text whoever asked for that."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from service import clock
from service.consenting.consent import suppress_address
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.domain.manager import Role
from service.planning.blasts import resume_blast
from service.planning.managers import add_manager, set_alarm_phone
from service.providers.ports import EmailOutcome, Outcome, Refusal
from service.sending.notice_hand_over import NoticeDesk
from service.sending.notice_words import NoticeWriter
from service.sending.telling import tell_of_stopped
from service.store.queries import blasts_life
from tests import make
from tests.sending.conftest import URL, Desk
from tests.sending.notebook import EmailNotebook, SmsNotebook
from tests.sending.test_hand_over import AT_ONCE

Blasting = Callable[..., list[object]]
NOW = datetime.now(UTC)
PHONE = "+447700900555"


@pytest.fixture
def notices(desk: Desk) -> NoticeDesk:
    """Cora may launch and gave a number, Dev is an admin, Ana only writes."""
    with desk.sessions.begin() as session:
        for name, role in (("cora", Role.LAUNCHER), ("dev", Role.ADMIN), ("ana", Role.AUTHOR)):
            manager = add_manager(session, f"{name}@example.org", role, actor="dev@example.org", now=NOW)
            if name != "dev":
                set_alarm_phone(session, manager.id, PHONE, now=NOW)
    writer = NoticeWriter(b"a key", URL, "campaigns@example.org")
    return NoticeDesk(desk.sessions, EmailNotebook(), SmsNotebook(), writer, make.KEY, URL)


def tell(desk: Desk) -> int:
    with desk.sessions.begin() as session:
        return tell_of_stopped(session, public_url=URL, now=datetime.now(UTC))


def refuse_everything(desk: Desk) -> None:
    desk.email.answer = lambda _: EmailOutcome(Outcome.REFUSED, refusal=Refusal.CREDENTIALS, code="401")
    desk.deliver()


def test_whoever_may_launch_is_told_why_and_where_to_look_once(
    desk: Desk, blast_to: Blasting, notices: NoticeDesk
) -> None:
    blast_to("Fan")
    refuse_everything(desk)

    counts = [tell(desk), tell(desk)]
    notices.send_due(until=clock.monotonic() + 20)

    assert counts == [3, 0]
    assert isinstance(notices.email, EmailNotebook)
    assert isinstance(notices.sms, SmsNotebook)
    assert sorted(notices.email.addresses) == ["cora@example.org", "dev@example.org"]
    letter, link = notices.email.batches[0], f"{URL}/console/campaigns/fair-trials/blasts/1/"
    assert "has stopped by itself" in letter.subject
    assert "does not accept our key or sender" in letter.text
    assert "401" in letter.text
    assert link in letter.text
    assert link in letter.html
    assert [sent.to for sent in notices.sms.texts] == [PHONE]
    assert "has stopped by itself: the provider does not accept our key" in notices.sms.texts[0].body
    assert notices.sms.texts[0].body.endswith(link)
    assert len(notices.sms.texts[0].body) <= 306


def test_a_second_stop_is_told_again(desk: Desk, blast_to: Blasting, notices: NoticeDesk) -> None:
    blast_to("Fan")
    refuse_everything(desk)
    tell(desk)
    with desk.sessions.begin() as session:
        resume_blast(session, 1, actor="cora@example.org", now=datetime.now(UTC))
        session.execute(text("UPDATE batches SET not_before = now()"))

    desk.deliver()

    assert tell(desk) == 3


def test_a_manager_s_own_pause_is_told_to_nobody_nor_one_resumed_meanwhile(
    desk: Desk, blast_to: Blasting, notices: NoticeDesk
) -> None:
    blast_to("Fan")
    refuse_everything(desk)
    with desk.sessions.begin() as session:
        resume_blast(session, 1, actor="cora@example.org", now=datetime.now(UTC))

    assert tell(desk) == 0


def test_the_ticker_tells(desk: Desk, blast_to: Blasting, notices: NoticeDesk) -> None:
    blast_to("Fan")
    with desk.sessions.begin() as session:
        blasts_life.pause(session, 1, reason="its spending limit is reached")

    desk.tick(AT_ONCE)

    with desk.sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM notices WHERE kind LIKE 'blast_stopped%'")) == 3


def test_news_of_emails_that_stopped_goes_by_the_other_route_first(
    desk: Desk, blast_to: Blasting, notices: NoticeDesk
) -> None:
    blast_to("Fan")
    refuse_everything(desk)
    tell(desk)
    second = EmailNotebook(name="second")

    replace(notices, email_second=second).send_due(until=clock.monotonic() + 20)

    assert sorted(second.addresses) == ["cora@example.org", "dev@example.org"]


def test_a_manager_who_texted_stop_is_told_by_email_only(desk: Desk, blast_to: Blasting, notices: NoticeDesk) -> None:
    blast_to("Fan")
    with desk.sessions.begin() as session:
        suppress_address(
            session, channel=Channel.SMS, address=PHONE, key=make.KEY, reason=Suppressed.LEFT, now=datetime.now(UTC)
        )
    refuse_everything(desk)
    tell(desk)

    notices.send_due(until=clock.monotonic() + 20)

    assert isinstance(notices.email, EmailNotebook)
    assert isinstance(notices.sms, SmsNotebook)
    assert notices.sms.texts == []
    assert "cora@example.org" in notices.email.addresses
