"""Replies that were misread in the field."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from service.domain.keyword import Keyword, read_keyword
from service.listening.receive import receive_text
from service.providers.ports import InboundText
from tests import make

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ANA = "+447700900201"


def _lines(path: str) -> list[str]:
    return (Path(__file__).parent / path).read_text(encoding="utf-8").splitlines()


@pytest.fixture
def ana(session: Session) -> Session:
    make.supporter(session, "Ana", campaign=make.campaign(session), phone=ANA)
    return session


def _receive(session: Session, body: str) -> None:
    receive_text(session, InboundText(f"SM{body}", ANA, "+447700900000", body, NOW), key=make.KEY, now=NOW)


def _may_be_texted(session: Session) -> bool:
    return session.scalar(text("SELECT count(*) FROM permissions WHERE channel = 'sms'")) == 1


@pytest.mark.parametrize("body", _lines("sms_sign_me_off/texts.txt"))
def test_a_sentence_that_begins_with_sign_signs_nothing(ana: Session, body: str) -> None:
    _receive(ana, body)

    assert ana.scalar(text("SELECT count(*) FROM signatures")) == 0


@pytest.mark.parametrize("body", ["Sign me off your list", "Sign me out", "sign me off please"])
def test_sign_me_off_is_obeyed_as_leaving(ana: Session, body: str) -> None:
    _receive(ana, body)

    assert not _may_be_texted(ana)


@pytest.mark.parametrize("body", _lines("sms_more_spam_stop/texts.txt"))
def test_a_complaint_that_begins_with_more_gets_no_briefing(ana: Session, body: str) -> None:
    _receive(ana, body)

    assert ana.scalar(text("SELECT count(*) FROM notices WHERE kind = 'more_sms'")) == 0
    assert _may_be_texted(ana) is body.startswith("More info")


@pytest.mark.parametrize("body", _lines("sms_stop_other_languages/stop.txt"))
def test_leaving_in_another_language_is_obeyed(ana: Session, body: str) -> None:
    _receive(ana, body)

    assert read_keyword(body, {}).keyword is Keyword.STOP
    assert not _may_be_texted(ana)
