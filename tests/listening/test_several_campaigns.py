"""A text that names no campaign is about the one whose text its sender had last."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from service.domain.channel import Channel
from service.joining.confirm import confirm_phone
from service.joining.sign_up import SignUpForm, sign_up
from service.store.tables.campaign import Campaign
from service.store.tables.people import Supporter
from tests import make
from tests.listening.texting import ANA, LONG_AGO, NOW, STRANGER, minutes, text_in


@pytest.fixture
def current(session: Session) -> Campaign:
    return make.campaign(session)


@pytest.fixture
def other(session: Session, current: Campaign) -> Campaign:
    return make.campaign(session, slug="other", match=make.fixture(session, slug="other"))


def _texted(session: Session, campaign: Campaign, who: Supporter, *, at: float, state: str = "accepted") -> None:
    """A blast's text to one person, so many minutes from now."""
    blast = make.blast(session, campaign, channels=[Channel.SMS], state="running")
    values = {"blast": blast.id, "who": who.id, "state": state, "at": NOW + minutes(at)}
    session.execute(
        text("""
            WITH r AS (INSERT INTO renderings (blast_id, channel, language, subject, text, html, fingerprint)
                VALUES (:blast, 'sms', 'en', '', 'Sign', '', 'x') RETURNING id),
            b AS (INSERT INTO batches (blast_id, rendering_id, channel, pace, first_supporter_id, last_supporter_id,
                    size, state, not_before, expires_at, intent_at)
                SELECT :blast, r.id, 'sms', 'bulk', :who, :who, 1, :state, :at, :at,
                    CASE WHEN :state <> 'queued' THEN CAST(:at AS timestamptz) END FROM r RETURNING id)
            INSERT INTO messages (blast_id, channel, supporter_id, batch_id) SELECT :blast, 'sms', :who, b.id FROM b
        """),
        values,
    )


def _signed(session: Session) -> list[int]:
    """The campaigns whose petition was signed."""
    return list(
        session.scalars(text("SELECT p.campaign_id FROM signatures s JOIN petitions p ON p.id = s.petition_id"))
    )


def test_sign_is_for_the_campaign_that_texted_last_though_its_blast_is_the_older_one(
    session: Session, current: Campaign, other: Campaign
) -> None:
    ana = make.supporter(session, "Ana", campaign=other, phone=ANA, joined_at=LONG_AGO, full_name="Ana Aliyeva")
    _texted(session, other, ana, at=-5)
    _texted(session, current, ana, at=-60)

    text_in(session, "SIGN")

    assert _signed(session) == [other.id]


def test_a_text_that_is_yet_to_go_is_no_text_one_can_answer(
    session: Session, current: Campaign, other: Campaign
) -> None:
    ana = make.supporter(session, "Ana", campaign=other, phone=ANA, joined_at=LONG_AGO, full_name="Ana Aliyeva")
    _texted(session, other, ana, at=-60)
    _texted(session, current, ana, at=5, state="queued")

    text_in(session, "SIGN")

    assert _signed(session) == [other.id]


def test_whoever_has_just_joined_one_campaign_signs_its_petition_before_its_first_text(
    session: Session, current: Campaign, other: Campaign
) -> None:
    form = SignUpForm("Ana", "", ANA, consent_email=False, consent_sms=True)
    sign_up(session, form, campaign_id=other.id, wordings={"sms": "Yes."}, now=NOW)
    confirm_phone(session, ANA, key=make.KEY, now=NOW + minutes(1))

    text_in(session, "SIGN Ana Aliyeva", at=NOW + minutes(2))

    assert _signed(session) == [other.id]


def test_whoever_came_by_a_file_signs_what_they_allowed_texts_for(
    session: Session, current: Campaign, other: Campaign
) -> None:
    make.supporter(session, "Ana", campaign=other, phone=ANA, joined_at=LONG_AGO, full_name="Ana Aliyeva")

    text_in(session, "SIGN")

    assert _signed(session) == [other.id]


def test_the_answer_to_our_question_for_the_name_is_for_the_petition_it_was_asked_for(
    session: Session, current: Campaign, other: Campaign
) -> None:
    ana = make.supporter(session, "", campaign=other, email=None, phone=ANA, joined_at=LONG_AGO, full_name="")
    _texted(session, other, ana, at=-5)
    text_in(session, "SIGN")
    _texted(session, current, ana, at=1)

    text_in(session, "Ana Aliyeva", at=NOW + minutes(2))

    assert _signed(session) == [other.id]


def test_a_stranger_is_of_the_current_campaign(session: Session, current: Campaign, other: Campaign) -> None:
    text_in(session, "SIGN Ana Aliyeva", phone=STRANGER)

    assert _signed(session) == [current.id]


def test_stop_is_for_every_campaign(session: Session, current: Campaign, other: Campaign) -> None:
    ana = make.supporter(session, "Ana", campaign=other, phone=ANA, joined_at=LONG_AGO)
    make.consent(session, ana, current, Channel.SMS, at=NOW - timedelta(days=1))

    text_in(session, "STOP")

    assert session.scalar(text("SELECT count(*) FROM permissions WHERE channel = 'sms'")) == 0
