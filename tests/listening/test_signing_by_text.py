"""Joining and signing by text: what a text names, and what we ask for by text."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from service.joining.sign_up import SignUpForm, sign_up
from service.listening.inbox import waiting_count
from service.listening.receive import receive_text
from service.providers.ports import InboundText
from service.store.queries import petitions
from service.store.tables.campaign import Campaign
from service.store.tables.notices import Notice
from service.store.tables.people import SignUp, Supporter
from service.store.tables.signatures import Signature
from tests import make

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PHONE = "+447700900201"


@pytest.fixture
def campaign(session: Session) -> Campaign:
    return make.campaign(session)


def _text(session: Session, body: str, *, minute: int = 0, phone: str = PHONE) -> bool:
    at = NOW + minute * MINUTE
    inbound = InboundText(f"SM{body}{at}", phone, "+447700900000", body, at)
    return receive_text(session, inbound, key=make.KEY, now=at).needs_answer


def _answers(session: Session) -> Sequence[str]:
    return session.scalars(select(Notice.kind).where(Notice.to_address == PHONE).order_by(Notice.id)).all()


def _names(session: Session) -> Sequence[str]:
    return session.scalars(select(Signature.name)).all()


def _count(session: Session, campaign: Campaign) -> int:
    petition = petitions.petition_of(session, campaign.id, "en")
    return petition.count if petition else -1


def _form(session: Session, campaign: Campaign, name: str, *, minute: int = 0) -> str:
    """Sign up by the form with the phone; the code in our text."""
    form = SignUpForm(name, "", PHONE, consent_email=False, consent_sms=True)
    at = NOW + minute * MINUTE
    sign_up_id = sign_up(session, form, campaign_id=campaign.id, wordings={"sms": "Yes."}, now=at).sign_up_id
    return session.scalars(select(SignUp.phone_code).where(SignUp.id == sign_up_id)).one()


def test_sign_with_a_name_signs_with_it_as_it_was_typed(session: Session, campaign: Campaign) -> None:
    _text(session, "JOIN")

    _text(session, "SIGN Maria López-Núñez", minute=1)

    assert _names(session) == ["Maria López-Núñez"]
    assert (_answers(session)[-1], _count(session, campaign)) == ("signed_sms", 1)


def test_a_stranger_s_text_signs_and_allows_nothing_else(session: Session, campaign: Campaign) -> None:
    _text(session, "sign Maria Lopez")

    assert (_names(session), _count(session, campaign)) == (["Maria Lopez"], 1)
    assert session.scalar(text("SELECT count(*) FROM permissions")) == 0
    assert session.scalar(text("SELECT count(*) FROM consents")) == 0


@pytest.mark.parametrize("asking", ["SIGN", "SIGN please", "SIGN Maria"])
def test_where_the_name_is_missing_it_is_asked_for_and_the_reply_signs(
    session: Session, campaign: Campaign, asking: str
) -> None:
    _text(session, "JOIN")

    _text(session, asking, minute=1)
    before = _count(session, campaign)
    _text(session, "Maria Lopez", minute=2)

    assert before == 0
    assert (_names(session), _count(session, campaign)) == (["Maria Lopez"], 1)
    assert list(_answers(session)) == ["joined_sms", "name_needed_sms", "signed_sms"]


@pytest.mark.parametrize(
    "body", ["What will you do with it?", "No thank you", "I would rather not tell you my name now"]
)
def test_what_is_no_name_goes_to_a_person(session: Session, campaign: Campaign, body: str) -> None:
    _text(session, "SIGN")

    needs_answer = _text(session, body, minute=1)

    assert (needs_answer, waiting_count(session), _count(session, campaign)) == (True, 1, 0)


def test_a_stop_wins_over_a_name_that_is_awaited(session: Session, campaign: Campaign) -> None:
    _text(session, "SIGN")

    _text(session, "STOP", minute=1)

    assert session.scalar(text("SELECT reason FROM suppressions")) == "stop"
    assert _count(session, campaign) == 0


def test_a_name_is_awaited_for_a_day_and_no_longer(session: Session, campaign: Campaign) -> None:
    _text(session, "SIGN")

    needs_answer = _text(session, "Maria Lopez", minute=24 * 60 + 1)

    assert (needs_answer, _count(session, campaign)) == (True, 0)


def test_a_name_nobody_asked_for_goes_to_a_person(session: Session, campaign: Campaign) -> None:
    _text(session, "JOIN")

    assert _text(session, "Maria Lopez", minute=1)
    assert _count(session, campaign) == 0


def test_a_known_name_signs_without_asking(session: Session, campaign: Campaign) -> None:
    make.supporter(session, "Ana", campaign=campaign, phone=PHONE, full_name="Ana Aliyeva")

    _text(session, "SIGN")

    assert _names(session) == ["Ana Aliyeva"]


def test_a_country_the_petition_asks_for_is_the_number_s(session: Session, campaign: Campaign) -> None:
    session.execute(text("UPDATE petitions SET asks = 'country'"))

    _text(session, "SIGN Maria Lopez")

    assert session.scalars(select(Signature.place)).all() == ["GB"]


def test_join_with_the_code_confirms_that_sign_up_alone(session: Session, campaign: Campaign) -> None:
    hers = _form(session, campaign, "Vera")
    _form(session, campaign, "An insult", minute=3)

    _text(session, "JOIN", minute=4)
    asked = _answers(session)[-1]
    _text(session, f"Join {hers}.", minute=5)

    assert asked == "join_which_sms"
    assert session.scalars(select(Supporter.first_name)).all() == ["Vera"]
    assert session.scalar(text("SELECT count(*) FROM permissions")) == 1


def test_our_text_names_the_code(session: Session, campaign: Campaign) -> None:
    code = _form(session, campaign, "Vera")

    assert session.scalars(select(Notice.facts)).one()["code"] == code
    assert len(code) == 4


def test_join_confirms_the_sign_up_that_the_version_before_asked_for(session: Session, campaign: Campaign) -> None:
    _form(session, campaign, "Vera")
    session.execute(text("UPDATE sign_ups SET phone_code = ''"))
    session.execute(text("UPDATE notices SET dedupe_key = 'confirm_sms:' || (facts ->> 'sign_up_id')"))

    _text(session, "YES", minute=5)

    assert session.scalars(select(Supporter.first_name)).all() == ["Vera"]
    assert session.scalar(text("SELECT count(*) FROM permissions")) == 1
