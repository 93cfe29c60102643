"""Addresses and numbers in the one spelling we keep."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from service.consenting.addresses import (
    BadAddress,
    canonical_email,
    country_of_phone,
    normalise_email,
    normalise_phone,
)
from service.consenting.consent import AddressKey
from service.domain.channel import Channel

PASTED = json.loads(Path("tests/cases/email_zero_width_space/emails.json").read_text("utf-8"))


@pytest.mark.parametrize(
    "typed",
    [
        *("+447700900123", "07700900123", "07700 900 123", "+44 7700 900123", "(07700) 900-123"),
        *("0044 7700 900123", "447700900123", "7700900123", "+44 (0)7700 900123", "00 44 (0) 7700 900 123"),
        *(
            "٠٧٧٠٠٩٠٠١٢٣",
            "０７７００９００１２３",
            "+44\u00a07700\u200b900123",
            "\u202a+447700900123\u202c",
            "tel:+447700900123",
        ),
    ],
)
def test_a_mobile_number_has_one_spelling(typed: str) -> None:
    assert normalise_phone(typed) == "+447700900123"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("hello", "not a phone number"),
        ("0770090", "not a number in use"),
        ("020 7946 0018", "not a mobile|not a number in use"),
        ("+882 1612 345678", "not a"),
        ("+1 900 555 0100", "not a"),
    ],
)
def test_a_number_that_cannot_be_texted_says_why_and_shows_one_that_can(typed: str, why: str) -> None:
    with pytest.raises(BadAddress, match=why) as found:
        normalise_phone(typed)

    assert "07700 900123" in str(found.value)


def test_an_email_address_has_one_spelling() -> None:
    assert normalise_email("  Ana.Example@EXAMPLE.org ") == "ana.example@example.org"


@pytest.mark.parametrize(
    "typed",
    ["ana", "ana@", "@example.org", "ana@example", "ana@@example.org", "ana@exa mple.org", "ana\r\nBcc: x@example.org"],
)
def test_an_address_that_cannot_be_written_to_is_refused(typed: str) -> None:
    with pytest.raises(BadAddress):
        normalise_email(typed)


@pytest.mark.parametrize("typed", PASTED)
def test_an_address_pasted_with_what_stood_around_it_is_taken(typed: str) -> None:
    assert normalise_email(typed) in {
        *("zw1@example.org", "zw2@example.org", "ana8@example.org", "zw10@example.org", "ana17@example.org"),
        "ana2@example.org",
    }


@pytest.mark.parametrize(
    "typed",
    [
        *("ana@example.org.", "ana@example.org,", "(ana@example.org)", "'ana@example.org'", "ana＠example.org"),
        *('"Li, Ana" <ana@example.org>;', "ana@example.org <ana@example.org>", "MAILTO:ana@example.org?subject=hello"),
        *("ana@exam\u00adple.org", "\u2066ana@example.org\u2069", "ana\ufe0f@example.org", "<mailto:ana@example.org>"),
    ],
)
def test_marks_and_signs_nobody_sees_are_taken_off_a_sound_address(typed: str) -> None:
    assert normalise_email(typed) == "ana@example.org"


@pytest.mark.parametrize("typed", ["ana@example.org, bob@example.org", "ana@example.org <bob@example.org>"])
def test_of_two_addresses_none_is_guessed(typed: str) -> None:
    with pytest.raises(BadAddress):
        normalise_email(typed)


@pytest.mark.parametrize("typed", ["o'neil@example.org", "a.na+b_c@example.org", "{ana}@example.org"])
def test_unusual_signs_that_belong_to_an_address_stay(typed: str) -> None:
    assert normalise_email(typed) == typed


def test_an_accent_before_the_at_sign_is_named_with_a_likely_spelling() -> None:
    with pytest.raises(BadAddress, match=r"before the @ stands é.*is it jose@ without the accent"):
        normalise_email("josé@example.org")


def test_more_than_64_signs_before_the_at_sign_are_refused() -> None:
    assert normalise_email(f"{'a' * 64}@example.org")
    with pytest.raises(BadAddress, match="64"):
        normalise_email(f"{'a' * 65}@example.org")


def test_the_hash_of_an_address_depends_on_the_key_and_the_channel() -> None:
    hashes = {AddressKey(key).hash(channel, "ana@example.org") for key in (b"one", b"two") for channel in Channel}

    assert len(hashes) == 4


@pytest.mark.parametrize(
    "spelling",
    ["ana.lopez@gmail.com", "analopez@gmail.com", "a.n.a.lopez+match@googlemail.com", "analopez+x+y@gmail.com"],
)
def test_one_mailbox_has_one_canonical_form_however_it_is_spelt(spelling: str) -> None:
    assert canonical_email(normalise_email(spelling)) == "analopez@gmail.com"


def test_dots_tell_mailboxes_apart_where_the_provider_tells_them_apart() -> None:
    assert canonical_email("ana.lopez@example.org") != canonical_email("analopez@example.org")


@pytest.mark.parametrize(
    "email",
    [
        *("ana@example.org", "ana+news@example.org", "a.na@example.org", "a.n.a@gmail.com", "ana+x+y@googlemail.com"),
        *("+ana@example.org", ".a@gmail.com", "ana+@gmail.com", "ana.b+c.d@gmail.com", "o'neil@example.org"),
    ],
)
def test_the_database_s_canonical_form_is_ours(session: Session, email: str) -> None:
    assert session.scalar(text("SELECT canonical_email(:email)"), {"email": email}) == canonical_email(email)


@pytest.mark.parametrize(
    ("phone", "country"),
    [("+447700900123", "GB"), ("+994501234567", "AZ"), ("+14155552671", "US"), ("12345", ""), ("+999123", "")],
)
def test_a_number_tells_its_country(phone: str, country: str) -> None:
    assert country_of_phone(phone) == country
