"""The texts of texts.tsv, written by hand as people write them, are each read as they were meant.

outcome: `leave` asks us to stop, `unclear` may do so, `stay` does not. A line break within a text is written \\n. Beside texts as they
come, some are one word in many spellings ("st0p", "s t o p"), so that the spellings are told apart.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.domain.keyword import Keyword, KeywordMatch, read_keyword

OWN = {"ELECTION": "election-2003", "PLAY": "play-2"}
GRAVE = ("missed opt-out", "false opt-out", "opt-out read as an action", "action misread", "talk read as an action")


@dataclass(frozen=True, slots=True)
class Vector:
    outcome: str
    keyword: Keyword
    argument: str
    language: str
    text: str


def _vectors() -> Iterator[Vector]:
    lines = (Path(__file__).parent / "texts.tsv").read_text(encoding="utf-8").rstrip("\n").split("\n")
    for line in lines[1:]:
        outcome, keyword, argument, language, text = line.split("\t")
        named = Keyword.NONE if keyword == "none" else Keyword(keyword)
        yield Vector(outcome, named, argument, language, text.replace("\\n", "\n"))


VECTORS = tuple(_vectors())


def _error(vector: Vector, read: KeywordMatch) -> str:
    """What kind of error this reading is, "" for none."""
    if vector.outcome in {"leave", "unclear"} and read.keyword not in {Keyword.STOP, Keyword.UNCLEAR, Keyword.NONE}:
        return "opt-out read as an action"
    if vector.outcome == "leave":
        return {Keyword.STOP: "", Keyword.UNCLEAR: "opt-out read as unclear"}.get(read.keyword, "missed opt-out")
    if vector.outcome == "unclear":
        return {Keyword.UNCLEAR: "", Keyword.STOP: "unclear read as an opt-out"}.get(
            read.keyword, "unclear left to a person"
        )
    if read.keyword is Keyword.STOP:
        return "false opt-out"
    if read.keyword is Keyword.UNCLEAR:
        return "talk or action read as unclear"
    if vector.keyword is Keyword.NONE:
        return "" if read.keyword is Keyword.NONE else "talk read as an action"
    return "" if (read.keyword, read.argument) == (vector.keyword, vector.argument) else "action misread"


def test_no_text_is_read_as_the_opposite_of_what_it_means(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = [(error, vector) for vector in VECTORS if (error := _error(vector, read_keyword(vector.text, OWN)))]

    counts = Counter(error for error, _ in wrong)
    with capsys.disabled():
        sys.stdout.write(f"\n{len(VECTORS)} texts in {len({vector.language for vector in VECTORS})} languages\n")
        for kind in (*GRAVE, *sorted(set(counts) - set(GRAVE))):
            sys.stdout.write(f"  {kind}: {counts[kind]}\n")
    assert [(error, vector.text) for error, vector in wrong if error in GRAVE] == []
    assert len(wrong) <= len(VECTORS) // 100, [(error, vector.text) for error, vector in wrong]


def test_the_texts_are_many_distinct_and_half_of_them_do_not_ask_to_leave() -> None:
    staying = [vector for vector in VECTORS if vector.outcome == "stay"]

    assert len({vector.text for vector in VECTORS}) == len(VECTORS) >= 1000
    assert len(staying) * 2 >= len(VECTORS)
    assert len({vector.language for vector in VECTORS if vector.outcome == "leave"}) >= 20
    assert {vector.outcome for vector in VECTORS} == {"leave", "unclear", "stay"}
