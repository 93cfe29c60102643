"""Filling in the forms, and pressing the letters' buttons."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.joining.confirm import confirm_email
from service.joining.sign_up import SignUpForm, sign_up
from service.store.queries import petitions
from service.store.tables.campaign import Campaign
from service.store.tables.notices import Notice
from service.store.tables.people import SignUp
from service.store.tables.signatures import Signature
from tests import make

NOW = make.KICK_OFF - timedelta(days=1)
MINUTE = timedelta(minutes=1)
PHONE, EMAIL = "+447700900123", "ana@example.org"
WORDINGS = {"email": "Yes, email me.", "sms": "Yes, text me."}


@pytest.fixture
def campaign(session: Session) -> Campaign:
    return make.campaign(session)


def join(session: Session, campaign: Campaign, *, at: datetime = NOW, **changes: object) -> int:
    plain: dict[str, object] = {
        "first_name": "Ana",
        "email": EMAIL,
        "phone": "",
        "consent_email": True,
        "consent_sms": False,
    }
    form = SignUpForm(**{**plain, **changes})  # type: ignore[arg-type]  # a form's fields
    return sign_up(session, form, campaign_id=campaign.id, wordings=WORDINGS, now=at).sign_up_id


def sign(session: Session, campaign: Campaign, name: str = "Ana Aliyeva", **changes: object) -> int:
    signs: dict[str, object] = {"first_name": "", "name": name, "consent_email": False, "signs_petition": True}
    return join(session, campaign, **{**signs, **changes})


def press(session: Session, sign_up_id: int, *, at: datetime = NOW) -> None:
    assert confirm_email(session, sign_up_id, key=make.KEY, ip="", now=at) is not None


def kinds(session: Session) -> Sequence[str]:
    return session.scalars(select(Notice.kind).order_by(Notice.id)).all()


def signed_names(session: Session) -> Sequence[str]:
    return session.scalars(select(Signature.name).order_by(Signature.signed_at, Signature.name)).all()


def code_of(session: Session, sign_up_id: int) -> str:
    return session.scalars(select(SignUp.phone_code).where(SignUp.id == sign_up_id)).one()


def counted(session: Session) -> int:
    petition = petitions.petition_of(session, session.scalars(select(Campaign.id)).first() or 0, "en")
    assert petition is not None
    return petition.count
