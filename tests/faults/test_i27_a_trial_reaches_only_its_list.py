"""I27: with an allow-list set, nothing is handed to a provider for anybody else: not by a blast, not by a notice."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service import clock
from service.domain.allowed import AllowList
from service.domain.channel import Channel, Pace
from service.domain.notice import NoticeKind
from service.environment import SettingsError
from service.sending.carriers import email_carrier, text_carrier
from service.sending.hand_over import deliver
from service.sending.notice_hand_over import NoticeDesk
from service.sending.notice_words import NoticeWriter
from service.sending.notices import NoticeRequest, ask_notice
from service.settings import load_settings
from tests import make
from tests.cli.conftest import Touchline
from tests.sending.conftest import URL, Desk

TRIAL = AllowList(("ana@example.org", "staff.example.org", "+447700900101"))


@pytest.mark.parametrize(
    ("channel", "address", "admitted"),
    [
        (Channel.EMAIL, "Ana@example.org", True),
        (Channel.EMAIL, "dev@staff.example.org", True),
        (Channel.EMAIL, "bilal@example.org", False),
        (Channel.EMAIL, "dev@notstaff.example.org.example.org", False),
        (Channel.EMAIL, "+447700900101@example.org", False),
        (Channel.SMS, "+447700900101", True),
        (Channel.SMS, "+447700900102", False),
        (Channel.SMS, "ana@example.org", False),
    ],
)
def test_i27_the_list_admits_addresses_domains_and_numbers(channel: Channel, address: str, admitted: bool) -> None:
    assert TRIAL.admits(channel, address) is admitted
    assert AllowList().admits(channel, address)


def test_i27_a_restored_blast_reaches_nobody_outside_the_list(
    desk: Desk, blast_to: Callable[..., list[object]]
) -> None:
    blast_to("Ana", "Bilal", "Cora", channels=(Channel.EMAIL, Channel.SMS))

    for carrier in (
        email_carrier(desk.email, desk.words, allowed=TRIAL),
        text_carrier(desk.sms, desk.words, allowed=TRIAL),
    ):
        deliver(desk.sessions, carrier, Pace.BULK, until=clock.monotonic() + 120)

    assert desk.email.addresses == ["ana@example.org"]
    assert [each.to for each in desk.sms.texts] == ["+447700900101"]
    assert desk.states() == {"Ana": "accepted", "Bilal": "withheld", "Cora": "withheld"}
    with desk.sessions() as session:
        assert set(session.scalars(text("SELECT reason FROM messages WHERE state = 'withheld'"))) == {"not_allowed"}


def test_i27_a_second_road_keeps_to_the_list_too(desk: Desk) -> None:
    carrier = email_carrier(desk.email, desk.words, desk.email, allowed=TRIAL)

    assert carrier.for_road("second").allowed == TRIAL


def test_i27_a_notice_to_anybody_else_is_withheld(desk: Desk) -> None:
    notices = NoticeDesk(
        desk.sessions,
        desk.email,
        desk.sms,
        NoticeWriter(b"a key", URL, "touchline@example.org"),
        make.KEY,
        URL,
        allowed=TRIAL,
    )
    with desk.sessions.begin() as session:
        make.campaign(session)
        for address in ("ana@example.org", "bilal@example.org"):
            facts = {"subject": "A test", "html": "<p>A test</p>", "text": "A test"}
            asked = NoticeRequest(NoticeKind.TEST_EMAIL, Channel.EMAIL, address, address, facts)
            ask_notice(session, asked, now=datetime.now(UTC))

    notices.send_due(until=clock.monotonic() + 120)

    assert desk.email.addresses == ["ana@example.org"]
    with desk.sessions() as session:
        question = text("SELECT reason FROM notices WHERE state = 'withheld' AND to_address = 'bilal@example.org'")
        assert session.scalars(question).all() == ["not_allowed"]


def test_i27_the_setting_is_read_refused_and_shown(
    touchline: Touchline, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingsError, match="RECIPIENT_ALLOW_LIST"):
        load_settings({"SECRET_KEY": "x" * 40, "RECIPIENT_ALLOW_LIST": "everyone"})
    monkeypatch.setenv("RECIPIENT_ALLOW_LIST", "@Example.org, +4477009")

    shown = touchline("doctor")

    assert "only example.org, +4477009" in shown.stdout
