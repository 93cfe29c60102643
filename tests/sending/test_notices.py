"""One-off messages: sent once, to whom may be written to, again only while worth it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service import clock
from service.consenting.consent import suppress_address
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.domain.notice import NoticeKind
from service.providers.ports import Outcome, Refusal, Text, TextOutcome
from service.sending.notice_hand_over import NoticeDesk
from service.sending.notice_words import NoticeWriter
from service.sending.notices import NoticeRequest, ask_notice
from service.store.queries import notice_life
from tests import make
from tests.sending.notebook import EmailNotebook, SmsNotebook

pytestmark = pytest.mark.at_any_hour
PHONE = "+447700900301"
Ask = Callable[..., None]


@pytest.fixture
def desk(sessions: sessionmaker[Session]) -> NoticeDesk:
    with sessions.begin() as session:
        make.campaign(session)
    writer = NoticeWriter(b"a key", "https://example.org", "campaigns@example.org")
    return NoticeDesk(sessions, EmailNotebook(), SmsNotebook(), writer, make.KEY, "https://example.org")


@pytest.fixture
def ask(sessions: sessionmaker[Session]) -> Ask:
    def asked(kind: NoticeKind, *, key: str = "once", passes: bool = True, **facts: str) -> None:
        with sessions.begin() as session:
            request = NoticeRequest(kind, Channel.SMS, PHONE, key, facts, campaign_id=1, passes_suppression=passes)
            ask_notice(session, request, now=datetime.now(UTC))

    return asked


def _texts(desk: NoticeDesk) -> list[Text]:
    desk.send_due(until=clock.monotonic() + 120)
    assert isinstance(desk.sms, SmsNotebook)
    return desk.sms.texts


def _suppress(desk: NoticeDesk, reason: Suppressed) -> None:
    with desk.sessions.begin() as session:
        suppress_address(
            session, channel=Channel.SMS, address=PHONE, key=make.KEY, reason=reason, now=datetime.now(UTC)
        )


def _state(desk: NoticeDesk) -> str:
    with desk.sessions() as session:
        return str(session.scalar(text("SELECT state FROM notices")))


def test_a_notice_asked_for_twice_is_sent_once_with_its_words(desk: NoticeDesk, ask: Ask) -> None:
    ask(NoticeKind.CONFIRM_SMS, sign_up_id="1")
    ask(NoticeKind.CONFIRM_SMS, sign_up_id="1")

    texts = _texts(desk)

    assert [each.to for each in texts] == [PHONE]
    assert "reply JOIN" in texts[0].body
    assert texts[0].status_callback == "https://example.org/hooks/twilio/status/n.1"


def test_whoever_comes_by_the_link_of_an_answer_is_known_to_have_come_by_a_text(desk: NoticeDesk, ask: Ask) -> None:
    ask(NoticeKind.HELP_SMS)

    (answer,) = _texts(desk)

    assert "https://example.org/fair-trials/?s=sms" in answer.body


def test_a_number_that_texted_stop_is_not_asked_back_by_a_form(desk: NoticeDesk, ask: Ask) -> None:
    _suppress(desk, Suppressed.STOP)
    ask(NoticeKind.CONFIRM_SMS, sign_up_id="1")

    assert _texts(desk) == []
    assert _state(desk) == "withheld"


def test_a_number_that_left_by_link_may_be_asked_to_confirm(desk: NoticeDesk, ask: Ask) -> None:
    _suppress(desk, Suppressed.LEFT)
    ask(NoticeKind.CONFIRM_SMS, sign_up_id="1")

    assert len(_texts(desk)) == 1


def test_the_one_answer_after_stop_goes_out(desk: NoticeDesk, ask: Ask) -> None:
    _suppress(desk, Suppressed.STOP)
    ask(NoticeKind.LEFT_SMS)

    assert "You have left" in _texts(desk)[0].body


@pytest.mark.parametrize("wish", [Suppressed.STOP, Suppressed.LEFT, Suppressed.COMPLAINT, Suppressed.PROVIDER_OPT_OUT])
@pytest.mark.parametrize("kind", [NoticeKind.MORE_SMS, NoticeKind.SIGNED_SMS, NoticeKind.CONFIRM_SMS])
def test_what_was_asked_for_before_a_stop_does_not_go_after_it(
    desk: NoticeDesk, ask: Ask, kind: NoticeKind, wish: Suppressed
) -> None:
    ask(kind, sign_up_id="1", briefing_slug="election-2003", petition_id="1")
    _suppress(desk, wish)

    assert _texts(desk) == []
    assert _state(desk) == "withheld"


def test_a_manager_s_answer_does_not_pass_a_suppression(desk: NoticeDesk, ask: Ask) -> None:
    ask(NoticeKind.ANSWER_SMS, passes=False, body="Hello")
    _suppress(desk, Suppressed.STOP)

    assert _texts(desk) == []


def test_a_doubt_is_tried_again_once_and_then_left_alone(desk: NoticeDesk, ask: Ask) -> None:
    assert isinstance(desk.sms, SmsNotebook)
    desk.sms.answer = lambda _: TextOutcome(Outcome.IN_DOUBT)
    ask(NoticeKind.HELP_SMS)

    for _ in range(4):
        _texts(desk)
        with desk.sessions.begin() as session:
            notice_life.sweep(session, channel=Channel.SMS, attempts=2, window=0.0)

    assert len(desk.sms.texts) == 2
    assert _state(desk) == "unknown"


def test_a_refusal_ends_it(desk: NoticeDesk, ask: Ask) -> None:
    assert isinstance(desk.sms, SmsNotebook)
    desk.sms.answer = lambda _: TextOutcome(Outcome.REFUSED, refusal=Refusal.INVALID_ADDRESS, code="21211")
    ask(NoticeKind.HELP_SMS)

    _texts(desk)

    assert (len(_texts(desk)), _state(desk)) == (1, "failed")
