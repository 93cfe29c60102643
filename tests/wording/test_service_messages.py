"""What we say ourselves is complete, short, and repeats nothing a stranger typed."""

import pytest

from service.wording.email import frame_words
from service.wording.placeholders import MissingFact, placeholders
from service.wording.service_messages import (
    ServiceEmail,
    ServiceText,
    render_service_email,
    render_service_text,
    service_text,
)
from service.wording.sms import Encoding, measure

TOKEN_LINK = "https://touchline.example.org/l/" + "a" * 32
TEXT_FACTS = {
    "organisation": "Fair Play for Rights",
    "campaign": "Fair trials in Azerbaijan",
    "home": "Azerbaijan",
    "away": "England",
    "signature_count": "12,345",
    "campaign_link": "https://touchline.example.org/azerbaijan-england/"[:40],
    "petition_link": TOKEN_LINK,
    "share_link": TOKEN_LINK,
    "signature_link": "https://touchline.example.org/signature/" + "a" * 32,
    "own_link": "https://touchline.example.org/take-off/" + "a" * 40,
    "tester_code": "123456",
}
EMAIL_FACTS = {
    "happened": "Somebody signed in with your account.",
    "organisation": "Fair Play & Rights",
    "campaign": "Fair trials",
    "fixture": "Azerbaijan v England",
    "postal_address": "1 Example Street",
    "privacy_url": "https://example.org/privacy",
    "confirm_link": "https://example.org/confirm/t",
    "hours": "48",
    "petition_title": "Fair trials",
    "title": "Last call",
    "blast_link": "https://example.org/console/",
    "changed_by": "dev@example.org",
    "when": "on Wed 2 Dec, 5:00 pm at the ground",
    "approval_link": "https://example.org/console/campaigns/fair-trials/blasts/7/approval",
    "what": "sent back",
    "by": "cora@example.org",
    "release_link": "https://example.org/console/campaigns/fair-trials/stages/push/release",
    "addressee": "the government",
    "signature_count": "12,345",
    "share_link": TOKEN_LINK,
    "preferences_link": TOKEN_LINK,
    "own_link": TOKEN_LINK,
    "sign_in_link": "https://example.org/sign-in/t",
    "minutes": "15",
    "not_me_link": "https://example.org/not-me/t",
    "console_link": "https://example.org/console/",
    "why": "hardly anybody confirms",
    "named_by": "cora@example.org",
    "tester_link": "https://example.org/console/tester/t",
    "entries": "12",
    "entry": "14",
    "digest": "ab" * 32,
    "day": "2026-11-23",
    "number": "7",
    "answered_by": "31 December 2026",
    "complaints_link": "https://example.org/console/complaints/",
}


@pytest.mark.parametrize("name", ServiceText)
def test_each_of_our_texts_is_one_segment(name: ServiceText) -> None:
    for can_be_signed in (True, False):
        measured = measure(render_service_text(name, TEXT_FACTS, can_be_signed=can_be_signed))

        assert (measured.encoding, measured.segments) == (Encoding.GSM_7, 1), measured


@pytest.mark.parametrize("name", ServiceText)
def test_no_text_asks_for_yes(name: ServiceText) -> None:
    # YES is an opt-in keyword of the provider's: it never reaches us as an answer.
    assert "YES" not in render_service_text(name, TEXT_FACTS).upper().split()


@pytest.mark.parametrize("name", ServiceEmail)
def test_each_of_our_emails_is_whole(name: ServiceEmail) -> None:
    email = render_service_email(name, EMAIL_FACTS)

    assert email.subject
    assert "\n" not in email.subject
    assert "Fair Play &amp; Rights" in email.html
    assert "Fair Play & Rights" in email.text
    assert "{{" not in email.html + email.text


def test_the_confirmation_says_where_to_confirm_and_nothing_that_was_typed() -> None:
    email = render_service_email(ServiceEmail.CONFIRM, {**EMAIL_FACTS, "first_name": "Buy pills"})

    assert "https://example.org/confirm/t" in email.html
    assert "https://example.org/confirm/t" in email.text
    assert "pills" not in email.html + email.text + email.subject
    assert "first_name" not in {part.name for part in placeholders(service_text(ServiceText.CONFIRM, "en"))}


def test_the_letter_to_a_signer_speaks_of_the_petition_and_of_what_was_ticked_alone() -> None:
    plain = render_service_email(ServiceEmail.CONFIRM_SIGNATURE, EMAIL_FACTS)
    ticked = render_service_email(ServiceEmail.CONFIRM_SIGNATURE, {**EMAIL_FACTS, "wording": "Yes, email me."})

    assert plain.subject == "One press, and your name is on the petition: Fair trials"
    for words in (plain.text, plain.html):
        assert "the government" in words
        assert "Yes, email me." not in words
        assert "write to this address" not in words
    for words in (ticked.text, ticked.html):
        assert "Yes, email me." in words


def test_a_missing_fact_is_named() -> None:
    with pytest.raises(MissingFact, match="confirm"):
        render_service_email(ServiceEmail.CONFIRM, {"organisation": "x"})


def test_a_first_manager_can_sign_in_before_there_is_a_campaign() -> None:
    email = render_service_email(
        ServiceEmail.SIGN_IN, {"sign_in_link": "https://example.org/sign-in/t", "minutes": "15"}
    )

    assert email.subject == "Your sign-in link for the Touchline console"


def test_a_second_name_from_one_number_is_told_that_the_first_stands() -> None:
    told = render_service_text(ServiceText.ALREADY_SIGNED, TEXT_FACTS)

    assert "This number has signed already" in told
    assert "the name it gave stands" in told


def test_no_letter_that_can_be_asked_for_again_says_that_it_comes_once() -> None:
    assert " once" not in frame_words("en")["service_why"]
