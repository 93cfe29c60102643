"""Whatever a phone, a gateway or an attacker puts into a text, it is kept, and a STOP in it is obeyed."""

from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.inbound_text import clean_body, clean_field, safe_link, split_sender
from tests import make
from tests.listening.conftest import Hooks

CASES = Path(__file__).parents[1] / "cases"
ANA, STRANGER = "+447700900407", "+447700900499"


def test_a_stop_with_a_null_sign_is_obeyed(hooks: Hooks) -> None:
    assert hooks.text(ANA, "STOP\0").status_code == 200

    assert hooks.reason(ANA) == "stop"
    assert hooks.rows("SELECT body FROM replies") == [("STOP",)]


@pytest.mark.parametrize(
    "body",
    [
        "",
        " ",
        "\x00",
        "\x1b[31mSTOP\x07",
        "a\u202egpj.exe",
        "\ufeffSTOP",
        "MORE " + "9" * 5000,
        "MORE ²",
        "MORE ٣",
        "x" * 1601,
        "🙂" * 1600,
        "\u2028\u2029\x85",
        "JOIN\r\nSTOP",
        "\U0010ffff",
        "'; DROP TABLE replies; --",
        "%s %(x)s :x",
    ],
)
def test_no_body_is_refused(hooks: Hooks, body: str) -> None:
    with hooks.sessions.begin() as session:
        make.campaign(session)

    answer = hooks.text(ANA, body)

    assert answer.status_code == 200
    assert len(hooks.rows("SELECT 1 FROM replies")) == 1


@given(st.text(st.characters(), max_size=80))
def test_what_is_cleaned_can_be_kept_and_reads_as_it_was_written(body: str) -> None:
    clean = clean_body(body)

    clean.encode("utf-8")
    assert not set(clean) & set("\0\x1b\x7f\u202a\u202e\u2066\u2069\ufeff")
    assert clean_body(clean) == clean
    assert [letter for letter in clean if letter.isalnum()] == [
        letter for letter in body if letter.isalnum() and not "\ud800" <= letter <= "\udfff"
    ]


def test_half_an_emoji_goes_and_a_whole_one_of_several_signs_stays() -> None:
    family, flag = "👩\u200d👩\u200d👧", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"

    assert clean_body(f"hi \ud83d {family}{flag}") == f"hi  {family}{flag}"


def test_arabic_and_hebrew_keep_their_marks_of_direction() -> None:
    assert clean_body("\u200fשלום\u200e 1") == "\u200fשלום\u200e 1"


@pytest.mark.parametrize(
    "sender", ["", " ", "\0", "INFO", "12345", "anonymous", "a" * 300, "+44\u202e7700", "whatsapp:"]
)
def test_an_odd_sender_is_kept_and_never_answered(hooks: Hooks, sender: str) -> None:
    with hooks.sessions.begin() as session:
        make.campaign(session)
    bodies = ("STOP", "JOIN", "SIGN", "START", "HELP", "MORE", "who are you")

    for body in bodies:
        assert hooks.text(sender, body).status_code == 200, body

    assert len(hooks.rows("SELECT 1 FROM replies")) == len(bodies)
    assert hooks.rows("SELECT 1 FROM notices") == []
    assert hooks.rows("SELECT 1 FROM supporters") == []


@pytest.mark.parametrize("sender", [f"whatsapp:{ANA}", f"rcs:{ANA}", f"WhatsApp:{ANA}"])
def test_a_stop_by_another_app_is_obeyed_for_the_number(hooks: Hooks, sender: str) -> None:
    with hooks.sessions.begin() as session:
        make.supporter(session, "Ana", campaign=make.campaign(session), phone=ANA)

    hooks.text(sender, "STOP")

    assert hooks.rows("SELECT DISTINCT reason FROM suppressions") == [("stop",)]
    assert hooks.rows("SELECT phone, via FROM replies") == [(ANA, sender.partition(":")[0].lower())]
    assert hooks.rows("SELECT 1 FROM permissions WHERE channel = 'sms'") == []


def test_joining_by_another_app_does_not_make_its_name_the_number_we_text_from(hooks: Hooks) -> None:
    with hooks.sessions.begin() as session:
        make.campaign(session)

    hooks.text(f"rcs:{STRANGER}", "JOIN", To="rcs:brand_xyz_agent")

    assert hooks.rows("SELECT phone, sms_sender FROM supporters") == [(STRANGER, "")]


def test_only_a_number_stands_behind_another_app_s_mark() -> None:
    assert split_sender("messenger:4477") == ("sms", "messenger:4477")
    assert split_sender("whatsapp:ana") == ("sms", "whatsapp:ana")


def test_a_picture_is_kept_with_its_link(hooks: Hooks) -> None:
    form = dict(parse_qsl((CASES / "inbound_mms_blank" / "form.txt").read_text().strip(), keep_blank_values=True))

    assert hooks.post("/hooks/twilio/sms", form).status_code == 200

    kept = [{"url": "https://api.twilio.com/x/Media/ME1", "type": "image/jpeg"}]
    assert hooks.rows("SELECT body, media, needs_answer FROM replies") == [("", kept, True)]


@pytest.mark.parametrize("many", ["9" * 5000, "-1", "", "ten", "11", "²"])
def test_any_count_of_pictures_is_survived(hooks: Hooks, many: str) -> None:
    assert hooks.text(ANA, "look", NumMedia=many, MediaUrl0="https://example.org/1").status_code == 200

    media = hooks.rows("SELECT jsonb_array_length(media) FROM replies")[0][0]
    assert media == (10 if many == "11" else 0)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/x",
        "javascript:alert(1)",
        "https://user@example.org/",
        "https:///x",
        "//x",
        "https://[x",
        "data:,x",
        "https://example.org/\u202egpj",
        "https://example.org/a b",
        "https://example.org:99999/",
        "https://e.org/" + "x" * 3000,
    ],
)
def test_only_a_safe_link_is_one(url: str) -> None:
    assert safe_link(url) == ""
    assert safe_link("https://api.twilio.com/2010-04-01/x/Media/ME1") == "https://api.twilio.com/2010-04-01/x/Media/ME1"


def test_texts_that_come_without_an_id_are_two(hooks: Hooks) -> None:
    hooks.text(ANA, "one", MessageSid="")
    hooks.text(ANA, "two", MessageSid="")

    assert len(hooks.rows("SELECT 1 FROM replies")) == 2


def test_a_field_is_one_short_line() -> None:
    assert clean_field(" +44\n7700\0 ") == "+44 7700"
    assert len(clean_field("9" * 5000)) == 200


@pytest.mark.parametrize("body", (CASES / "sms_more_spam_stop" / "texts.txt").read_text().splitlines())
def test_a_keyword_at_the_head_of_a_complaint_sends_no_more(hooks: Hooks, body: str) -> None:
    """The wording is the keyword reader's; here it is that whatever it does not obey reaches a person."""
    with hooks.sessions.begin() as session:
        make.supporter(session, "Ana", campaign=make.campaign(session), phone=ANA)

    hooks.text(ANA, body)

    needs, keyword = hooks.rows("SELECT needs_answer, keyword FROM replies")[0]
    assert needs or keyword in {"stop", "more"}
