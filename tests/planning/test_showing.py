"""Words are shown as one person gets them, with what they cost; links in a preview are nobody's."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.consenting.addresses import BadAddress
from service.domain.channel import Channel
from service.planning import fixtures
from service.planning.showing import Reader, Window, cost, open_window, send_test, show
from service.sending.freeze import Words
from service.store.tables.notices import Notice
from service.wording.placeholders import CopyMistake
from service.wording.sms import Encoding
from tests import make

NOW = make.KICK_OFF - timedelta(days=1)
ANA = Reader("Ana", "Asia/Baku")


def window(session: Session) -> Window:
    return open_window(session, make.campaign(session).id, key=b"k" * 32, public_url="https://example.org")


def sms(body: str, variant: str = "") -> Words:
    return Words(Channel.SMS, "en", variant, "", "", body)


def test_a_text_is_shown_with_its_size(session: Session) -> None:
    shown = show(window(session), sms("{first_name|friend}, {fixture} at {kick_off}."), ANA)

    assert shown.text.startswith("Ana, Azerbaijan v England at ")
    assert "9:00 pm" in shown.text
    assert shown.size is not None
    assert (shown.size.encoding, shown.size.segments) == (Encoding.GSM_7, 1)


def test_a_sign_that_doubles_the_bill_is_pointed_out(session: Session) -> None:
    shown = show(window(session), sms("Sign now ✍"), ANA)

    assert shown.size is not None
    assert shown.size.encoding is Encoding.UCS_2
    assert shown.costly


def test_an_email_is_shown_whole(session: Session) -> None:
    words = Words(Channel.EMAIL, "en", "", "For {first_name|you}", "", "Dear {first_name|friend}, {petition_link}")

    shown = show(window(session), words, ANA)

    assert shown.email is not None
    assert shown.email.subject == "For Ana"
    assert "Dear Ana" in shown.text
    assert "<html" in shown.email.html


@pytest.mark.parametrize(("variant", "score"), [("home_win", "2-1"), ("draw", "1-1"), ("away_win", "0-1")])
def test_before_there_is_a_score_an_example_stands_in_and_is_called_one(
    session: Session, variant: str, score: str
) -> None:
    shown = show(window(session), sms("It ended {score}", variant), ANA)

    assert (shown.text, shown.has_example_score) == (f"It ended {score}", True)


def test_once_there_is_a_score_it_is_the_real_one(session: Session) -> None:
    campaign = make.campaign(session)
    fixtures.press_kick_off(session, campaign.fixture_id, actor="Dev", now=NOW)
    at_the_match = open_window(session, campaign.id, key=b"k" * 32, public_url="https://example.org")

    shown = show(at_the_match, sms("It is {score}"), ANA)

    assert (shown.text, shown.has_example_score) == ("It is 0-0", False)


def test_a_mistake_in_the_words_is_named(session: Session) -> None:
    with pytest.raises(CopyMistake, match="petition_lnk"):
        show(window(session), sms("Sign {petition_lnk}"), ANA)


def test_a_test_send_goes_to_one_address_and_says_that_it_is_a_test(session: Session) -> None:
    words = Words(Channel.EMAIL, "en", "", "Sign", "", "Dear {first_name|friend}, {petition_link}")
    make.a_tester(session, "dev@example.org")

    address = send_test(session, window(session), words, ANA, "Dev@Example.org ", actor="Dev", now=NOW)

    notice = session.scalars(select(Notice)).one()
    assert (address, notice.to_address) == ("dev@example.org", "dev@example.org")
    assert notice.facts["subject"] == "[Test] Sign"
    assert "Dear Ana" in notice.facts["text"]


def test_a_test_send_to_no_address_is_refused(session: Session) -> None:
    with pytest.raises(BadAddress):
        send_test(session, window(session), sms("Words"), ANA, "12", actor="Dev", now=NOW)


def test_what_it_costs_is_counted_in_segments_and_thousands(session: Session) -> None:
    seen = window(session)

    assert cost(seen, Channel.SMS, 1_000, segments=2) == 1_000 * 2 * 400
    assert cost(seen, Channel.EMAIL, 2_500) == 20_000
