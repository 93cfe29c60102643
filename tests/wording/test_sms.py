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
