"""What a text asks for, whatever it holds."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.keyword import PROVIDER_HELP, PROVIDER_START, PROVIDER_STOP, Keyword, KeywordMatch, read_keyword
from service.domain.spelling import phrase

ANY_TEXT = st.text(st.characters(min_codepoint=0, max_codepoint=0x10FFFF, categories=None), max_size=400)
_SAID = "stop dont text me my list the a they it sign join more 2 help ? . , off out no want to messages\n \U0001f6d1"
WORDS = st.lists(st.sampled_from(_SAID.split(" ")), max_size=60).map(" ".join)


@settings(deadline=None)
@given(ANY_TEXT | WORDS)
def test_any_text_at_all_is_read_as_something(body: str) -> None:
    assert isinstance(read_keyword(body, {"ELECTION": "election-2003"}), KeywordMatch)


@settings(deadline=None)
@given(ANY_TEXT)
def test_letters_of_every_script_are_kept(body: str) -> None:
    letters = [sign for sign in body[:400] if sign.isalpha()]

    assert bool(phrase(body)) >= bool(letters)


@pytest.mark.parametrize(
    "nasty", ["\ud800", "STOP\x00", "\x00", "\udfff stop", "", " ", "\ufe0f", "\u200b", "\U0010ffff"]
)
def test_broken_signs_are_read_too(nasty: str) -> None:
    assert read_keyword(nasty, {}).keyword in {Keyword.NONE, Keyword.STOP}


@pytest.mark.parametrize("word", sorted(PROVIDER_STOP | PROVIDER_START | PROVIDER_HELP))
def test_the_providers_own_words_are_its_own_only_exactly(word: str) -> None:
    assert read_keyword(word, {}).handled_by_provider
    assert read_keyword(f"  {word.lower()}\r\n", {}).handled_by_provider
    assert not read_keyword(f"{word}.", {}).handled_by_provider
    assert not read_keyword(f"{word} please", {}).handled_by_provider
    assert not read_keyword(f"\u200b{word}", {}).handled_by_provider
    assert not read_keyword(f"\u00a0{word}", {}).handled_by_provider


@pytest.mark.parametrize("body", ["OPT OUT", "STOP STOP", "ſTOP", "STOP."])
def test_what_the_provider_does_not_know_is_left_to_us(body: str) -> None:
    assert read_keyword(body, {}) == KeywordMatch(Keyword.STOP)


_PIECES = (
    "stop ",
    "stop",
    "s ",
    "dont want to get ",
    "the ",
    "take me off ",
    "please ",
    "sign a b ",
    "i said ",
    "you ",
    "9",
    ". ",
    "\n",
    '"',
)
_MORE_PIECES = (
    "“a",
    "> ",
    " ",
    "a\n",
    "停",
    "\U0001f6d1",
    "s\u0336",
    "no more ",
    "unsubscribx ",
    "on the ",
    "\ufdfa",
    "who is a ",
    "or stop ",
    "- ",
)


@pytest.mark.parametrize("piece", [*_PIECES, *_MORE_PIECES])
def test_reading_ends_however_a_text_repeats_itself(piece: str) -> None:
    # Milliseconds' work; work that explodes would not end. It is the processor's time, not the machine's.
    with _working_at_most(seconds=20):
        read_keyword((piece * 1600)[:1600], {})


@contextmanager
def _working_at_most(*, seconds: float) -> Iterator[None]:
    def give_up(_: int, __: object) -> None:
        raise AssertionError("it does not end")

    before = signal.signal(signal.SIGVTALRM, give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@pytest.mark.parametrize("body", ["MORE " + "9" * 5000, "9" * 5000, "JOIN " + "4" * 5000, "SIGN " + "a" * 5000])
def test_five_thousand_signs_are_no_keyword(body: str) -> None:
    assert read_keyword(body, {}).keyword is Keyword.NONE


def test_a_campaigns_own_word_is_known_in_any_spelling_but_not_in_a_sentence() -> None:
    own = {"ELECTION": "election-2003", "SEÇKİ": "secki"}

    assert read_keyword("Election!", own) == KeywordMatch(Keyword.OWN, argument="election-2003")
    assert read_keyword("seçki", own) == KeywordMatch(Keyword.OWN, argument="secki")
    assert read_keyword("election?", own).keyword is Keyword.NONE
    assert read_keyword("which election", own).keyword is Keyword.NONE


def test_leaving_is_heard_before_a_campaigns_own_word() -> None:
    assert read_keyword("end", {"END": "the-end"}).keyword is Keyword.STOP


@pytest.mark.parametrize(
    "name", ["Maria Lopez", "Siân O’Brien-Smith", "Лейла Алиева", "محمد علی", "王小明", "Nguyễn Văn An"]
)
def test_the_name_after_sign_is_kept_as_it_was_typed(name: str) -> None:
    assert read_keyword(f"SIGN {name}", {}) == KeywordMatch(Keyword.SIGN, argument=name)


def test_a_name_of_more_than_eighty_letters_or_five_words_belongs_to_a_person() -> None:
    assert read_keyword("SIGN " + "a" * 81, {}).keyword is Keyword.NONE
    assert read_keyword("SIGN Ana Bilal Cora Dev Eli Fay", {}).keyword is Keyword.NONE
