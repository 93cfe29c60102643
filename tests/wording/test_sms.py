"""Texts are counted as the network bills them, and tidied so that they cost no more than they must."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.wording.sms import Encoding, costly_signs, graphemes, is_gsm, measure, straighten, straighten_quotes

VECTORS = json.loads((Path(__file__).parent / "sms_segments_vectors.json").read_text("utf-8"))["vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_a_text_is_counted_as_the_providers_calculator_counts_it(vector: dict[str, Any]) -> None:
    body = vector["text"]

    measured = measure(straighten_quotes(body) if vector["smart_encoding"] else body)

    assert (str(measured.encoding), measured.units, measured.segments) == (
        vector["encoding"],
        vector["units"],
        vector["segments"],
    )


def test_a_curly_apostrophe_no_longer_doubles_the_bill() -> None:
    body = "It’s " + "a" * 120

    straightened = straighten(body)

    assert measure(body).segments == 2
    assert measure(straightened.body).segments == 1
    assert [str(change) for change in straightened.changes] == ['right single quotation mark became "\'"']


def test_a_no_break_space_becomes_one_space() -> None:
    assert straighten_quotes("5:00\u00a0pm") == "5:00 pm"


INVISIBLE = json.loads((Path(__file__).parents[1] / "cases/invisible_marks_in_text/texts.json").read_text("utf-8"))


@pytest.mark.parametrize("body", INVISIBLE)
def test_what_cannot_be_seen_does_not_double_the_bill(body: str) -> None:
    tidied = straighten(body)

    assert measure(tidied.body).encoding is Encoding.GSM_7
    assert tidied.changes


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ("Sign\u200e now\u202c", "Sign now"),
        ("\u2066Ana\u2069, sign", "Ana, sign"),
        ("e\u2011mail 5\u2032 6\u2033 \u22125", "e-mail 5' 6\" -5"),
        ("20\u202f000\u2007people\u00a0now", "20 000 people now"),
        ("o\ufb03ce \ufb01rst", "office first"),
        ("\u203c\ufe0f", "!!"),
        ("a\u200db\u034fc\u061c", "abc"),
    ],
)
def test_marks_left_by_a_paste_are_left_out_and_odd_signs_are_straightened(body: str, sent: str) -> None:
    assert straighten_quotes(body) == sent


@pytest.mark.parametrize(
    "body",
    [
        "Family 👩\u200d👩\u200d👧\u200d👦 night",
        "Love ❤\ufe0f and keycap 1\ufe0f\u20e3",
        "علی\u200cرضا می\u200cآید",
        "שלום \u200fAna\u200e!",
        "क\u094d\u200dष",
        "\u2067مرحبا\u2069 Ana",
    ],
)
def test_where_a_text_needs_the_wide_alphabet_anyway_nothing_that_belongs_together_is_parted(body: str) -> None:
    assert straighten_quotes(body) == body


def test_a_mark_that_cannot_be_seen_is_never_shown_as_a_costly_sign() -> None:
    assert costly_signs("Sign\u200e ✍\ufe0f") == ("✍",)


def test_letters_are_composed_and_line_ends_are_plain() -> None:
    assert straighten_quotes("Cafe\u0301\r\nBaku\x00") == "Café\nBaku"


def test_fine_quotes_stay_where_other_letters_need_the_wide_alphabet_anyway() -> None:
    assert straighten_quotes("«Ədalət» üçün…") == "«Ədalət» üçün…"
    assert costly_signs("«Ədalət»") == ("«", "Ə", "ə", "»")


@given(st.text())
def test_tidying_twice_changes_nothing_more(body: str) -> None:
    once = straighten_quotes(body)

    assert straighten(once) == straighten(once).__class__(once)


@given(st.text(max_size=400))
def test_every_text_has_a_sound_measure(body: str) -> None:
    measured = measure(body)

    assert "".join(graphemes(body)) == body
    assert (measured.encoding is Encoding.GSM_7) == is_gsm(body)
    room = 153 if measured.encoding is Encoding.GSM_7 else 67
    assert measured.segments >= 1
    assert measured.segments * (160 if measured.segments == 1 else room) >= measured.units


@given(st.text(alphabet="ab€^{ ", min_size=100, max_size=700))
def test_one_more_letter_never_makes_a_text_shorter(body: str) -> None:
    assert measure(body + "a").segments >= measure(body).segments
