"""Two presses at the same moment come to what they would have come to one after the other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.joining.confirm import confirm_email, confirm_phone
from service.listening.receive import receive_text
from service.providers.ports import InboundText
from service.store.races import once_more
from tests import make
from tests.joining.forms import MINUTE, NOW, PHONE, code_of, join, sign

Deed = Callable[[Session], object]
SECOND = timedelta(seconds=1)
_ROUNDS = 3


def _at_once(sessions: sessionmaker[Session], *deeds: Deed) -> None:
    gate = Barrier(len(deeds))

    def do(deed: Deed) -> None:
        def whole() -> None:
            with sessions.begin() as session:
                deed(session)

        gate.wait(30)
        once_more(whole)

    with ThreadPoolExecutor(len(deeds)) as pool:
        for done in [pool.submit(do, deed) for deed in deeds]:
            done.result()


def _press(sign_up_id: int) -> Deed:
    return lambda session: confirm_email(session, sign_up_id, key=make.KEY, ip="", now=NOW + MINUTE)


def _text(body: str, *, at: datetime) -> Deed:
    inbound = InboundText(f"SM{body}", PHONE, "+447700900000", body, at)
    return lambda session: receive_text(session, inbound, key=make.KEY, now=NOW + 2 * MINUTE)


def _rows(sessions: sessionmaker[Session], question: str) -> list[tuple[object, ...]]:
    with sessions() as session:
        return [tuple(row) for row in session.execute(text(question))]


@pytest.mark.parametrize("_round", range(_ROUNDS))
def test_two_letters_of_one_address_make_one_supporter_with_one_signature(
    sessions: sessionmaker[Session], _round: int
) -> None:
    with sessions.begin() as session:
        campaign = make.campaign(session)
        other = make.campaign(session, slug="other", match=make.fixture(session, slug="other"))
        forms = [
            sign(session, campaign, consent_email=True),
            sign(session, other, consent_email=True, at=NOW + MINUTE / 2),
        ]

    _at_once(sessions, *(_press(form) for form in forms))

    assert _rows(sessions, "SELECT email FROM supporters") == [("ana@example.org",)]
    assert _rows(sessions, "SELECT count(*) FROM signatures") == [(2,)]
    assert _rows(sessions, "SELECT sum(count) FROM signature_counts GROUP BY petition_id") == [(1,), (1,)]
    assert _rows(sessions, "SELECT count(*) FROM permissions") == [(2,)]
    assert _rows(sessions, "SELECT count(*) FROM notices WHERE kind = 'signed_email'") == [(2,)]


@pytest.mark.parametrize("_round", range(_ROUNDS))
def test_two_spellings_of_one_mailbox_count_once(sessions: sessionmaker[Session], _round: int) -> None:
    with sessions.begin() as session:
        campaign = make.campaign(session)
        forms = [
            sign(session, campaign, email=email)
            for email in ("ana@gmail.com", "a.na+x@googlemail.com", "an.a@gmail.com")
        ]

    _at_once(sessions, *(_press(form) for form in forms))

    assert _rows(sessions, "SELECT count(*) FROM signatures WHERE withdrawn_at IS NULL") == [(1,)]
    assert _rows(sessions, "SELECT sum(count) FROM signature_counts") == [(1,)]
    assert _rows(sessions, "SELECT count(*) FROM notices WHERE kind = 'signed_email'") == [(1,)]


@pytest.mark.parametrize("_round", range(_ROUNDS))
def test_the_letter_and_the_text_of_one_form_confirm_each_their_own(
    sessions: sessionmaker[Session], _round: int
) -> None:
    with sessions.begin() as session:
        campaign = make.campaign(session)
        form = sign(session, campaign, phone=PHONE, consent_email=True, consent_sms=True)
        code = code_of(session, form)

    _at_once(
        sessions,
        _press(form),
        lambda session: confirm_phone(session, PHONE, key=make.KEY, now=NOW + MINUTE, code=code),
    )

    assert sorted(_rows(sessions, "SELECT email, phone FROM supporters"), key=str) == [
        ("ana@example.org", None),
        (None, PHONE),
    ]
    assert _rows(sessions, "SELECT channel, count(*) FROM permissions GROUP BY channel ORDER BY channel") == [
        ("email", 1),
        ("sms", 1),
    ]


@pytest.mark.parametrize("_round", range(_ROUNDS))
def test_of_join_and_stop_that_come_together_the_one_sent_later_holds(
    sessions: sessionmaker[Session], _round: int
) -> None:
    with sessions.begin() as session:
        campaign = make.campaign(session)
        join(session, campaign, email="", consent_email=False, phone=PHONE, consent_sms=True)

    _at_once(sessions, _text("STOP", at=NOW + MINUTE + SECOND), _text("JOIN", at=NOW + MINUTE))

    assert _rows(sessions, "SELECT reason FROM suppressions") == [("stop",)]
    assert _rows(sessions, "SELECT count(*) FROM permissions") == [(0,)]
