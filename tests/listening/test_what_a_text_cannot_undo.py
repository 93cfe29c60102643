"""A number with a complaint is not joined by a text, and is told what is so; a STOP counts for the number that sent it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from service.consenting.consent import suppress_address
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.joining.sign_up import SignUpForm, sign_up
from service.store.tables.campaign import Campaign
from service.store.tables.listening import Reply
from service.store.tables.people import Supporter, Suppression
from service.wording.service_messages import ServiceText, render_service_text
from tests import make
from tests.listening.texting import ANA, LONG_AGO, NOW, STRANGER, kinds, minutes, permissions, reasons, text_in

NEW_NUMBER = "+447700900202"


def _complain(session: Session, phone: str) -> None:
    suppress_address(
        session, channel=Channel.SMS, address=phone, key=make.KEY, reason=Suppressed.COMPLAINT, now=LONG_AGO
    )


def _waits_for_a_person(session: Session, reply_id: int) -> bool:
    return session.scalars(select(Reply.needs_answer).where(Reply.id == reply_id)).one()


@pytest.mark.parametrize("body", ["JOIN", "START", "join!", "unstop"])
@pytest.mark.parametrize("phone", [ANA, STRANGER])
def test_whoever_joins_from_a_number_with_a_complaint_hears_that_it_stays_left_alone(
    session: Session, ana: Supporter, body: str, phone: str
) -> None:
    _complain(session, phone)

    reply_id = text_in(session, body, phone=phone)

    assert kinds(session) == ["left_alone_sms"]
    assert reasons(session) == ["complaint"]
    assert _waits_for_a_person(session, reply_id)


def test_neither_is_a_form_confirmed_from_it_without_a_word(session: Session, campaign: Campaign) -> None:
    form = SignUpForm("Ana", "", ANA, consent_email=False, consent_sms=True)
    sign_up(session, form, campaign_id=campaign.id, wordings={"sms": "Yes."}, now=NOW)
    _complain(session, ANA)

    reply_id = text_in(session, "JOIN", at=NOW + minutes(1))

    assert kinds(session)[1:] == ["left_alone_sms"]
    assert permissions(session) == 0
    assert _waits_for_a_person(session, reply_id)


def test_a_complaint_made_while_another_campaign_may_text_is_no_welcome_back(session: Session, ana: Supporter) -> None:
    """The permission still stands there; the complaint outweighs it."""
    _complain(session, ANA)

    text_in(session, "START")

    assert kinds(session) == ["left_alone_sms"]


@pytest.mark.parametrize("reason", [reason for reason in Suppressed if reason is not Suppressed.COMPLAINT])
def test_a_join_from_the_number_itself_lifts_everything_else(
    session: Session, campaign: Campaign, reason: Suppressed
) -> None:
    suppress_address(session, channel=Channel.SMS, address=ANA, key=make.KEY, reason=reason, now=LONG_AGO)

    text_in(session, "JOIN")

    assert (kinds(session), permissions(session)) == (["joined_sms"], 1)


def test_what_it_hears_says_what_is_so_and_what_to_do() -> None:
    told = render_service_text(ServiceText.LEFT_ALONE, {"organisation": "Fair Play for Rights"})

    assert "complaint" in told
    assert "a person reads" in told


def test_stop_leaves_the_number_that_sent_it_alone_whatever_number_its_supporter_has_now(
    session: Session, ana: Supporter
) -> None:
    """They have changed their number between two texts: both the text's and no other's number has said it."""
    text_in(session, "Is it still on?")
    values = {"phone": NEW_NUMBER, "phone_hash": make.KEY.hash(Channel.SMS, NEW_NUMBER)}
    session.execute(update(Supporter).where(Supporter.id == ana.id).values(**values))

    text_in(session, "STOP", at=NOW + minutes(1))

    stopped = session.scalars(select(Suppression.address_hash)).all()
    assert stopped == [make.KEY.hash(Channel.SMS, ANA)]


@pytest.mark.parametrize("loop", ["HELP", "SIGN", "MORE", "what?"])
def test_the_answer_to_an_opt_out_is_not_silenced_by_other_answers(session: Session, ana: Supporter, loop: str) -> None:
    for second in range(20):
        text_in(session, loop, at=NOW + timedelta(seconds=second))

    text_in(session, "please stop texting me", at=NOW + minutes(1))

    assert kinds(session)[-1] == "left_sms"
    assert len(kinds(session)) <= 9


def test_two_machines_that_stop_one_another_are_answered_once_for_each_leaving(
    session: Session, ana: Supporter
) -> None:
    for second in range(20):
        text_in(session, "please stop texting me", at=NOW + timedelta(seconds=second))
    once = kinds(session)
    text_in(session, "START", at=NOW + minutes(20))
    text_in(session, "please stop texting me", at=NOW + minutes(21))

    assert once == ["left_sms"]
    assert kinds(session) == ["left_sms", "came_back_sms", "left_sms"]


# A petition that has closed.


def _close(session: Session) -> None:
    session.execute(text("UPDATE petitions SET closed_at = :now, delivered_at = :now"), {"now": NOW})


def test_sign_on_a_petition_that_has_closed_is_answered_and_makes_nobody_a_supporter(
    session: Session, ana: Supporter
) -> None:
    _close(session)

    for phone in (ANA, STRANGER):
        assert not _waits_for_a_person(session, text_in(session, "SIGN Maria Lopez", phone=phone))

    assert kinds(session) == ["petition_closed_sms"] * 2
    assert session.scalar(text("SELECT count(*) FROM supporters")) == 1
    assert session.scalar(text("SELECT count(*) FROM signatures")) == 0


def test_whoever_had_signed_hears_so_after_it_has_closed(session: Session, ana: Supporter) -> None:
    text_in(session, "SIGN Ana Aliyeva")
    _close(session)

    text_in(session, "SIGN", at=NOW + minutes(1))

    assert kinds(session) == ["signed_sms", "already_signed_sms"]


def test_a_name_that_comes_after_it_has_closed_is_answered_so(session: Session, ana: Supporter) -> None:
    text_in(session, "SIGN", phone=STRANGER)
    _close(session)

    text_in(session, "Maria Lopez", phone=STRANGER, at=NOW + minutes(1))

    assert kinds(session) == ["name_needed_sms", "petition_closed_sms"]


@pytest.mark.parametrize(("count", "said"), [("0", "no names"), ("1", "one name"), ("1,204", "1,204 names")])
def test_the_answer_says_the_count_it_reached(count: str, said: str) -> None:
    facts = {"organisation": "Fair Play", "signature_count": count, "campaign_link": "https://example.org/"}

    told = render_service_text(ServiceText.PETITION_CLOSED, facts)

    assert "has closed" in told
    assert f"with {said} on it" in told


@pytest.mark.parametrize("name", list(ServiceText))
def test_no_text_asks_to_sign_what_can_no_longer_be_signed(name: ServiceText) -> None:
    known = ("organisation", "home", "away", "campaign", "signature_count", "hours", "tester_code")
    facts = {
        **dict.fromkeys(known, "1"),
        "campaign_link": "",
        "signature_link": "",
        "petition_link": "",
        "own_link": "",
    }

    told = render_service_text(name, facts, can_be_signed=False)

    assert "SIGN" not in told.split()
