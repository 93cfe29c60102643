"""What pages say of what was done, left out, or is no longer there."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from service.domain.channel import Channel
from service.joining.preferences import erase
from service.store.tables.campaign import Campaign
from service.wording.email import frame_words
from service.wording.links import LinkKind, sign
from tests import make
from tests.site.forms import send
from tests.site.letters import KEY, confirm_address, press, words

JOIN, PETITION = "/fair-trials/join", "/fair-trials/petition"
FORM = {"first_name": "Ana", "email": "ana@example.org", "consent_email": "yes"}
SIGN = {"name": "Ana Aliyeva", "email": "ana@example.org"}


@pytest.mark.usefixtures("campaign_id")
def test_two_names_typed_for_one_address_are_both_told_on_the_page_of_the_button(
    visitor: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    send(visitor, PETITION, SIGN)
    send(visitor, PETITION, {**SIGN, "name": "Ana Mammadova"})

    before = words(visitor.get(confirm_address(sessions, "ana@example.org")).text)
    after = press(visitor, sessions, "ana@example.org")

    assert "The name Ana Aliyeva on the petition" in before
    assert "Not the name Ana Mammadova , which was given too" in before
    assert "The name Ana Mammadova was given too, and is not on the petition" in after
    assert "Ana Mammadova" not in words(visitor.get(confirm_address(sessions, "ana@example.org")).text)


@pytest.mark.usefixtures("campaign_id")
def test_whoever_signed_beside_joining_can_take_the_name_off_from_the_thank_you(
    visitor: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    send(visitor, PETITION, SIGN)
    send(visitor, JOIN, FORM, page="/fair-trials/")

    thanks = press(visitor, sessions, "ana@example.org")

    assert "Thank you, you are in" in thanks
    assert "Take your name off again" in thanks


@pytest.mark.usefixtures("campaign_id")
def test_a_signature_of_another_spelling_of_the_mailbox_is_not_offered_as_one_s_own(
    visitor: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    send(visitor, PETITION, SIGN)
    press(visitor, sessions, "ana@example.org")
    with sessions.begin() as session:
        session.execute(text("UPDATE confirmation_requests SET asked_at = asked_at - interval '3 minutes'"))
    send(visitor, JOIN, {**FORM, "email": "ana+match@example.org"}, page="/fair-trials/")

    thanks = press(visitor, sessions, "ana+match@example.org")

    assert "Thank you, you are in" in thanks
    assert "Take your name off again" not in thanks


def test_a_link_of_somebody_forgotten_says_so(visitor: FlaskClient, sessions: sessionmaker[Session], ana: int) -> None:
    with sessions.begin() as session:
        link = make.link(session, session.scalars(select(Campaign)).one(), "/fair-trials/petition")
        erase(session, ana, source="preferences page", now=make.KICK_OFF)

    answer = visitor.get(f"/l/{sign(LinkKind.CLICK, ana, key=KEY, channel=Channel.EMAIL, target=link)}")

    assert answer.status_code == 410
    assert "We have forgotten you already" in words(answer.text)


@pytest.mark.usefixtures("campaign_id")
def test_an_advertisement_that_leads_to_the_petition_is_its_source(
    visitor: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    page = visitor.get(f"{PETITION}?utm_source=poster").text

    assert '<input type="hidden" name="source" value="poster">' in page


def test_the_page_of_it_was_not_me_stays_out_of_search(visitor: FlaskClient, sessions: sessionmaker[Session]) -> None:
    answer = visitor.get(f"/not-me/{sign(LinkKind.NOT_ME, 1, key=KEY)}")

    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.usefixtures("campaign_id")
def test_what_asks_to_pass_it_on_is_true_after_the_match_too(visitor: FlaskClient) -> None:
    for said in (visitor.get("/fair-trials/share").text, frame_words("en")["share"]):
        assert "will watch" not in said


@pytest.mark.usefixtures("campaign_id")
def test_a_letter_opened_after_the_petition_closed_promises_no_signature(
    visitor: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    send(visitor, PETITION, SIGN)
    with sessions.begin() as session:
        session.execute(text("UPDATE petitions SET closed_at = now()"))

    page = visitor.get(confirm_address(sessions, "ana@example.org")).text

    assert "One press, and your name is on the petition" not in page
    assert "it is closed by now" in page
    assert "we hope for" not in visitor.get(PETITION).text
    assert "Be the first" not in visitor.get(PETITION).text
