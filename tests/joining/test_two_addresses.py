"""The phone and the email of one form are one person's only where that is shown."""

from datetime import datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from service.joining.confirm import (
    CodeResult,
    NoSuchCode,
    SeveralWait,
    confirm_email,
    confirm_phone,
    confirm_phone_by_code,
)
from service.store.tables.campaign import Campaign
from service.store.tables.people import Consent, SignUp, Supporter
from tests import make
from tests.joining.forms import EMAIL, MINUTE, NOW, PHONE, campaign, code_of, join, press, sign

__all__ = ["campaign"]


def _both(session: Session, campaign: Campaign, *, at: datetime = NOW, **changes: object) -> int:
    return join(session, campaign, phone=PHONE, consent_sms=True, at=at, **changes)


def test_a_stranger_s_email_beside_her_phone_gets_nothing_of_hers(session: Session, campaign: Campaign) -> None:
    hers = _both(session, campaign, first_name="Vera", email="vera@example.org")
    his = _both(
        session, campaign, first_name="Thief", email="thief@example.org", time_zone="Asia/Tokyo", at=NOW + 3 * MINUTE
    )
    press(session, his, at=NOW + 4 * MINUTE)

    confirm_phone(session, PHONE, key=make.KEY, now=NOW + 5 * MINUTE, code=code_of(session, hers))

    owners = {row.first_name: (row.email, row.phone, row.time_zone) for row in session.scalars(select(Supporter))}
    assert owners == {
        "Thief": ("thief@example.org", None, "Asia/Tokyo"),
        "Vera": (None, PHONE, "Europe/London"),
    }


def test_a_stranger_s_phone_beside_her_email_gets_nothing_of_hers(session: Session, campaign: Campaign) -> None:
    form = _both(session, campaign, first_name="Vera", email="vera@example.org")
    confirm_phone(session, PHONE, key=make.KEY, now=NOW, code=code_of(session, form))

    press(session, form)

    found = session.execute(select(Supporter.email, Supporter.phone).order_by(Supporter.id)).all()
    assert [tuple(row) for row in found] == [(None, PHONE), ("vera@example.org", None)]


def test_the_code_of_our_text_on_the_page_of_our_email_makes_them_one_person(
    session: Session, campaign: Campaign
) -> None:
    form = _both(session, campaign)
    press(session, form)

    result = confirm_phone_by_code(session, form, f" {code_of(session, form)} ", key=make.KEY, ip="", now=NOW)

    ana = session.scalars(select(Supporter)).one()
    assert (result, ana.email, ana.phone) == (CodeResult.RIGHT, EMAIL, PHONE)
    given = select(Consent.channel, Consent.wording).where(Consent.act == "given").order_by(Consent.id)
    assert [tuple(row) for row in session.execute(given)] == [("email", "Yes, email me."), ("sms", "Yes, text me.")]


def test_a_phone_that_answered_first_and_the_code_beside_the_button_make_them_one_person(
    session: Session, campaign: Campaign
) -> None:
    form = _both(session, campaign)
    code = code_of(session, form)
    confirm_phone(session, PHONE, key=make.KEY, now=NOW, code=code)

    confirm_email(session, form, key=make.KEY, ip="", now=NOW, code=code)

    ana = session.scalars(select(Supporter)).one()
    assert (ana.email, ana.phone) == (EMAIL, PHONE)


def test_a_code_cannot_be_guessed(session: Session, campaign: Campaign) -> None:
    form = _both(session, campaign)
    press(session, form)
    right = code_of(session, form)
    wrong = "1000" if right != "1000" else "1001"

    results = [confirm_phone_by_code(session, form, wrong, key=make.KEY, ip="", now=NOW) for _ in range(7)]
    late = confirm_phone_by_code(session, form, right, key=make.KEY, ip="", now=NOW)

    assert results[0] is CodeResult.WRONG
    assert (results[-1], late) == (CodeResult.TOO_MANY, CodeResult.TOO_MANY)
    assert session.scalars(select(Supporter.phone)).all() == [None]


def test_another_form_gives_no_more_tries_at_the_code_of_a_number(session: Session, campaign: Campaign) -> None:
    tried = []
    for number in range(3):
        at = NOW + number * 3 * MINUTE
        form = _both(session, campaign, email=f"thief{number}@example.org", at=at)
        press(session, form, at=at)
        wrong = "1000" if code_of(session, form) != "1000" else "1001"
        tried += [confirm_phone_by_code(session, form, wrong, key=make.KEY, ip="", now=at) for _ in range(4)]

    assert tried.count(CodeResult.WRONG) == 5


def test_a_number_that_is_somebody_s_stays_with_whom_it_is(session: Session, campaign: Campaign) -> None:
    form = _both(session, campaign)
    press(session, form)
    make.supporter(session, "Bilal", phone=PHONE)

    result = confirm_phone_by_code(session, form, code_of(session, form), key=make.KEY, ip="", now=NOW)

    assert result is CodeResult.APART
    phones = {row.first_name: row.phone for row in session.scalars(select(Supporter))}
    assert phones == {"Ana": None, "Bilal": PHONE}


def test_a_bare_join_confirms_the_only_one_that_waits(session: Session, campaign: Campaign) -> None:
    _both(session, campaign)

    confirmed = confirm_phone(session, PHONE, key=make.KEY, now=NOW)

    assert confirmed is not None
    assert confirmed.may_write


def test_the_same_form_sent_twice_is_one(session: Session, campaign: Campaign) -> None:
    for minutes in (0, 3):
        _both(session, campaign, at=NOW + minutes * MINUTE)

    assert confirm_phone(session, PHONE, key=make.KEY, now=NOW + 4 * MINUTE) is not None
    assert session.scalar(text("SELECT count(*) FROM sign_ups WHERE phone_confirmed_at IS NULL")) == 0
    assert session.scalar(text("SELECT count(*) FROM consents WHERE act = 'given'")) == 1


def test_of_several_a_text_confirms_only_the_one_it_names(session: Session, campaign: Campaign) -> None:
    first = _both(session, campaign)
    second = _both(session, campaign, first_name="Thief", email="thief@example.org", at=NOW + 3 * MINUTE)

    with pytest.raises(SeveralWait):
        confirm_phone(session, PHONE, key=make.KEY, now=NOW + 4 * MINUTE)
    with pytest.raises(NoSuchCode):
        confirm_phone(session, PHONE, key=make.KEY, now=NOW + 4 * MINUTE, code="0000")
    confirm_phone(session, PHONE, key=make.KEY, now=NOW + 4 * MINUTE, code=code_of(session, first))

    waits = session.scalars(select(SignUp.id).where(SignUp.phone_confirmed_at.is_(None))).all()
    assert waits == [second]
    assert session.scalars(select(Supporter.first_name)).all() == ["Ana"]


def test_a_known_person_s_name_zone_and_language_are_not_a_form_s_to_change(
    session: Session, campaign: Campaign
) -> None:
    make.supporter(session, "Ana", campaign=campaign, consents=())

    press(session, join(session, campaign, first_name="Nasty", time_zone="Asia/Tokyo", locale="az"))
    press(session, sign(session, campaign, "Nasty Name", at=NOW + MINUTE), at=NOW + MINUTE)

    ana = session.scalars(select(Supporter)).one()
    assert (ana.first_name, ana.full_name, ana.time_zone, ana.locale) == ("Ana", "Ana Example", "Europe/London", "en")
